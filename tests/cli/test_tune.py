"""``ferbench tune`` as a person types it: what it trains, what it shares, and what it refuses."""

import json
import sys

import pytest

from bench import journal
from bench.runs import Runs
from cli.main import main
from jobs.claim import state_of
from tests.jobs.studies import register_small

STUDY = """
title = "Which rate?"
trials = 4
seed = 2
sampler = "grid"
pruner = { name = "median", startup = 1 }

[base]
dataset = { name = "faces", subjects = 10, frames = 4 }
protocol = "subject"
backbone = "test_small"
attention = "hfc"
size = 32
epochs = 2
batch_size = 4

[space]
attention.radius = { low = 0.1, high = 0.9, points = 2 }
lr = { low = 1e-6, high = 2e-3, log = true, points = 2 }
"""
HERE = ("--where", "inline", "--device", "cpu")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a study in which nothing was run."""
    register_small()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "rates.toml").write_text(STUDY)
    return tmp_path


@pytest.fixture
def ferbench(folder, monkeypatch, capsys):
    """Type a command in this process; its code, what it printed and what it complained of."""

    def type_(*words):
        monkeypatch.setattr(sys, "argv", ["ferbench", *words])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return type_


@pytest.fixture
def trials(ferbench):
    def ask(study="rates"):
        return json.loads(ferbench("study", "show", study, "--format", "json")[1])["trials"]

    return ask


@pytest.mark.slow
def test_trials_are_cells_that_everything_else_knows(folder, ferbench, trials):
    runs = Runs(folder / "results.runs")
    code, output, _ = ferbench("tune", "rates.toml", *HERE)
    assert code == 0
    assert "Best: trial" in output
    rows = trials()
    states = [row["state"] for row in rows]
    assert set(states) == {"complete", "pruned"}
    assert len(states) == 4
    assert (folder / "results.studies.db").exists()  # SQLite, beside the results

    # The leaderboard has those that are complete; the study's name is that of a matrix.
    board = json.loads(ferbench("leaderboard", "--format", "json")[1])
    measured = [row for row in board if row["selection"] == "best" and row["n"] == 1]
    assert len(measured) == states.count("complete")
    told = json.loads(ferbench("status", "--matrix", "study-rates", "--format", "json")[1])
    assert sorted(row["state"] for row in told) == sorted(
        {"complete": "done", "pruned": "pruned"}[state] for state in states
    )

    # Started again, there is nothing to do; a study of another name takes over what is known.
    before = {path: path.stat().st_size for _, _, path in runs.journals()}
    assert "nothing to train" in ferbench("tune", "rates.toml", *HERE)[1]
    assert ferbench("tune", "rates.toml", "--name", "twin", *HERE)[0] == 0
    assert [row["parameters"] for row in trials("twin")] == [row["parameters"] for row in rows]
    done = [cell for row in rows if row["state"] == "complete" for cell in row["cells"]]
    assert done
    for cell in done:
        path = runs.journal(cell, 1)
        assert runs.attempts(cell) == [1]
        assert path.stat().st_size == before[path]

    # A matrix with the specification of a pruned trial goes on with it, and with no other.
    pruned = next(row for row in rows if row["state"] == "pruned")
    matrix = STUDY[STUDY.index("[base]") : STUDY.index("[space]")] + "[sweep]\nlr = [{lr!r}]\n"
    drawn = pruned["parameters"]
    attention = f'{{ name = "hfc", radius = {drawn["attention.radius"]!r} }}'
    text = matrix.replace('"hfc"', attention).replace("{lr!r}", repr(drawn["lr"]))
    (folder / "again.toml").write_text(text)
    attempts = len(runs.attempts(pruned["cells"][0]))
    assert ferbench("run", "again.toml", *HERE)[0] == 0
    [cell] = pruned["cells"]
    assert state_of(runs, cell) == "done"
    events, _ = journal.read(runs.journal(cell, attempts + 1))
    assert next(e for e in events if isinstance(e, journal.Started)).resumed_after == 1

    # And what a study found can be held against the paper's variants, on seeds of their own.
    assert ferbench("study", "apply", "rates", "-o", "winner.toml")[0] == 0
    assert ferbench("study", "apply", "rates", "-o", "winner.toml")[0] == 2  # never overwritten
    small = ("--set", "seed=3", "--set", "epochs=1")
    code, output, complaint = ferbench("run", "winner.toml", *small, *HERE)
    assert code == 0, output + complaint
    told = json.loads(ferbench("status", "--matrix", "winner", "--format", "json")[1])
    assert {row["state"] for row in told} == {"done"}
    best = json.loads(ferbench("study", "best", "rates", "--format", "json")[1])["best"]
    attentions = {row["attention"] for row in told}
    assert {"none", "hfc", "lfc", "hfc_mean", "hfc_random"} < attentions
    assert f"hfc(radius={best['parameters']['attention.radius']})" in attentions


class TestTheTestPart:
    def test_it_is_refused(self, folder, ferbench):
        code, _, complaint = ferbench("tune", "rates.toml", "--set", "protocol=paper", *HERE)
        assert code == 2
        assert "tune on the test part" in complaint
        assert not list(folder.glob("results*"))

    def test_whoever_insists_is_told_wherever_the_study_is(self, folder, ferbench):
        small = ("--trials", "1", "--set", "protocol=paper", "--set", "epochs=1", "--optimistic")
        code, output, complaint = ferbench("tune", "rates.toml", *small, *HERE)
        assert code == 0, complaint
        note = "optimistic: tuned on the test part"
        assert note in output
        for words in (["list"], ["show", "rates"], ["best", "rates"]):
            assert note in ferbench("study", *words)[1]
            found = json.loads(ferbench("study", *words, "--format", "json")[1])
            assert (found[0] if words == ["list"] else found)["optimistic"] is True
        assert json.loads(ferbench("study", "export", "rates", "--format", "json")[1])["optimistic"]
        ferbench("study", "export", "rates", "-o", "figures")
        pages = list((folder / "figures").glob("*.html"))
        assert pages
        assert all(note in page.read_text() for page in pages)
        ferbench("study", "apply", "rates", "-o", "winner.toml")
        assert (folder / "winner.toml").read_text().count("optimistic") == 2

        # With and without are two studies.
        code, _, complaint = ferbench("tune", "rates.toml", "--trials", "1", *HERE)
        assert code == 2
        assert "already with another base and optimistic" in complaint


def replaced(line, other):
    assert line in STUDY
    return STUDY.replace(line, other)


RADIUS = "attention.radius = { low = 0.1, high = 0.9, points = 2 }"
REFUSED = {
    "unknown parameter": (replaced(RADIUS, "attention.radus = {}"), "did you mean 'radius'"),
    "unknown setting": (replaced(RADIUS, "banana = {}"), "no setting 'banana'"),
    "no component": (replaced(RADIUS, 'backbone = ["resnet18", "resnet19"]'), "resnet19"),
    "inverted": (replaced("low = 0.1", "low = 0.95"), "0.95 is not below 0.9"),
    "empty": (replaced("low = 0.1", "low = 0.9"), "is empty"),
    "not a number": (replaced("low = 0.1", "low = nan"), "is empty"),
    "beyond the component's": (replaced("high = 0.9", "high = 7.0"), "less than 1"),
    "logarithm of nothing": (replaced("low = 1e-6", "low = 0.0"), "0.0 is not above 0"),
    "no whole number": (replaced(RADIUS, "epochs = { low = 1, high = 2.5 }"), "whole number"),
    "nothing declared": (replaced(RADIUS, "momentum = {}"), "no range is declared"),
    "no categorical": (replaced(RADIUS, "attention.radius = [0.1, 0.2]"), "no categorical"),
    "no range": (replaced(RADIUS, "attention.profile = { low = 0, high = 1 }"), "no range"),
    "no such choice": (replaced(RADIUS, 'attention.profile = ["ideal", "idle"]'), "'idle'"),
    "one choice": (replaced(RADIUS, 'attention.profile = ["ideal"]'), "two different values"),
    "what is measured": (replaced(RADIUS, "seed = { low = 0, high = 3 }"), "what is measured"),
    "no sampler": (replaced('sampler = "grid"', 'sampler = "gird"'), "'gird'"),
    "no option": (replaced("startup = 1", "startp = 1"), "startp"),
    "no section": (STUDY + "[spaces]\n", "no section 'spaces'"),
    "no space": (STUDY[: STUDY.index("[space]")], "[space] is missing"),
    "no TOML": (STUDY + "=", "rates.toml"),
    "no objective": (replaced("trials = 4", 'objectives = ["accuracy"]'), "accuracy"),
    "pruning by two": (
        replaced("trials = 4", 'objectives = ["balanced_accuracy", "parameters"]'),
        "one objective only",
    ),
    "two seeds for Wilcoxon": (
        replaced('name = "median", startup = 1', 'name = "wilcoxon"'),
        "give it more seeds",
    ),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_study_that_cannot_be_is_refused_and_nothing_is_written(folder, ferbench, text, reason):
    (folder / "rates.toml").write_text(text)
    code, output, complaint = ferbench("tune", "rates.toml", *HERE)
    assert code == 2
    assert reason in complaint
    assert "Traceback" not in output + complaint
    assert [path.name for path in folder.iterdir()] == ["rates.toml"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["radus"], "did you mean 'radius'"),
        (["nothing.toml"], "cannot read nothing.toml"),
        (["rates.toml", "--set", "lr=0.1"], "'lr' is searched over"),
        (["rates.toml", "--set", "size=[32,48]"], "one value for each setting"),
        (["rates.toml", "--set", "attention=none"], "has no parameter 'radius'"),
        (["rates.toml", "--name", "../up"], "is no name for a study"),
        (["rates.toml", "--trials", "0"], "--trials"),
        (["rates.toml", "--where", "inline", "--workers", "2"], "--workers says nothing"),
        (["rates.toml", "--root", "faces=/nowhere"], "nowhere"),
    ],
)
def test_words_that_cannot_be_are_refused_and_nothing_is_written(folder, ferbench, words, reason):
    code, output, complaint = ferbench("tune", *words)
    assert code == 2
    assert reason in output + complaint
    assert [path.name for path in folder.iterdir()] == ["rates.toml"]


def test_another_space_under_the_same_name_is_refused(folder, ferbench, trials):
    small = ("--trials", "1", "--set", "epochs=1")
    assert ferbench("tune", "rates.toml", *small, *HERE)[0] == 0
    known = {path: path.read_bytes() for path in folder.rglob("*.db")}
    first = trials()
    (folder / "rates.toml").write_text(replaced("low = 0.1", "low = 0.2"))
    code, _, complaint = ferbench("tune", "rates.toml", *small, *HERE)
    assert code == 2
    assert "is there already with another space" in complaint
    assert trials() == first
    assert known.keys() == set(folder.rglob("*.db"))


def test_a_parameter_that_is_set_comes_before_the_files_table(folder):
    from jobs.study_file import shipped_studies

    (radius,) = [file for file in shipped_studies() if file.name == "radius"]
    assert radius.base["dataset"] == {"name": "faces", "subjects": 20}
    (cell, *_) = (
        radius.with_settings({"dataset.subjects": 8, "seed": 4})
        .study()
        .trial({"attention.radius": 0.3})
        .specifications(lambda _: "0" * 32)
    )
    assert cell.dataset.parameters["subjects"] == 8
    assert cell.seed == 4


def test_every_shipped_study_can_be_carried_out(folder):
    from bench.home import find_home
    from jobs.study_file import shipped_studies
    from jobs.study_run import prepare

    prepared = {
        file.name: prepare(file.study(), find_home(), "local") for file in shipped_studies()
    }
    assert set(prepared) == {"radius", "radius_per_position", "profile"}
    radius = prepared["radius"].study.space["attention.radius"]
    assert (radius.low, radius.high) == (0.02, 0.95)  # as the component declares it
    assert prepared["radius_per_position"].study.space["attention.radius"].positions == 4
    assert set(prepared["profile"].study.space) == {
        *("attention.profile", "attention.order", "attention.radius")
    }
    assert not list(folder.glob("results*"))
