"""What a submission leaves behind: who has which cells, and which code was handed in."""

import dataclasses
import pickle
import subprocess
from pathlib import Path

import pytest

from bench import program
from bench.journal import Started
from bench.program import Code
from bench.runs import Runs
from jobs.submission import Job, manifests, new_folder, newest_jobs, write_manifest
from tests.jobs.workers import events_of, small, worker_of

SMALLEST = {"epochs": 1, "dataset": {"name": "faces", "subjects": 8, "frames": 1}}


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def test_two_submissions_at_once_have_a_folder_each(runs):
    assert new_folder(runs) != new_folder(runs)


def test_the_folder_is_for_the_user_alone(runs):
    folder = new_folder(runs)
    for path in (folder, folder.parent, runs.root):
        assert path.stat().st_mode & 0o077 == 0


def test_the_newest_job_of_a_cell_counts(runs):
    first, second = new_folder(runs), new_folder(runs)
    write_manifest(first, "trial", [Job(id="7_0", cells=("a", "b")), Job(id="7_1", cells=("c",))])
    write_manifest(second, "trial", [Job(id="9_0", cells=("b",), before={"b": 1})])
    assert {cell: job.id for cell, (job, _) in newest_jobs(runs).items()} == {
        "a": "7_0",
        "b": "9_0",
        "c": "7_1",
    }
    assert newest_jobs(runs)["b"][1] == second / "9_0_0_log.out"
    assert [manifest.name for manifest in manifests(runs)] == [first.name, second.name]


def test_a_damaged_manifest_hides_no_other(runs):
    damaged, whole = new_folder(runs), new_folder(runs)
    (damaged / "submission.json").write_text('{"name": ')
    write_manifest(whole, "trial", [])
    assert [manifest.name for manifest in manifests(runs)] == [whole.name]


class TestCode:
    """With a repository of its own, in which a person changes things."""

    @pytest.fixture
    def repository(self, tmp_path, monkeypatch):
        root = tmp_path / "copy"
        (root / "bench").mkdir(parents=True)
        (root / "bench" / "program.py").write_text("a = 1\n")
        (root / "bench" / "picture.png").write_bytes(bytes(range(256)))
        self.git(root, "init", "--quiet")
        self.git(root, "add", ".")
        self.commit(root)
        monkeypatch.setattr(program, "ROOT", root)
        program.code.cache_clear()
        yield root
        program.code.cache_clear()

    @staticmethod
    def git(root, *words):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", *who, "-C", str(root), *words], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, root):
        self.git(root, "commit", "--quiet", "--message", "what is now true")

    def test_what_is_clean_has_no_patch(self, repository, runs):
        folder = new_folder(runs)
        assert not (folder / "changes.patch").exists()
        stated = write_manifest(folder, "trial", []).code
        assert stated["commit"] == self.git(repository, "rev-parse", "HEAD")
        assert stated["dirty"] is False

    def test_the_patch_on_the_commit_gives_what_was_submitted(self, repository, runs, tmp_path):
        (repository / "bench" / "program.py").write_text("a = 2\n")
        (repository / "bench" / "picture.png").write_bytes(b"\0other\0")
        (repository / "bench" / "new ö.py").write_text("b = 1\n")
        folder = new_folder(runs)
        stated = write_manifest(folder, "trial", []).code
        assert stated["dirty"] is True

        clone = tmp_path / "clone"
        subprocess.run(["git", "clone", "--quiet", str(repository), str(clone)], check=True)
        self.git(clone, "checkout", "--quiet", str(stated["commit"]))
        self.git(clone, "apply", str(folder / "changes.patch"))
        for path in (repository / "bench").iterdir():
            assert (clone / "bench" / path.name).read_bytes() == path.read_bytes()

    def test_what_git_does_not_know_is_in_the_fingerprint(self, repository, runs):
        before = write_manifest(new_folder(runs), "trial", []).code["source"]
        (repository / "bench" / "plugin.py").write_text("c = 1\n")
        program.code.cache_clear()
        assert write_manifest(new_folder(runs), "trial", []).code["source"] != before


class TestWorker:
    """One that runs other code than was submitted says so in its journal."""

    def differs(self, tmp_path, submitted):
        cell = small(**SMALLEST)
        worker = dataclasses.replace(worker_of(tmp_path, cell), code=submitted)
        worker()
        [started] = [e for e in events_of(worker.runs, cell) if isinstance(e, Started)]
        return started.environment.get("code_differs")

    def test_the_same(self, tmp_path):
        assert self.differs(tmp_path, program.code()) is None

    def test_another(self, tmp_path):
        said = self.differs(tmp_path, Code(commit="0" * 40, dirty=True, source="abcdef"))
        assert "commit 000000000000 with changes, source abcdef" in said

    def test_where_it_runs_at_once_nothing_was_submitted(self, tmp_path):
        assert self.differs(tmp_path, None) is None

    def test_a_job_that_was_queued_by_an_older_version_can_be_read(self):
        assert pickle.loads(b"cbench.environment\nCode\n.") is Code
