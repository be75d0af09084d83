"""Many cells as an array of jobs: how many at once, who trains what, who opens the database."""

import os
import time
from pathlib import Path

import pytest

from tests.slurm.desk import ON_SLURM, Desk, cell_of, undisturbed

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def open_files(pid):
    """Files that a process has open, or names among its mapped memory."""
    entries = Path(f"/proc/{pid}/fd").iterdir()
    maps = Path(f"/proc/{pid}/maps").read_text()
    return {os.path.realpath(entry) for entry in entries} | set(maps.split())


def test_an_array_of_jobs_that_train_two_cells_each(cluster, desk):
    desk.crawl.write_text("60")
    kinds = ("--set", 'attention=["crawls", "breaks"]', "--set", "seed=[0, 1, 2]")
    jobs = desk.submit(*kinds, "--parallel", "2", "--cells-per-job", "2")
    cells = [cell for job in desk.jobs() for cell in job.cells]
    assert [len(job.cells) for job in desk.jobs()] == [2, 2, 2]
    assert {job.partition("_")[0] for job in jobs} == {jobs[0].partition("_")[0]}

    # Both nodes have room for the third job; only the limit holds it back.
    cluster.wait_until(lambda: desk.crawls(jobs[0]) and desk.crawls(jobs[1]), 60)
    held_back = cluster.squeue()[jobs[2]]
    assert (held_back.state, held_back.reason) == ("PENDING", "JobArrayTaskLimit")
    shown = desk.status()
    assert [shown[cell]["state"] for cell in cells] == ["running", "queued"] * 2 + ["queued"] * 2
    assert "JobArrayTaskLimit" in shown[cells[4]]["job"]
    assert shown[cells[0]]["epochs_done"] == 1

    # Nobody out there opens the database: it can even be gone.
    for cell in (cells[0], cells[2]):
        assert not [name for name in open_files(desk.pid(cell)) if "results.db" in name]
    for path in desk.folder.glob("results.db*"):
        path.unlink()
    desk.crawl.unlink()
    most, live = 0, True
    while live:
        queue = cluster.squeue().values()
        most = max(most, sum(row.state == "RUNNING" for row in queue))
        live = not all(row.ended for row in queue)
        time.sleep(0.3)
    assert most == 2
    assert not list(desk.folder.glob("results.db*"))

    # What fails fails alone, and says why.
    shown = desk.status()
    assert [shown[cell]["state"] for cell in cells] == ["done"] * 3 + ["failed"] * 3
    assert {cluster.squeue()[job].state for job in jobs} == {"COMPLETED"}
    assert shown[cells[3]]["reason"] == "ArithmeticError: this attention was made to break"
    assert "made to break" in shown[cells[3]]["log"]
    printed = desk.ferbench("logs", cells[3])
    assert "Traceback" in printed
    assert "in forward" in printed
    for cell in undisturbed():
        assert desk.rows(cell) == undisturbed()[cell]


def test_two_people_submit_the_same_matrix_at_the_same_moment(cluster, desk):
    typed = ("run", "trial.toml", *ON_SLURM, "--device", "cpu", "--deterministic", "--wait")
    people = [desk.start(*typed), desk.start(*typed)]
    for person in people:
        output, complaint = person.communicate(timeout=120)
        assert person.returncode == 0, complaint
        assert "2 of 2 cells done" in output
    for cell in undisturbed():
        assert desk.runs.attempts(cell) == [1]
        assert desk.rows(cell) == undisturbed()[cell]


def test_a_warned_job_with_two_gpus_saves_both_cells_and_goes_on_where_they_were(cluster, desk):
    desk.crawl.write_text("2")
    [job] = desk.submit("--gpus", "2", "--cells-per-job", "2")
    cells = [cell_of(0), cell_of(1)]
    cluster.wait_until(lambda: desk.log(job).count("crawls") >= 2, 60)
    told = [line for line in desk.log(job).splitlines() if line.startswith("GPU")]
    assert sorted(told) == ["GPU 0", "GPU 1"]

    cluster.scancel("--signal=USR2", job)
    cluster.wait_until(lambda: all(desk.state(cell) == "preempted" for cell in cells), 30)
    desk.crawl.unlink()
    cluster.wait_until(lambda: all(desk.state(cell) == "done" for cell in cells), 60)
    assert "this job is preempted" in desk.log(job)
    assert cluster.restarts(job) == 1
    for cell in cells:
        assert desk.epochs(cell) == [[1], [2, 3, 4]]
        assert desk.rows(cell) == undisturbed()[cell]
