"""Measured costs are truth on disk, and a table of the store that is made from it."""

import logging
import shutil

import pytest

from bench.cost.record import keep, kept
from bench.runs import Runs
from bench.store.check import check
from bench.store.costs import cost_records, export_costs, without_record
from bench.store.ingest import ingest
from bench.store.merge import merge
from bench.store.rebuild import rebuild
from registry.errors import RequestError
from tests.bench.builders import close, cost_record, cost_row, dump, new_store

OLD = cost_record(cost_row(latency=9.0))
NEW = cost_record(seconds=60)


@pytest.fixture
def filled(store, runs):
    """A store with two measurements; the newer one was kept first."""
    keep(runs, NEW)
    keep(runs, OLD)
    ingest(store, runs)
    return store


def held(store):
    with store.read() as session:
        return cost_records(session)


def test_the_store_gives_back_what_was_measured(filled, runs):
    assert held(filled) == kept(runs) == (OLD, NEW)


def test_twice_is_once(filled, runs):
    before = dump(filled)
    assert len(before["costs"]) == 3
    ingest(filled, runs)
    assert dump(filled) == before


def test_a_rebuild_gives_the_same_rows(filled, runs):
    before = dump(filled)
    rebuild(filled, runs)
    assert dump(filled) == before
    assert check(filled, runs) == []


def test_a_rebuild_loses_no_measurement_unasked(filled, runs):
    shutil.rmtree(runs.root / "costs")
    with pytest.raises(RequestError, match="2 measurements of cost"):
        rebuild(filled, runs)
    assert len(held(filled)) == 2
    rebuild(filled, runs, even_if_lost=True)
    assert held(filled) == ()


def test_check_names_what_differs(filled, runs):
    keep(runs, cost_record(seconds=120))
    assert any("the table costs differs" in said for said in check(filled, runs))
    ingest(filled, runs)
    assert check(filled, runs) == []


def test_a_damaged_record_is_named_and_the_rest_taken_in(store, runs, caplog):
    path = keep(runs, OLD)
    path.write_text(path.read_text()[:100])
    keep(runs, NEW)
    with caplog.at_level(logging.WARNING):
        ingest(store, runs)
    assert held(store) == (NEW,)
    assert str(path) in caplog.text
    assert any(str(path) in said for said in check(store, runs))


def test_rows_without_files_are_written_as_they_were(filled, runs, tmp_path):
    elsewhere = Runs(tmp_path / "elsewhere")
    with filled.read() as session:
        export_costs(session, elsewhere, without_record(filled, elsewhere))
    for path in runs.costs():
        assert elsewhere.cost(path.stem).read_bytes() == path.read_bytes()


def test_a_merge_brings_them_from_a_database_and_from_a_folder(filled, runs, tmp_path):
    there = new_store(tmp_path, "there.db")
    beside = Runs(tmp_path / "there.runs")
    keep(beside, cost_record(seconds=180))
    ingest(there, beside)
    there.close()
    merge(filled, runs, str(tmp_path / "there.db"))
    assert len(held(filled)) == len(runs.costs()) == 3
    keep(beside, cost_record(seconds=240))
    merge(filled, runs, str(beside.root))
    assert len(held(filled)) == 4
    shutil.rmtree(beside.root)
    again, own = new_store(tmp_path, "again.db"), Runs(tmp_path / "again.runs")
    merge(again, own, str(tmp_path / "there.db"))
    assert [record.measured_at for record in held(again)] == [cost_record(seconds=180).measured_at]
    close(again)
