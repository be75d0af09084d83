"""A task in another process runs there, as often as it is asked to."""

import multiprocessing
import os
from pathlib import Path

import pytest

from bench.perf.aside import aside


def noting(path: Path):
    def run() -> None:
        with path.open("a") as file:
            file.write(f"{os.getpid()}\n")

    return run


def failing():
    def run() -> None:
        raise SystemExit("no more")

    return run


def test_it_runs_elsewhere_each_time_before_the_call_returns(tmp_path):
    path = tmp_path / "who"
    with aside(noting, path) as run:
        run()
        first = path.read_text()
        run()
    assert path.read_text() == first * 2
    assert int(first) != os.getpid()
    assert multiprocessing.active_children() == []


def test_one_that_dies_is_told_of(capfd):
    with aside(failing) as run, pytest.raises(RuntimeError, match="failing has died"):
        run()
    assert "no more" in capfd.readouterr().err
