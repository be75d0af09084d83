"""A study in two workers on SLURM: each trial once, and none left behind by a worker that dies."""

import json
import os
import signal
import time

import pytest

from bench.journal import Ended
from tests.slurm.desk import ON_SLURM, Desk

STUDY = """
trials = 4
seeds = 1
sampler = "random"

[base]
dataset = { name = "faces", subjects = 10, frames = 1 }
protocol = "subject"
backbone = "mobilenet_v2"
attention = "crawls"
size = 32
epochs = 3
batch_size = 8

[space]
lr = { low = 1e-5, high = 1e-2, log = true }
"""
#: The two nodes are one machine; so that they see each other as two, by their leases only.
MACHINES = """
import os, platform
if node := os.environ.get("SLURMD_NODENAME"):
    platform.node = lambda: node
"""


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "rates.toml").write_text(STUDY)
    return Desk(tmp_path)


@pytest.fixture
def tune(desk):
    def type_(*words, code=0):
        fixed = ("tune", "rates.toml", "--device", "cpu", "--deterministic")
        return desk.ferbench(*fixed, *words, code=code)

    return type_


def trials(desk, study="rates"):
    shown = desk.ferbench("study", "show", study, "--format", "json")
    return json.loads(shown)["trials"]


def drawn(desk, study="rates"):
    return [(row["state"], row["parameters"], row["values"]) for row in trials(desk, study)]


def holders(leases):
    """Processes that have a trial, by its number."""
    held = {path: path.read_text().split("|") for path in leases.glob("trial-*")}
    return {int(p.name.split("-")[1]): int(who[2]) for p, who in held.items() if len(who) == 4}


def is_silent_for(path, seconds):
    """Make a file look as if nobody had touched it for so long."""
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


@pytest.mark.slow
def test_two_workers_share_a_study_and_the_death_of_one_costs_no_trial(cluster, desk, tune):
    desk.sitecustomize(MACHINES)
    desk.crawl.write_text("60")
    tune(*ON_SLURM, "--workers", "2", "--checkpoint-every", "0")
    queued = [row for row in cluster.squeue().values() if not row.ended]
    assert len(queued) == len(desk.jobs()) == 2
    leases = desk.runs.root / "studies" / "rates"
    assert (leases.parent / "optuna.log").exists()  # what nodes may share, unlike SQLite
    assert not (desk.folder / "results.studies.db").exists()

    def both_in_training():
        cells = {cell for cell, _, _ in desk.runs.journals()}
        return len(cells) == 2 and all(desk.epochs(cell) == [[1]] for cell in cells)

    cluster.wait_until(both_in_training, 120)
    os.kill(holders(leases)[1], signal.SIGKILL)
    desk.crawl.unlink()
    cluster.wait_until(lambda: not holders(leases).keys() - {1}, 120)
    assert not all(row.ended for row in cluster.squeue().values())  # one waits for the lease
    is_silent_for(leases / "trial-0001-01", 100)
    for _, _, path in desk.runs.journals():
        is_silent_for(path, 100)
    cluster.wait_until(lambda: all(row.ended for row in cluster.squeue().values()), 120)

    found = trials(desk)
    assert [row["state"] for row in found] == ["complete"] * 4
    assert not list(leases.iterdir())
    attempts = [len(desk.events(cell)) for row in found for cell in row["cells"]]
    assert sorted(attempts) == [1, 1, 1, 2]
    ends = [desk.events(cell)[-1][-1] for row in found for cell in row["cells"]]
    assert all(isinstance(end, Ended) and end.state == "done" for end in ends)
    desk.ferbench("db", "ingest")
    board = desk.ferbench("leaderboard")
    assert "crawls" in board

    # One worker, alone and without SLURM, finds the same: each draw is the trial's own.
    tune("--name", "alone", "--where", "inline")
    assert drawn(desk, "alone") == drawn(desk)
    assert [len(desk.events(cell)) for row in found for cell in row["cells"]] == attempts
    assert "nothing to train" in tune("--name", "alone")
