"""The commands as a person types them, each in a process of its own."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.main import main

MATRIX = """
title = "A matrix for a test"
reported = "kim_jo/table1"

[base]
dataset = { name = "faces", subjects = 10, frames = 1 }
protocol = "subject"
backbone = "mobilenet_v2"
size = 32
epochs = 2
batch_size = 16
lr = 1e-3

[sweep]
attention = ["none", "hfc"]
seed = [0, 1]
"""

FERBENCH = [sys.executable, "-m", "cli.main"]


def ferbench(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*FERBENCH, *words],
        cwd=folder,
        env=os.environ | {"COLUMNS": "160"} | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def json_of(folder: Path, *words: str) -> list | dict:
    done = ferbench(folder, *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_process(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> int:
    """Exit code of the command run in this process, which has PyTorch imported already."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["ferbench", *words])
    try:
        main()
    except SystemExit as exit_:
        return int(exit_.code or 0)
    return 0


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A folder in which the matrix was run."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "small.toml").write_text(MATRIX)
    done = ferbench(folder, "run", "small.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 of 4 cells done" in done.stdout
    return folder


@pytest.mark.slow
class TestRun:
    def test_leaves_its_results_beside_the_database(self, trained):
        assert (trained / "results.db").exists()
        assert len(list(trained.glob("results.runs/cells/*/*/attempt-0001.jsonl"))) == 4

    def test_a_second_run_trains_nothing_and_says_so(self, trained):
        journals = {p: p.stat().st_mtime_ns for p in trained.glob("results.runs/cells/*/*/*")}
        done = ferbench(trained, "run", "small.toml")
        assert done.returncode == 0
        assert "nothing to train" in done.stdout.lower()
        after = {p: p.stat().st_mtime_ns for p in trained.glob("results.runs/cells/*/*/*")}
        assert after == journals

    def test_a_dry_run_tells_what_is_done_and_writes_nothing(self, trained):
        before = (trained / "results.db").read_bytes()
        done = ferbench(trained, "run", "small.toml", "--dry-run", "--set", "seed=[0, 1, 2]")
        assert "6 cells, 4 done already" in done.stdout
        assert "To train: 2 cells" in done.stdout
        assert "Nothing was trained" in done.stdout
        assert (trained / "results.db").read_bytes() == before

    def test_a_dry_run_needs_no_database_and_makes_none(self, tmp_path):
        done = ferbench(tmp_path, "run", "quick", "--dry-run")
        assert done.returncode == 0
        assert "5 cells, 0 done already" in done.stdout
        assert list(tmp_path.iterdir()) == []

    def test_rebuilding_the_database_from_the_journals_gives_the_same_leaderboard(self, trained):
        before = json_of(trained, "leaderboard")
        (trained / "results.db").rename(trained / "kept.db")
        assert ferbench(trained, "run", "small.toml").returncode == 0
        assert json_of(trained, "leaderboard") == before

    def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(self, tmp_path):
        (tmp_path / "small.toml").write_text(MATRIX.replace("epochs = 2", "epochs = 8"))
        settings = ["--set", "seed=0", "--set", "attention=hfc"]
        words = [*FERBENCH, "run", "small.toml", *settings]
        process = subprocess.Popen(
            words, cwd=tmp_path, start_new_session=True, stdout=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 120
        while not any(
            '"event":"epoch"' in path.read_text()
            for path in tmp_path.glob("results.runs/cells/*/*/*.jsonl")
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process of the group
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 130
        assert "Stopped" in output
        states = {cell["state"] for cell in json_of(tmp_path, "status")}
        assert states == {"cancelled"}
        done = ferbench(tmp_path, "run", "small.toml", *settings)
        assert done.returncode == 0, done.stdout
        attempts = [
            attempt
            for cell in json_of(tmp_path, "status")
            for attempt in json_of(tmp_path, "show", cell["id"])["attempts"]
        ]
        assert any(attempt["resumed_after"] for attempt in attempts)

    def test_a_worker_that_dies_takes_one_cell_along_and_the_others_go_on(self, tmp_path):
        (tmp_path / "small.toml").write_text(MATRIX)
        process = subprocess.Popen(
            [*FERBENCH, "run", "small.toml", "--slots", "1"], cwd=tmp_path, stdout=subprocess.PIPE
        )
        deadline = time.monotonic() + 120
        holder = ""
        while not holder:
            assert time.monotonic() < deadline
            for path in tmp_path.glob("results.runs/cells/*/*/*.jsonl"):
                lines = path.read_text().splitlines()
                if lines and '"event":"ended"' not in lines[-1]:
                    holder = json.loads(lines[0])["holder"]
            time.sleep(0.02)
        os.kill(int(holder.split("|")[2]), signal.SIGKILL)
        process.communicate(timeout=240)
        assert process.returncode == 1
        states = sorted(cell["state"] for cell in json_of(tmp_path, "status"))
        assert states == ["done", "done", "done", "lost"]
        done = ferbench(tmp_path, "run", "small.toml")
        assert done.returncode == 0
        assert "4 of 4 cells done" in done.stdout


@pytest.mark.slow
class TestReading:
    def test_leaderboard_rows_carry_what_scripts_need(self, trained):
        rows = json_of(trained, "leaderboard", "--matrix", "small")
        assert len(rows) == 4
        for row in rows:
            assert row["dataset"] == "faces(subjects=10, frames=1)"
            assert row["backbone"] == "mobilenet_v2"
            assert row["protocol"] == "subject"
            assert row["n"] == 2
            assert 0 <= row["mean"] <= 100
            assert row["std"] is not None
            assert row["comparable"] is False
        assert {(row["attention"], row["selection"]) for row in rows} == {
            (attention, rule) for attention in ("none", "hfc") for rule in ("best", "last")
        }

    def test_leaderboard_agrees_with_the_cells_it_is_made_of(self, trained):
        cells = [json_of(trained, "show", cell["id"]) for cell in json_of(trained, "status")]
        for row in json_of(trained, "leaderboard"):
            figures = [
                100 * picked["balanced_accuracy"]
                for cell in cells
                if cell["state"]["attention"] == row["attention"]
                for picked in cell["picked"]
                if picked["rule"] == row["selection"]
            ]
            assert row["mean"] == pytest.approx(sum(figures) / 2)

    def test_leaderboard_as_csv(self, trained):
        done = ferbench(trained, "leaderboard", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert len(rows) == 4
        assert {row["attention"] for row in rows} == {"none", "hfc"}

    def test_leaderboard_of_a_protocol(self, trained):
        assert len(json_of(trained, "leaderboard", "--protocol", "subject")) == 4
        assert json_of(trained, "leaderboard", "--protocol", "paper") == []

    def test_show_has_curves_classes_and_environment(self, trained):
        cell = json_of(trained, "status")[0]["id"]
        shown = json_of(trained, "show", cell[:6])
        assert [epoch["epoch"] for epoch in shown["epochs"]] == [1, 2]
        assert set(shown["epochs"][0]["loss"]) == {"train", "validation", "test"}
        assert shown["attempts"][0]["environment"]["packages"]["torch"]
        picked = shown["picked"][0]
        for row, counts in zip(picked["classes"], picked["confusion"], strict=True):
            assert row["support"] == sum(counts)
        text = ferbench(trained, "show", cell).stdout
        for expected in ("Specification", "Attempt 1: done", "Curves", "happiness", "threads"):
            assert expected in text

    def test_status_counts(self, trained):
        assert "4 done" in ferbench(trained, "status").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "quik"], "did you mean 'quick'?"),
        (["run", "nowhere.toml"], "cannot read nowhere.toml"),
        (["run", "quick", "--set", "atention=hfc"], "did you mean 'attention'?"),
        (["run", "quick", "--set", "attention=hfcc"], "did you mean 'hfc'?"),
        (["run", "quick", "--set", "attention.radus=0.1"], "did you mean 'radius'?"),
        (["run", "quick", "--set", "attention.radius=1.5"], "less than 1"),
        (["run", "quick", "--set", "epochs=many"], "epochs = 'many'"),
        (["run", "quick", "--set", "epochs"], "KEY=VALUE"),
        (["run", "quick", "--set", "fold=3"], "fold = 3"),
        (["run", "quick", "--device", "tpu9"], "no device 'tpu9'"),
        (["run", "quick", "--keep", "all"], "'none', 'best' or 'last'"),
        (["run", "table1"], "--root ckplus=DIR"),
        (["run", "table1", "--root", "ckplus=missing"], "does not exist"),
        (["run", "table1", "--root", "ckplus"], "DATASET=DIR"),
        (["run", "table1", "--root", "ck=."], "no dataset 'ck'"),
        (["run", "quick", "--db", "nonsense://x"], "nonsense"),
        (["status"], "no results database"),
        (["leaderboard"], "no results database"),
        (["show", "0123"], "no results database"),
        (["data", "check", "face"], "did you mean 'faces'?"),
        (["data", "check", "ckplus"], "--root ckplus=DIR"),
        (["data", "sheet", "faces", "-o", "missing/sheet.png"], "cannot write"),
    ],
)
def test_what_a_person_gets_wrong_is_one_sentence_and_exit_code_2(
    tmp_path, monkeypatch, capsys, words, said
):
    assert in_process(monkeypatch, tmp_path, *words) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1
    assert not list(tmp_path.glob("results.*")), "nothing is written"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rots]\nckplus = 'x'\n", "did you mean 'roots'?"),
        ("db = [broken", "ferbench.toml"),
        ("db = 3", "ferbench.toml: db = 3: Input should be a valid string"),
        ("runs = 3", "ferbench.toml: runs = 3: Input should be a valid string"),
        ("roots = 3", "ferbench.toml: roots = 3: Input should be a valid dictionary"),
        ("[roots]\nckplus = 3", "ferbench.toml: roots.ckplus = 3: Input should be a valid string"),
        ("profiles = 3", "ferbench.toml: profiles = 3: Input should be a valid dictionary"),
        ("db = 'other.db'\n[roots]\nckplus = 'missing'\n", "missing"),
        ("db = 'other.db'\n[roots]\nckplus = '.'\n", "other.db"),
    ],
)
def test_configuration_file(tmp_path, monkeypatch, capsys, text, said):
    (tmp_path / "ferbench.toml").write_text(text)
    assert in_process(monkeypatch, tmp_path, "status") == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["attentions", "backbones", "datasets", "protocols", "matrices"])
def test_list_names_everything(tmp_path, monkeypatch, capsys, kind):
    in_process(monkeypatch, tmp_path, "list", kind, "--format", "json")
    rows = json.loads(capsys.readouterr().out)
    in_process(monkeypatch, tmp_path, "list", kind)
    text = capsys.readouterr().out
    assert rows
    for row in rows:
        assert row["name"] in text


def test_data_check_of_a_dataset_that_is_not_what_it_should_be(tmp_path, monkeypatch, capsys):
    from PIL import Image

    for folder in ("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise"):
        (tmp_path / "ck" / folder).mkdir(parents=True)
        Image.new("L", (48, 48)).save(tmp_path / "ck" / folder / "S010_004_00000017.png")
    words = ["data", "check", "ckplus", "--root", "ck"]
    assert in_process(monkeypatch, tmp_path, *words) == 1
    assert "981" in capsys.readouterr().out
    (tmp_path / "ck" / "anger" / "S010_004_00000017.png").write_bytes(b"no picture")
    monkeypatch.setattr("bench.data._loaded", {})
    assert in_process(monkeypatch, tmp_path, *words) == 1
    assert "S010_004_00000017.png" in capsys.readouterr().err


def test_contact_sheet(tmp_path, monkeypatch):
    from PIL import Image

    assert in_process(monkeypatch, tmp_path, "data", "sheet", "faces", "-o", "sheet.png") == 0
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.width > 300


def test_help_imports_nothing_heavy(tmp_path):
    heavy = ("torch", "pandas", "numpy", "sqlalchemy", "sklearn", "submitit")
    program = (
        "import sys; sys.argv = ['ferbench', *sys.argv[1:]]\n"
        "from cli.main import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    for words in ([], ["run"], ["status"], ["show"], ["leaderboard"], ["list"], ["data", "check"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *words, "--help"], capture_output=True, text=True
        )
        assert done.stderr.strip() == "[]", words


@pytest.mark.slow
def test_help_costs_a_small_part_of_importing_torch(tmp_path):
    def seconds(*words: str) -> float:
        times = []
        for _ in range(3):
            started = time.perf_counter()
            subprocess.run([sys.executable, *words], check=True, capture_output=True)
            times.append(time.perf_counter() - started)
        return min(times)

    assert seconds("-m", "cli.main", "--help") < 0.5 * seconds("-c", "import torch")
