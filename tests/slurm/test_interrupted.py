"""Jobs that SLURM warns, requeues or loses with their node end as if nothing had been."""

import os
import signal
import time

import pytest

from bench.journal import EpochEnded, Journal, Started
from tests.slurm.desk import Desk, cell_of, undisturbed

pytestmark = pytest.mark.slow

#: Makes of each node a machine of its own: nobody can look at another one's processes.
MACHINES = """
import os, platform
if node := os.environ.get("SLURMD_NODENAME"):
    platform.node = lambda: node
"""


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def in_training(cluster, desk):
    """Submit a cell whose training crawls after its first epoch; gives the cell and its job."""

    def submit(*arguments, seconds_a_batch):
        desk.crawl.write_text(str(seconds_a_batch))
        [job] = desk.submit("--set", "seed=0", *arguments)
        cluster.wait_until(lambda: desk.crawls(job), 60)
        return cell_of(0), job

    return submit


def resumed_after(desk, cell):
    """Epochs that each attempt took over, as it said when it started."""
    return [
        event.resumed_after
        for events in desk.events(cell)
        for event in events
        if isinstance(event, Started)
    ]


def check_resumes_undisturbed(cluster, desk, cell):
    """Let training run again: a second attempt goes on, and has the bits of a quiet run."""
    desk.crawl.unlink()
    cluster.wait_until(lambda: desk.state(cell) == "done", 90)
    assert desk.epochs(cell) == [[1], [2, 3, 4]]
    assert resumed_after(desk, cell) == [0, 1]
    assert desk.rows(cell) == undisturbed()[cell]


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def is_silent_for(path, seconds):
    """Make a journal look as if nobody had touched it for so long."""
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


def loses_its_node(cluster, job):
    """Kill the daemon of the job's node alone; SLURM soon starts the job on the other one."""
    node = cluster.squeue()[job].node
    cluster.kill_node(node)
    cluster.scontrol("update", f"NodeName={node}", "State=DOWN", "Reason=dead")
    return node


def test_a_job_whose_time_is_up_goes_on_where_it_was(cluster, desk, in_training):
    """What submitit takes for the end of a job's time is any warning in a job of ten minutes."""
    cell, job = in_training("--time", "10", seconds_a_batch=5)
    cluster.scontrol("update", f"JobId={job}", "TimeLimit=1")  # less is left than SLURM warns of
    cluster.wait_until(lambda: desk.state(cell) == "preempted", 120)
    cluster.scontrol("update", f"JobId={job}", "TimeLimit=10")
    desk.crawl.unlink()
    cluster.wait_until(lambda: desk.state(cell) == "done", 120)
    assert "this job is timed-out" in desk.log(job)
    assert cluster.restarts(job) == 1
    assert len(desk.runs.attempts(cell)) == 2
    assert [epoch for epochs in desk.epochs(cell) for epoch in epochs] == [1, 2, 3, 4]
    assert desk.rows(cell) == undisturbed()[cell]


def test_a_job_that_is_requeued_and_killed_goes_on_from_its_checkpoint(cluster, desk, in_training):
    cell, job = in_training("--checkpoint-every", "0", seconds_a_batch=60)
    cluster.scontrol("requeue", job)
    cluster.wait_until(lambda: desk.state(cell) == "lost", 30)
    check_resumes_undisturbed(cluster, desk, cell)
    assert cluster.restarts(job) == 1


def test_a_job_whose_node_goes_down_waits_for_its_own_lease(cluster, desk, in_training):
    desk.sitecustomize(MACHINES)
    cell, job = in_training("--checkpoint-every", "0", seconds_a_batch=60)
    first = desk.pid(cell)
    node = cluster.squeue()[job].node
    for state in ("DRAIN", "DOWN"):  # one that is only down comes back at once
        cluster.scontrol("update", f"NodeName={node}", f"State={state}", "Reason=broken")
    cluster.wait_until(lambda: gone(first), 30)
    cluster.wait_until(lambda: "left to others" in desk.log(job), 60)
    assert cluster.squeue()[job].node != node
    assert len(desk.runs.attempts(cell)) == 1
    is_silent_for(desk.runs.journal(cell, 1), 100)
    check_resumes_undisturbed(cluster, desk, cell)


def test_a_worker_that_outlives_its_nodes_daemon_keeps_its_cell(cluster, desk, in_training):
    desk.sitecustomize(MACHINES)
    cell, job = in_training(seconds_a_batch=60)
    first = desk.pid(cell)
    node = loses_its_node(cluster, job)
    cluster.wait_until(lambda: "left to others" in desk.log(job), 60)
    assert cluster.squeue()[job].node != node
    assert not gone(first)
    desk.crawl.unlink()
    cluster.wait_until(lambda: cluster.squeue()[job].state == "COMPLETED", 60)
    assert desk.epochs(cell) == [[1, 2, 3, 4]]
    assert desk.rows(cell) == undisturbed()[cell]


def test_a_worker_that_slept_through_its_lease_says_nothing_more(cluster, desk, in_training):
    desk.sitecustomize(MACHINES)
    cell, job = in_training("--checkpoint-every", "0", seconds_a_batch=60)
    first = desk.pid(cell)
    os.kill(first, signal.SIGSTOP)
    loses_its_node(cluster, job)
    is_silent_for(desk.runs.journal(cell, 1), 100)
    cluster.wait_until(lambda: len(resumed_after(desk, cell)) == 2, 60)
    os.kill(first, signal.SIGCONT)
    check_resumes_undisturbed(cluster, desk, cell)
    cluster.wait_until(lambda: gone(first), 30)
    assert desk.epochs(cell) == [[1], [2, 3, 4]]

    # A line that was under way when the other took over is there, and goes nowhere.
    [late] = [event for event in desk.events(cell)[0] if isinstance(event, EpochEnded)]
    journal = Journal(desk.runs.journal(cell, 1))
    journal.write(late.model_copy(update={"epoch": 2, "lr": 0.5}))
    journal.close()
    assert desk.rows(cell) == undisturbed()[cell]
