"""``ferbench perf`` as a person types it."""

import json
import sys

import pytest

from bench.perf.row import Row
from cli.main import main

SMALLEST = ["--quick", "--device", "cpu", "--size", "32", "--rounds", "2", "--cells", "40"]


@pytest.fixture
def ferbench(tmp_path, monkeypatch):
    def run(*words: str) -> int:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["ferbench", *words])
        try:
            main()
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    return run


def test_rows_for_scripts(ferbench, capsys, tmp_path):
    words = ["--part", "growth", "--part", "logging", *SMALLEST, "--format", "json"]
    assert ferbench("perf", *words) == 0
    told = capsys.readouterr()
    rows = json.loads(told.out)
    assert all(set(row) == {"what", "ratio", "low", "high", "n"} for row in rows)
    assert all(row["low"] <= row["ratio"] <= row["high"] and row["n"] == 2 for row in rows)
    assert [row["what"].partition(",")[0].partition(" (")[0] for row in rows] == [
        "logging an epoch",
        "logging an epoch",
        *["matrix expansion"] * 2,
        *["look-up of what is done"] * 2,
        *["dry run"] * 2,
        *["leaderboard"] * 2,
    ]
    assert "making 40 cells" in told.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_shows_what_was_measured(ferbench, capsys, monkeypatch):
    def interrupted(*_: object):
        yield Row("training images/s, hfc / none", 0.97, 0.95, 0.99, 7)
        raise KeyboardInterrupt

    monkeypatch.setattr("bench.perf.measure.measure_speed", interrupted)
    assert ferbench("perf", "--device", "cpu") == 130
    told = capsys.readouterr()
    assert "hfc / none" in told.out
    assert "0.97" in told.out
    assert "Stopped" in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--part", "atention"], "did you mean 'attention'?"),
        (["--cells", "50"], "--cells 50: it must be a multiple of 20"),
        (["--device", "tpu9"], "no device 'tpu9'"),
        (["--device", "cuda"], "no CUDA device is to be seen"),
    ],
)
def test_what_a_person_gets_wrong(ferbench, capsys, monkeypatch, words, said):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert ferbench("perf", *words) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1
