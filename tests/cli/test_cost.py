"""``ferbench cost`` as a person types it."""

import json
import sys

import pytest

from cli.main import main

FIGURES = ("parameters", "flops", "latency_ms_p50", "latency_ms_p95", "throughput", "peak_memory")
QUICK = ["--size", "32", "--batch", "2", "--rounds", "5", "--device", "cpu"]


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
    assert ferbench("cost", "mobilenet_v2/hfc", *QUICK, "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in rows] == ["mobilenet_v2", "mobilenet_v2/hfc"]
    assert rows[1]["parameters"] - rows[0]["parameters"] == 767
    for row in rows:
        assert all(row[name] > 0 for name in FIGURES)
    assert len(list((tmp_path / "results.runs" / "costs").glob("*.json"))) == 1


def test_a_matrix_is_its_models_at_its_size(ferbench, capsys, tmp_path):
    (tmp_path / "own.toml").write_text(
        "[base]\ndataset = 'ckplus'\nbackbone = 'mobilenet_v2'\nprotocol = 'paper'\nsize = 40\n"
        "[sweep]\nattention = ['none', 'se', 'eca']\nseed = [0, 1]\n"
    )
    assert ferbench("cost", "own.toml", "--batch", "2", "--rounds", "5") == 0
    text = capsys.readouterr().out
    assert "40 × 40" in text
    assert text.count("mobilenet_v2/se") == text.count("mobilenet_v2/eca") == 1


def test_kronecker(ferbench, capsys, tmp_path):
    assert ferbench("cost", "--kronecker", "32", "112") == 0
    text = capsys.readouterr().out
    assert "600.25" in text
    assert "18.76" in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give a matrix or models"),
        (["quik"], "did you mean 'quick'?"),
        (["resnet19"], "did you mean 'resnet18'?"),
        (["resnet18/hfcc"], "did you mean 'hfc'?"),
        (["nowhere.toml"], "cannot read nowhere.toml"),
        (["resnet18", "--device", "tpu9"], "no device 'tpu9'"),
        (["--kronecker", "0", "3"], "at least 1"),
    ],
)
def test_what_a_person_gets_wrong(ferbench, capsys, tmp_path, words, said):
    assert ferbench("cost", *words) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
