"""The commands that say what may be concluded, as a person types them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import terminal
from cli.main import main
from tests.bench.builders import close, spec
from tests.bench.statistics.builders import Bench, split, wrong_at

SPLIT = split(people=12)
PAPERS = {"protocol": "paper", "epochs": 100}
Ferbench = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Six seeds of three models under two protocols, one cell of which is missing."""
    folder = tmp_path_factory.mktemp("results")
    bench = Bench(folder)
    cells = []
    for protocol, more, mark in (("paper", 0, "1"), ("subject", 5, "2")):
        for attention, wrong in (("hfc", 1), ("none", 9), ("hfc_mean", 2)):
            for seed in range(6):
                cell = spec(protocol=protocol, attention=attention, seed=seed)
                cells.append(cell)
                if (protocol, attention, seed) == ("subject", "none", 5):
                    continue
                places = range(seed, seed + 3 * (wrong + more + seed * wrong % 3), 3)
                bench.run(cell, SPLIT, wrong_at(SPLIT, places), fingerprint=mark * 32)
    bench.submit("small", *cells, reported="kim_jo/table1")
    with bench.session():
        close(bench.store)
    return folder


@pytest.fixture
def ferbench(folder, monkeypatch, capsys) -> Ferbench:
    def run(*words: str, width: int = 200) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["ferbench", *words])
        monkeypatch.setattr(terminal.console, "width", width)
        try:
            main()
            code = 0
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def json_of(ferbench):
    def run(*words: str):
        code, out, err = ferbench(*words, "--format", "json")
        assert code == 0, err
        return json.loads(out)

    return run


class TestCompare:
    def test_as_json(self, json_of):
        found = json_of("compare", "hfc", "none", "hfc_mean", "--protocol", "subject")
        assert found["ranking"] is None
        with_none, with_mean = found["comparisons"]
        assert (with_none["second"], with_none["gain"]["n"], with_none["unpaired"]) == (
            "none",
            5,
            1,
        )
        assert with_none["conclusion"] in ("higher", "can't be told")
        assert with_mean["gain"]["n"] == 6
        assert with_mean["runs"]["adjusted"] >= with_mean["runs"]["test"]["p"]

    def test_as_a_table(self, ferbench):
        code, out, _ = ferbench("compare", "hfc", "none", "--matrix", "small")
        assert code == 0
        assert "hfc – none" in out
        assert "optimistic" in out
        assert "0.0625" in out  # five pairs under `subject`

    def test_the_last_epoch_is_not_optimistic(self, json_of):
        words = ("compare", "hfc", "none", "--protocol", "paper")
        assert json_of(*words)["comparisons"][0]["optimistic"]
        assert not json_of(*words, "--rule", "last")["comparisons"][0]["optimistic"]

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("compare", "hfc"), "two or more"),
            (("compare", "hfc", "nonne"), "did you mean 'none'"),
            (("compare", "hfc", "none", "--matrix", "smal"), "did you mean 'small'"),
            (("claim", "smal"), "did you mean 'small'"),
            (("ladder", "smal"), "did you mean 'small'"),
            (("power", "table9"), "no reported table"),
        ],
    )
    def test_what_a_person_gets_wrong_is_one_sentence(self, ferbench, words, said):
        code, _, err = ferbench(*words)
        assert (code, err.count("\n")) == (2, 1)
        assert said in err


def test_claim(ferbench, json_of):
    found = json_of("claim", "small")
    assert [one["protocol"] for one in found] == ["paper", "subject"]
    assert all("It may not be concluded" in one["paragraph"] for one in found)
    assert {each["second"] for each in found[0]["comparisons"]} == {
        "none",
        "bam",
        "hfc_mean",
        "hfc_random",
    }
    _, out, _ = ferbench("claim", "small")
    assert "Against BAM (bam) nothing is known" in " ".join(out.split())


def test_ladder(ferbench, json_of):
    first = json_of("ladder", "small")[0]
    assert [rung["estimate"]["n"] for rung in first["rungs"]] == [6, 6, 0, 6]
    assert first["rungs"][2]["estimate"]["mean"] is None
    assert first["rungs"][0]["shared"]["tested"] == 48
    code, out, _ = ferbench("ladder", "small")
    assert code == 0
    assert "missing" in out


def test_verdict(ferbench, json_of):
    found = json_of("verdict", "--matrix", "small")
    ran = [one for one in found if one["measured"] is not None]
    assert {one["verdict"]["word"] for one in ran} == {"not comparable"}
    assert {one["verdict"]["n"] for one in found if one not in ran} == {0}
    code, out, _ = ferbench("verdict")
    assert code == 0
    assert "not comparable" in out


def test_power(ferbench, json_of):
    jaffe = [row for row in json_of("power", "table2", "--sd", "2") if row["dataset"] == "jaffe"]
    assert not any(row["could_be_seen"] for row in jaffe)
    assert all(row["runs"] for row in jaffe)
    code, out, _ = ferbench("power", "table1", "--matrix", "small")
    assert code == 0
    assert "sign-flip tests need 6 pairs" in out


def test_a_dataset_that_nobody_ran_on_is_named(ferbench):
    code, _, err = ferbench("compare", "hfc", "none", "--dataset", "facess")
    assert code == 2
    assert "with the dataset 'facess'; did you mean 'faces'?" in " ".join(err.split())


class TestNarrowTerminal:
    """On 80 columns every number stands whole; what has no room was once left out in silence."""

    def test_power(self, ferbench, json_of):
        gains = json_of("power")
        _, shown, _ = ferbench("power", width=80)
        for gain in gains:
            assert f"{gain['images_least']:,}–{gain['images_most']:,}" in shown

    def test_compare(self, ferbench, json_of):
        (one,) = json_of("compare", "hfc", "none", "--protocol", "paper")["comparisons"]
        _, shown, _ = ferbench("compare", "hfc", "none", "--protocol", "paper", width=80)
        assert f"{one['gain']['low']:+.1f} to {one['gain']['high']:+.1f}" in shown
        assert "a optimistic: the test part picked the epoch" in shown

    def test_ladder_and_verdict(self, ferbench, json_of):
        _, shown, _ = ferbench("ladder", "small", width=80)
        for one in json_of("ladder", "small"):
            for rung in one["rungs"]:
                if (low := rung["estimate"]["low"]) is not None:
                    assert f"{low:.1f} to {rung['estimate']['high']:.1f}" in shown
        _, shown, _ = ferbench("verdict", width=80)
        assert all(f" {one['verdict']['word']} " in shown for one in json_of("verdict"))
