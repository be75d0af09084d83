"""Journals made from rows give those rows again."""

import pytest

from bench.runs import Runs
from bench.store.costs import without_record
from bench.store.export import export, without_journal, without_submission
from bench.store.ingest import ingest
from tests.bench.builders import claimed, dump, spec, started, submit, write_journal
from tests.bench.databases.freeze import CELLS, fill


def without_offsets(store):
    """An exported journal is of another length: it lacks what later attempts trained anew."""
    tables = dump(store)
    tables["attempts"] = [row[:-1] for row in tables["attempts"]]
    return tables


@pytest.fixture
def exported(store, runs, tmp_path) -> Runs:
    fill(store, runs)
    written = Runs(tmp_path / "exported")
    export_all(store, written)
    return written


def export_all(store, runs):
    matrices, costs = without_submission(store, runs), without_record(store, runs)
    export(store, runs, without_journal(store, runs), matrices, costs)


def test_every_row_comes_back(store, exported, another_store):
    again = another_store()
    ingest(again, exported)
    assert without_offsets(again) == without_offsets(store)


def test_what_is_exported_is_all_that_there_is(store, exported):
    assert without_journal(store, exported) == []
    assert without_submission(store, exported) == []
    assert without_record(store, exported) == []
    numbers = [exported.attempts(cell.id) for cell in CELLS.values()]
    assert numbers == [[1], [1], [1, 2, 3], [1], [1], [1], []]


def test_again_gives_the_same_bytes(store, exported, tmp_path):
    again = Runs(tmp_path / "again")
    export_all(store, again)
    files = sorted(path for path in exported.root.rglob("*") if path.is_file())
    assert len(files) == 8 + 2 + 1 + 1
    for path in files:
        assert (again.root / path.relative_to(exported.root)).read_bytes() == path.read_bytes()


def test_an_attempt_that_goes_on_gives_a_journal_that_begins_the_same(
    store, runs, exported, tmp_path
):
    from tests.bench.builders import RIGHT, full_run

    cell = CELLS["begun"]
    path = runs.journal(cell.id, 1)
    events = full_run(cell, [((0, 0), (0, 0)), RIGHT])
    path.write_text("".join(event.model_dump_json() + "\n" for event in events))
    assert ingest(store, runs) == 1
    later = Runs(tmp_path / "later")
    export(store, later, [(cell.id, 1)], [])
    before = exported.journal(cell.id, 1).read_bytes()
    after = later.journal(cell.id, 1).read_bytes()
    assert after.startswith(before)
    assert len(after) > len(before)


def test_only_what_is_asked_for(store, runs, tmp_path):
    one, two = spec(seed=1), spec(seed=2)
    submit(store, runs, one, two)
    for cell in (one, two):
        write_journal(runs, cell.id, 1, [claimed(), started(cell)])
    ingest(store, runs)
    runs.journal(two.id, 1).unlink()
    assert without_journal(store, runs) == [(two.id, 1)]
    assert without_submission(store, runs) == []
    written = Runs(tmp_path / "exported")
    export(store, written, without_journal(store, runs), [])
    assert [cell for cell, _, _ in written.journals()] == [two.id]
    assert not (written.root / "matrices").exists()
