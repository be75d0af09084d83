"""Jobs that a person or nobody ends: what the commands say of their cells, and how they go on."""

import os
import shutil
import signal

import pytest

from bench.journal import Started
from tests.slurm.desk import ON_SLURM, ROOT, Desk, cell_of, undisturbed

pytestmark = pytest.mark.slow

EPOCHS = 12
THREE = ("--set", f"epochs={EPOCHS}", "--set", "seed=[0, 1, 2]", "--parallel", "1")
#: Seconds a batch at which a cell stops soon when asked to, and would otherwise go on for a while.
PACE = "0.2"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def one_runs(cluster, desk):
    """A command that follows three cells, and their jobs: the first trains, the others wait."""
    desk.crawl.write_text("60")
    following = desk.start("run", "trial.toml", *ON_SLURM, *THREE, "--device", "cpu", "--wait")
    cluster.wait_until(lambda: any(desk.crawls(job.id) for job in desk.jobs()), 60)
    yield following, desk.jobs()
    following.kill()
    following.communicate()


def each_epoch_once(desk, cell):
    stated = [epoch for epochs in desk.epochs(cell) for epoch in epochs]
    return stated == list(range(1, EPOCHS + 1))


def left_the_queue(cluster, job):
    """A job of an array that is cancelled before it begins is gone at once."""
    queue = cluster.squeue()
    return job.id not in queue or queue[job.id].ended


def states(desk, jobs):
    return [desk.state(cell) for job in jobs for cell in job.cells]


def test_scancel(cluster, desk, one_runs):
    following, (first, second, third) = one_runs
    cluster.scancel(second.id, third.id)
    cluster.wait_until(lambda: left_the_queue(cluster, third), 30)
    rows = desk.status()
    shown = [rows[job.cells[0]] for job in (first, second)]
    assert [row["state"] for row in shown] == ["running", "queued"]
    assert shown[0]["job"].startswith(f"{first.id} running")
    assert shown[1]["job"] == f"{second.id} is over"

    desk.crawl.write_text(PACE)
    cluster.scancel(first.id)
    output, complaint = following.communicate(timeout=60)
    assert following.returncode == 1, complaint
    assert "0 of 3 cells done" in output
    assert states(desk, (first, second, third)) == ["cancelled", "queued", "queued"]
    assert "scancel" in desk.status()[first.cells[0]]["reason"]


def test_cancel(cluster, desk, one_runs):
    following, jobs = one_runs
    first, second, third = jobs
    said = desk.ferbench("cancel", second.cells[0][:8])
    assert said.startswith("1 called off before they began, 0 in training")
    assert states(desk, jobs) == ["running", "cancelled", "queued"]
    assert left_the_queue(cluster, second)
    assert not left_the_queue(cluster, third)

    said = desk.ferbench("cancel", "trial")
    assert said.startswith("1 called off before they began, 1 in training")
    assert left_the_queue(cluster, third)
    desk.crawl.write_text(PACE)
    cluster.wait_until(lambda: left_the_queue(cluster, first), 30)
    assert cluster.squeue()[first.id].state == "COMPLETED"
    assert states(desk, jobs) == ["cancelled"] * 3
    following.communicate(timeout=30)
    assert following.returncode == 1

    desk.crawl.unlink()
    desk.run(*THREE, "--parallel", "3", "--cells-per-job", "2", "--wait")
    assert states(desk, jobs) == ["done"] * 3
    assert all(each_epoch_once(desk, job.cells[0]) for job in jobs)


def test_a_killed_worker_is_lost_and_retried(cluster, desk):
    desk.crawl.write_text("60")
    cell = cell_of(0)
    following = desk.start(
        *("run", "trial.toml", "--where", "slurm", "--cpus", "1", "--set", "seed=0"),
        *("--device", "cpu", "--deterministic", "--checkpoint-every", "0", "--wait"),
    )
    cluster.wait_until(lambda: any(desk.crawls(job.id) for job in desk.jobs()), 60)
    os.kill(desk.pid(cell), signal.SIGKILL)
    output, complaint = following.communicate(timeout=60)
    assert following.returncode == 1, complaint
    assert "lost" in output
    shown = desk.status()[cell]
    assert shown["state"] == "lost"
    assert "Killed" in shown["log"]

    desk.crawl.unlink()
    placed = ("--where", "slurm", "--cpus", "1", "--wait")
    desk.ferbench("retry", "trial", "--lost", "--device", "cpu", "--deterministic", *placed)
    assert desk.epochs(cell) == [[1], [2, 3, 4]]
    assert desk.rows(cell) == undisturbed()[cell]


def test_a_job_that_cannot_begin(cluster, desk):
    desk.sitecustomize(
        "import os, sys\n"
        "if 'SLURM_PROCID' in os.environ:\n"
        "    sys.stderr.write('no such module on this node\\n')\n"
        "    os._exit(1)\n"
    )
    desk.run("--set", "seed=0", "--wait", code=1)
    shown = desk.status()[cell_of(0)]
    assert shown["state"] == "queued"
    assert shown["job"].endswith("is over")
    assert "no such module on this node" in shown["log"]


def test_a_retry_of_what_failed_is_waited_for_and_can_be_called_off(cluster, desk):
    broken = ("--set", "attention=breaks", "--set", "seed=0", "--wait")
    desk.run(*broken, code=1)
    [cell] = desk.jobs()[0].cells
    assert desk.state(cell) == "failed"
    desk.run(*broken, code=1)
    assert [events[-1].state for events in desk.events(cell)] == ["failed", "failed"]

    desk.submit(*broken[:-1], "--slurm", "hold")
    said = desk.ferbench("cancel", cell)
    assert said.startswith("1 called off before they began")
    assert left_the_queue(cluster, desk.jobs()[-1])
    assert desk.state(cell) == "cancelled"


def test_code_that_changes_while_a_job_waits(cluster, desk, tmp_path):
    copy = tmp_path / "ferbench"
    for folder in ("registry", "bench", "jobs", "cli"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    hers = Desk(tmp_path / "hers", source=copy)
    [job] = hers.submit("--set", "seed=0", "--slurm", "hold")
    changed = copy / "bench" / "engine.py"
    changed.write_text(changed.read_text() + "\n# A thought that came later.\n")
    cluster.scontrol("release", job)
    cell = cell_of(0)
    cluster.wait_until(lambda: hers.state(cell) == "done", 60)
    [started] = [event for event in hers.events(cell)[0] if isinstance(event, Started)]
    assert "submitted: " in started.environment["code_differs"]
    hers.source = ROOT  # who looks has any copy
    hers.status()
    assert "code_differs" in hers.ferbench("show", cell)
