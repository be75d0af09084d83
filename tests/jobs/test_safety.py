"""What comes from a file that somebody else wrote reaches nothing outside the runs folder."""

import os
import pickle
from pathlib import Path

import pytest
import torch

from bench import checkpoint
from bench.home import find_home
from bench.runs import Runs, check_own
from jobs.claim import state_of
from jobs.matrix_file import load_matrix
from jobs.matrix_run import enter, prepare
from jobs.worker import Worker
from registry.errors import RequestError
from tests.bench.builders import spec, started
from tests.jobs.standings import DEAD, begun
from tests.jobs.workers import events_of, small, worker_of

SMALLEST = {"epochs": 2, "dataset": {"name": "faces", "subjects": 8, "frames": 1}}
MATRIX = '[base]\ndataset = "faces"\nprotocol = "subject"\nbackbone = "resnet18"\n'
MATRIX += 'attention = "none"\n'


class Trap:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_to_is_refused(tmp_path, mode):
    folder = tmp_path / "runs"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(RequestError, match="chmod go-w"):
        check_own(folder)


def test_a_folder_of_another_user_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "runs"
    folder.mkdir(mode=0o700)
    check_own(folder)
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    with pytest.raises(RequestError, match="others can write"):
        check_own(folder)


@pytest.mark.parametrize("foreign", ["link", "folder"])
def test_a_link_is_refused_where_it_or_what_it_leads_to_is_anothers(tmp_path, monkeypatch, foreign):
    folder, link = tmp_path / "folder", tmp_path / "runs"
    folder.mkdir(mode=0o700)
    link.symlink_to(folder)
    check_own(link)  # one's own leads to a larger disk, say
    me = os.geteuid()
    stat = Path.stat

    def owned(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = stat(path, follow_symlinks=follow_symlinks)
        anothers = follow_symlinks == (foreign == "folder")
        return os.stat_result((*found[:4], me + anothers, *found[5:]))

    monkeypatch.setattr(Path, "stat", owned)
    monkeypatch.setattr(Path, "lstat", lambda path: owned(path, follow_symlinks=False))
    with pytest.raises(RequestError, match="others can write"):
        check_own(link)


def test_nothing_is_entered_into_such_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("trial.toml").write_text(MATRIX)
    Path("results.runs").mkdir()
    Path("results.runs").chmod(0o777)
    home = find_home(None)
    prepared = prepare(load_matrix("trial.toml"), home)
    with pytest.raises(RequestError, match="others can write"):
        enter(prepared.submission, home)
    assert list(Path("results.runs").iterdir()) == []


@pytest.mark.parametrize("name", ["...toml", "..toml", ".hidden.toml"])
def test_the_name_of_a_file_cannot_climb(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(MATRIX)
    with pytest.raises(RequestError):
        load_matrix(name)


def test_a_matrix_elsewhere_keeps_its_results_here(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "there" / "trial.toml").write_text(MATRIX)
    monkeypatch.chdir(tmp_path / "here")
    home = find_home(None)
    enter(prepare(load_matrix("../there/trial.toml"), home).submission, home)
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["trial.toml"]
    assert [path.name for path in (tmp_path / "here").rglob("matrices/*")] == ["trial"]


@pytest.mark.parametrize("split", ["../../../secret", "/etc/passwd", "a/b", ""])
def test_a_journal_cannot_name_a_file_outside(split):
    honest = started(spec()).model_dump()
    with pytest.raises(ValueError, match="split"):
        started(spec()).model_validate(honest | {"split": split})


@pytest.mark.parametrize("make", [pickle.dumps, "torch"])
def test_a_checkpoint_that_is_code_is_not_run(tmp_path, make):
    """It is no state to go on from, and the attempt says which file is the matter."""
    cell = small(**SMALLEST)
    worker: Worker = worker_of(tmp_path, cell)
    runs: Runs = worker.runs
    sprung = tmp_path / "sprung"
    path = runs.journal(cell.id, 1)
    path.parent.mkdir(parents=True, mode=0o700)
    events = begun(cell, by=DEAD)[:1]
    path.write_text("".join(event.model_dump_json() + "\n" for event in events))
    saved = runs.checkpoint(cell.id, 1)
    if make == "torch":
        torch.save({"cell": cell.id, "state": Trap(sprung)}, saved)
    else:
        saved.write_bytes(make(Trap(sprung)))

    worker()
    assert not sprung.exists()
    assert state_of(runs, cell.id) == "failed"
    assert "is no saved state; remove it" in events_of(runs, cell)[-1].reason
    pickle.loads(pickle.dumps(Trap(sprung)))
    assert sprung.exists(), "the trap would have sprung"


def test_weights_are_read_as_data(tmp_path):
    sprung = tmp_path / "sprung"
    path = tmp_path / "weights.pt"
    torch.save({"cell": "c", "model": Trap(sprung)}, path)
    with pytest.raises(Exception, match="is no saved state"):
        checkpoint.load(path, "c")
    assert not sprung.exists()
