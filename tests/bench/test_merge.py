"""Results of two places become one, and every case of a cell that both have trained."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench.runs import Runs
from bench.store.database import Store
from bench.store.ingest import ingest
from bench.store.merge import Merged, merge
from bench.store.models import Attempt, Epoch
from registry.errors import RequestError
from tests.bench.builders import (
    RIGHT,
    WRONG,
    claimed,
    close,
    dump,
    ended,
    epoch,
    full_run,
    new_store,
    selected,
    spec,
    started,
    submit,
    write_journal,
)
from tests.bench.databases.freeze import CELLS, fill

CELL = spec()
NOTHING = Merged(0, 0, 0, (), ())


@pytest.fixture
def there(tmp_path: Path) -> Runs:
    """A folder of journals of another place."""
    return Runs(tmp_path / "there.runs")


def done(claimed_after: int, confusions=(RIGHT, RIGHT)):
    return [claimed(claimed_after), *full_run(CELL, confusions)[1:]]


def begun(claimed_after: int, epochs: int = 1):
    return [claimed(claimed_after), started(CELL), *(epoch(n + 1, WRONG) for n in range(epochs))]


def attempts(store: Store) -> list[tuple[int, str]]:
    with store.read() as session:
        query = sa.select(Attempt.number, Attempt.state).order_by(Attempt.number)
        return [tuple(row) for row in session.execute(query)]


def files(runs: Runs) -> dict[Path, bytes]:
    paths = [path for path in runs.root.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in paths}


def merge_twice(store: Store, runs: Runs, other: Runs) -> Merged:
    """The second time must change nothing; what is kept is said again."""
    first = merge(store, runs, str(other.root))
    rows, texts = dump(store), files(runs)
    again = merge(store, runs, str(other.root))
    assert again == Merged(0, 0, 0, first.kept, first.left_out)
    assert dump(store) == rows
    assert files(runs) == texts
    return first


class TestFolders:
    def test_into_nothing_everything_comes_in(self, store, another_store, runs, there):
        reference = another_store()
        fill(reference, there)
        (there.cell(CELLS["right"].id) / "checkpoint-0001.pt").write_bytes(b"never copied")
        (there.cell(CELLS["right"].id) / "weights-best.pt").write_bytes(b"never copied")
        assert merge_twice(store, runs, there) == Merged(8, 0, 2, (), ())
        assert dump(store) == dump(reference)
        assert {path.suffix for path in files(runs)} == {".json", ".jsonl"}
        for _, _, path in runs.journals():
            assert path.stat().st_mode & 0o077 == 0
            there_too = there.root / path.relative_to(runs.root)
            assert path.stat().st_mtime_ns == there_too.stat().st_mtime_ns

    def test_what_is_done_here_stays(self, store, runs, there):
        write_journal(runs, CELL.id, 1, done(0))
        write_journal(there, CELL.id, 1, done(9))
        assert merge_twice(store, runs, there) == Merged(0, 0, 0, (CELL.id,), ())
        assert attempts(store) == [(1, "done")]

    def test_what_is_done_only_there_comes_in_later(self, store, runs, there):
        write_journal(runs, CELL.id, 1, begun(0, epochs=3))
        write_journal(there, CELL.id, 1, begun(8, epochs=1))
        resumed = [claimed(9), started(CELL, 1), epoch(2, RIGHT), selected("last", 2), ended()]
        write_journal(there, CELL.id, 2, resumed)
        assert merge_twice(store, runs, there) == Merged(2, 0, 0, (), ())
        assert attempts(store) == [(1, "running"), (2, "running"), (3, "done")]
        with store.read() as session:
            query = sa.select(Epoch.epoch, Epoch.attempt).order_by(Epoch.epoch)
            assert session.execute(query).all() == [(1, 2), (2, 3)]

    def test_what_is_done_nowhere_stays_as_it_is_here(self, store, runs, there):
        write_journal(runs, CELL.id, 1, begun(0))
        write_journal(there, CELL.id, 1, begun(9, epochs=2))
        assert merge_twice(store, runs, there) == Merged(0, 0, 0, (CELL.id,), ())
        assert attempts(store) == [(1, "running")]

    def test_a_copy_that_has_grown_since(self, store, runs, there):
        write_journal(there, CELL.id, 1, begun(0))
        assert merge_twice(store, runs, there) == Merged(1, 0, 0, (), ())
        text = "".join(event.model_dump_json() + "\n" for event in (epoch(2), ended("failed")))
        with there.journal(CELL.id, 1).open("a") as file:
            file.write(text)
        write_journal(there, CELL.id, 2, done(9))
        assert merge_twice(store, runs, there) == Merged(1, 1, 0, (), ())
        assert attempts(store) == [(1, "failed"), (2, "done")]

    def test_a_copy_that_is_behind(self, store, runs, there):
        write_journal(runs, CELL.id, 1, done(0))
        write_journal(there, CELL.id, 1, done(0)[:3])
        assert merge_twice(store, runs, there) == NOTHING

    def test_there_and_back(self, store, another_store, runs, there):
        other = another_store()
        write_journal(runs, CELL.id, 1, begun(0))
        write_journal(there, spec(seed=1).id, 1, full_run(spec(seed=1), [RIGHT]))
        merge(store, runs, str(there.root))
        merge(other, there, str(runs.root))
        assert dump(store) == dump(other)
        assert merge_twice(store, runs, there) == NOTHING

    def test_what_cannot_be_read_is_named(self, store, runs, there):
        write_journal(there, CELL.id, 1, done(0))
        broken = write_journal(there, spec(seed=1).id, 1, [])
        broken.write_text("{broken}\n")
        first = merge_twice(store, runs, there)
        assert first.attempts == 1
        assert len(first.left_out) == 1
        assert first.left_out[0].startswith(f"{broken}: ")

    def test_a_name_in_use_by_another_matrix(self, store, another_store, runs, there):
        """Both ask for their cells under it."""
        one, two = spec(seed=1), spec(seed=2)
        submit(store, runs, one)
        submit(another_store(), there, two)
        there.matrix("matrix", "0").rename(there.matrix("matrix", "1"))
        assert merge_twice(store, runs, there).submissions == 1
        assert len(dump(store)["matrix_cells"]) == 2


class TestDatabases:
    @pytest.fixture
    def other(self, another_store, there) -> Store:
        other = another_store()
        fill(other, there)
        return other

    def test_rows_without_journals(self, store, runs, other, there):
        shutil.rmtree(there.root)
        first = merge(store, runs, other.url)
        assert (first.attempts, first.submissions, first.kept) == (8, 2, ())
        ours, theirs = dump(store), dump(other)
        for tables in (ours, theirs):
            # The journals are not of the same length, see test_export.
            tables["attempts"] = [row[:-1] for row in tables["attempts"]]
        assert ours == theirs
        rows, texts = dump(store), files(runs)
        assert merge(store, runs, other.url) == NOTHING
        assert dump(store) == rows
        assert files(runs) == texts

    def test_a_file_s_own_journals_are_better_than_its_rows(self, tmp_path, store, runs, there):
        """Of one attempt only the rows are left, and of the others the journals as they were."""
        with_file = new_store(tmp_path, "there.db")
        fill(with_file, there)
        there.journal(CELLS["right"].id, 1).unlink()
        first = merge(store, runs, str(with_file.path))
        assert (first.attempts, first.submissions) == (8, 2)
        ours, theirs = dump(store), dump(with_file)
        zombie = runs.journal(CELLS["contested"].id, 1)
        assert zombie.read_bytes() == there.journal(CELLS["contested"].id, 1).read_bytes()
        assert ours["epochs"] == theirs["epochs"]
        assert ours["predictions"] == theirs["predictions"]
        assert merge(store, runs, str(with_file.path)) == NOTHING
        close(with_file)

    def test_journals_of_the_same_attempts_come_later(self, store, runs, other, there):
        """Recognised by their claims, though the bytes differ."""
        kept = files(there)
        shutil.rmtree(there.root)
        merge(store, runs, other.url)
        for path, text in kept.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
        assert merge(store, runs, str(there.root)).attempts == 0
        assert len(dump(store)["attempts"]) == 8


class TestWhatIsSaid:
    def said(self, store: Store, runs: Runs, other: object) -> str:
        with pytest.raises(RequestError) as error:
            merge(store, runs, str(other))
        return str(error.value)

    def test_itself(self, store, runs):
        fill(store, runs)
        assert "is what it would be merged into" in self.said(store, runs, store.url)
        assert "is what it would be merged into" in self.said(store, runs, runs.root)

    def test_another_version(self, store, another_store, runs):
        other = another_store()
        with other.writing.begin() as connection:
            connection.exec_driver_sql("UPDATE ferbench_version SET version_num = '0001'")
        assert f"`ferbench db upgrade --db {other}`" in self.said(store, runs, other.url)

    def test_nothing_there(self, tmp_path, store, runs):
        assert "neither a results database nor a folder" in self.said(
            store, runs, tmp_path / "none.db"
        )
        assert not (tmp_path / "none.db").exists()

    def test_any_folder(self, tmp_path, store, runs):
        (tmp_path / "empty").mkdir()
        assert "it has no folder 'cells'" in self.said(store, runs, tmp_path / "empty")

    def test_any_file(self, tmp_path, store, runs):
        (tmp_path / "x.csv").write_text("a,b,c\n" * 1000)
        assert "file is not a database" in self.said(store, runs, tmp_path / "x.csv")
        (tmp_path / "empty.db").touch()
        assert "has no tables of ferbench" in self.said(store, runs, tmp_path / "empty.db")

    def test_rows_here_that_no_journal_here_gives(self, store, runs, there):
        write_journal(runs, CELL.id, 1, begun(0))
        ingest(store, runs)
        runs.journal(CELL.id, 1).unlink()
        write_journal(there, CELL.id, 1, done(9))
        message = self.said(store, runs, there.root)
        assert message.startswith(f"1 attempts of {store} have no journal in {runs.root}")
        assert attempts(store) == [(1, "running")]
