"""Several attempts at a cell, taken in: the latest has the say, in whatever order they come."""

from itertools import permutations

import pytest
import sqlalchemy as sa

from bench.cells import cell_states
from bench.store.ingest import ingest, ingest_journal
from bench.store.models import (
    Attempt,
    Cell,
    ClassMetric,
    Epoch,
    Evaluation,
    Prediction,
    Selection,
)
from tests.bench.builders import (
    RIGHT,
    WRONG,
    attempts_at,
    claimed,
    dump,
    ended,
    epoch,
    full_run,
    rows,
    spec,
    started,
    submit,
    write_journal,
)


class TestAttempts:
    def test_each_takes_over_from_where_it_resumed(self, store, runs):
        cell = spec()
        for number, events in enumerate(attempts_at(cell), start=1):
            write_journal(runs, cell.id, number, events)
        ingest(store, runs)
        assert rows(store, Epoch.epoch, Epoch.attempt) == [(1, 1), (2, 1), (3, 2), (4, 3)]
        confusions = rows(store, Evaluation.epoch, Evaluation.part, Evaluation.confusion)
        assert [confusion for _, part, confusion in confusions if part == "test"] == [
            [[0, 1], [1, 0]],
            [[0, 1], [1, 0]],
            [[1, 0], [0, 1]],
            [[2, 0], [0, 2]],
        ]
        assert rows(store, Selection.rule, Selection.epoch) == [("best", 3), ("last", 4)]
        assert rows(store, Cell.state, Cell.epochs_done, Cell.parameters) == [("done", 4, 3)]
        assert rows(store, Attempt.number, Attempt.state) == [
            (1, "done"),
            (2, "running"),
            (3, "done"),
        ]

    @pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
    def test_a_selection_says_what_its_epoch_reached_whichever_comes_in_first(
        self, store, runs, order
    ):
        """The third attempt picks an epoch that the second has trained."""
        cell = spec()
        journals = dict(enumerate(attempts_at(cell), start=1))
        said = sa.select(Selection.rule, Selection.accuracy, Selection.confusion)
        tested = sa.select(Selection.rule, Evaluation.accuracy, Evaluation.confusion).outerjoin(
            Evaluation,
            (Evaluation.cell_key == Selection.cell_key)
            & (Evaluation.epoch == Selection.epoch)
            & (Evaluation.part == "test"),
        )
        for number in order:
            path = write_journal(runs, cell.id, number, journals[number])
            ingest_journal(store, runs, cell.id, number, path)
            with store.read() as session:
                copied = session.execute(said.order_by(Selection.rule)).all()
                assert copied == session.execute(tested.order_by(Selection.rule)).all()
        assert copied == [("best", 1, [[1, 0], [0, 1]]), ("last", 1, [[2, 0], [0, 2]])]

    def test_what_a_worker_from_before_there_were_copies_leaves_out_is_copied(self, store, runs):
        for seed in (0, 1):
            cell = spec(seed=seed)
            write_journal(runs, cell.id, 1, full_run(cell, [WRONG, RIGHT]))
        ingest(store, runs)
        before = dump(store)
        with store.write() as session:
            nothing = dict.fromkeys(("accuracy", "balanced_accuracy", "macro_f1", "confusion"))
            session.execute(sa.update(Selection).values(nothing))
        assert dump(store) != before
        assert ingest(store, runs) == 0
        assert dump(store) == before

    def test_what_a_zombie_says_late_reaches_no_table(self, store, runs):
        cell = spec()
        first, second, third = attempts_at(cell)
        for number, events in ((1, first[:3]), (2, second), (3, third)):
            write_journal(runs, cell.id, number, events)
            ingest(store, runs)
        before = dump(store)
        runs.journal(cell.id, 1).unlink()
        write_journal(runs, cell.id, 1, first)
        assert ingest(store, runs) == 1
        after = dump(store)
        assert after["epochs"] != before["epochs"]  # its second epoch was not taken over
        assert rows(store, Epoch.epoch, Epoch.attempt) == [(1, 1), (2, 1), (3, 2), (4, 3)]
        for table in ("selections", "predictions", "splits"):
            assert after[table] == before[table]
        assert rows(store, Cell.state, Cell.epochs_done, Cell.parameters) == [("done", 4, 3)]

    def test_a_start_from_scratch_leaves_nothing_of_the_one_before(self, store, runs):
        cell = spec()
        write_journal(runs, cell.id, 1, full_run(cell, [WRONG] * 3))
        ingest(store, runs)
        write_journal(runs, cell.id, 2, [claimed(), started(cell, 0), epoch(1, RIGHT)])
        ingest(store, runs)
        assert rows(store, Epoch.epoch, Epoch.attempt) == [(1, 2)]
        assert {key for (key,) in rows(store, ClassMetric.epoch)} == {1}
        assert rows(store, Selection.rule) == rows(store, Prediction.rule) == []
        assert rows(store, Cell.state, Cell.epochs_done) == [("running", 1)]

    def test_one_that_failed_before_it_started(self, store, runs):
        cell = spec()
        submit(store, runs, cell)
        write_journal(runs, cell.id, 1, [claimed(), ended("failed")])
        ingest(store, runs)
        assert rows(store, Attempt.state, Attempt.started_at) == [("failed", None)]
        assert rows(store, Cell.state) == [("failed",)]
        with store.read() as session:
            assert cell_states(session)[0].reason == "so it was"

    def test_one_that_failed_before_it_started_of_a_cell_that_only_the_next_one_names(
        self, store, runs
    ):
        cell = spec()
        write_journal(runs, cell.id, 1, [claimed(), ended("failed")])
        write_journal(runs, cell.id, 2, full_run(cell, [RIGHT]))
        ingest(store, runs)
        once = dump(store)
        assert rows(store, Attempt.number, Attempt.state) == [(1, "failed"), (2, "done")]
        ingest(store, runs)
        assert dump(store) == once
