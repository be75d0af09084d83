"""Saved states: whole or not at all, and never code."""

import os
import pickle
from pathlib import Path

import pytest
import torch

from bench import checkpoint
from bench.runs import Runs, make_folder, replacing, write_once
from registry.errors import DataError

STATE = {"model": {"weight": torch.arange(3.0)}, "progress": {"epoch": 2}, "picked": [1, 2.5, None]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint-0001.pt"


def test_comes_back_as_it_was(path):
    checkpoint.save(path, "cell", STATE)
    state = checkpoint.load(path, "cell")
    assert torch.equal(state.pop("model")["weight"], torch.arange(3.0))
    assert state == {"progress": {"epoch": 2}, "picked": [1, 2.5, None]}
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_there_may_be_none(path):
    assert checkpoint.load(path, "cell") is None


@pytest.mark.parametrize("where", ["torch.save", "os.fsync", "pathlib.Path.replace"])
def test_a_crash_leaves_the_one_before(path, monkeypatch, where):
    checkpoint.save(path, "cell", {"epoch": 1})

    def crash(*_args, **_kwargs):
        raise OSError("the machine went away")

    with monkeypatch.context() as patch:
        patch.setattr(where, crash)
        with pytest.raises(OSError, match="went away"):
            checkpoint.save(path, "cell", {"epoch": 2})
    assert checkpoint.load(path, "cell") == {"epoch": 1}
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_process_killed_between_writing_and_replacing_leaves_the_one_before(path):
    checkpoint.save(path, "cell", {"epoch": 1})
    child = os.fork()
    if child == 0:
        with replacing(path) as temporary:
            temporary.write_bytes(b"half a stat")
            os._exit(9)
    os.waitpid(child, 0)
    assert checkpoint.load(path, "cell") == {"epoch": 1}


def test_of_another_cell_is_not_gone_on_from(path):
    checkpoint.save(path, "cell", STATE)
    assert checkpoint.load(path, "other") is None


@pytest.mark.parametrize("version", [checkpoint.CHECKPOINT_VERSION - 1, "1", None])
def test_of_another_version_is_not_gone_on_from(path, version):
    torch.save({"version": version, "cell": "cell", "state": STATE}, path)
    assert checkpoint.load(path, "cell") is None


class Malicious:
    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self):
        return Path.touch, (self.victim,)


@pytest.mark.parametrize("save", [torch.save, lambda it, path: path.write_bytes(pickle.dumps(it))])
def test_a_file_from_elsewhere_runs_no_code(path, tmp_path, save):
    victim = tmp_path / "victim"
    save(Malicious(victim), path)
    torch.load(path, weights_only=False) if save is torch.save else pickle.loads(path.read_bytes())
    assert victim.exists()  # the trap works on whoever is careless
    victim.unlink()
    with pytest.raises(DataError, match=str(path)):
        checkpoint.load(path, "cell")
    assert not victim.exists()


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_damaged_one_is_named(path, share):
    checkpoint.save(path, "cell", STATE)
    os.truncate(path, int(share * path.stat().st_size))
    with pytest.raises(DataError, match=f"{path} is no saved state"):
        checkpoint.load(path, "cell")


class TestRuns:
    def test_folders_are_the_users_alone_all_the_way_down(self, tmp_path):
        before = os.umask(0o022)
        make_folder(tmp_path / "a" / "b" / "c")
        os.umask(before)
        for folder in ("a", "a/b", "a/b/c"):
            assert (tmp_path / folder).stat().st_mode & 0o077 == 0

    def test_a_folder_that_is_there_is_left_alone(self, tmp_path):
        tmp_path.chmod(0o755)
        assert make_folder(tmp_path) == tmp_path
        assert tmp_path.stat().st_mode & 0o777 == 0o755

    def test_a_content_addressed_file_is_written_once(self, tmp_path):
        path = tmp_path / "splits" / "x.json"
        write_once(path, "first")
        write_once(path, "second")
        assert path.read_text() == "first"
        assert [file.name for file in path.parent.iterdir()] == ["x.json"]

    def test_attempts_are_found_whatever_else_lies_there(self, tmp_path):
        runs = Runs(tmp_path)
        assert runs.attempts("abcd") == []
        for attempt in (2, 10, 1):
            make_folder(runs.cell("abcd"))
            runs.journal("abcd", attempt).touch()
        runs.checkpoint("abcd", 11).touch()
        (runs.cell("abcd") / ".attempt-0012.jsonl.tmp").touch()
        (runs.cell("abcd") / "attempt-13.jsonl").touch()
        assert runs.attempts("abcd") == [1, 2, 10]
        assert [(cell, attempt) for cell, attempt, _ in runs.journals()] == [
            ("abcd", 1),
            ("abcd", 2),
            ("abcd", 10),
        ]
