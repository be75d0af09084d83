"""Taking journals in: the same rows whenever, however often and in whatever order it is done."""

import json
import zlib

import numpy as np
import pytest
import sqlalchemy as sa
from sklearn.metrics import balanced_accuracy_score, precision_recall_fscore_support

from bench.cells import cell_report, cell_states, find_cell
from bench.journal import JournalError, unpack_logits
from bench.runs import write_once
from bench.specification import Specification
from bench.store.ingest import ingest, ingest_journal
from bench.store.models import (
    Attempt,
    Cell,
    ClassMetric,
    Epoch,
    Evaluation,
    MatrixCell,
    Prediction,
    Selection,
    SplitRow,
)
from registry.errors import RequestError
from tests.bench.builders import (
    RIGHT,
    WRONG,
    attempts_at,
    claimed,
    ended,
    epoch,
    full_run,
    rows,
    selected,
    spec,
    started,
    submit,
    write_journal,
)


class TestOneRun:
    def test_every_table(self, store, runs):
        cell = spec(attention={"name": "hfc", "radius": 0.4}, seed=2)
        submit(store, runs, cell)
        write_journal(runs, cell.id, 1, full_run(cell, [WRONG, RIGHT, WRONG], best=2))
        assert ingest(store, runs) == 1
        found = rows(
            store, Cell.id, Cell.attention, Cell.seed, Cell.state, Cell.epochs_done, Cell.epochs
        )
        assert found == [(cell.id, "hfc(radius=0.4)", 2, "done", 3, 3)]
        assert rows(store, Cell.classes, Cell.images, Cell.parameters) == [
            (["class0", "class1"], {"train": 3, "test": 1}, 1234)
        ]
        assert rows(
            store, Attempt.number, Attempt.state, Attempt.resumed_after, Attempt.holder
        ) == [(1, "done", 0, "machine|ns|1|2")]
        assert rows(store, Epoch.epoch, Epoch.attempt, Epoch.peak_memory) == [
            (1, 1, 10**10),
            (2, 1, 10**10),
            (3, 1, 10**10),
        ]
        assert rows(store, Evaluation.epoch, Evaluation.part, Evaluation.balanced_accuracy) == [
            (1, "test", 0),
            (1, "train", 0.5),
            (2, "test", 1),
            (2, "train", 0.5),
            (3, "test", 0),
            (3, "train", 0.5),
        ]
        assert rows(store, Selection.rule, Selection.epoch) == [("best", 2), ("last", 3)]
        assert rows(store, Selection.rule, Selection.balanced_accuracy, Selection.macro_f1) == [
            ("best", 1, 1),
            ("last", 0, 0),
        ]
        ((parts,),) = rows(store, SplitRow.parts)
        assert json.loads(zlib.decompress(parts)) == {"train": ["a", "b", "c"], "test": ["d"]}
        assert rows(store, MatrixCell.matrix) == [("matrix",)]

    def test_logits_keep_their_bits(self, store, runs):
        cell = spec()
        events = [claimed(), started(cell), epoch(1), selected("last", 1, value=0.1)]
        write_journal(runs, cell.id, 1, events)
        ingest(store, runs)
        ((logits,),) = rows(store, Prediction.logits)
        flat = np.frombuffer(zlib.decompress(logits), "<f4")
        assert (flat == np.float32(0.1)).all()
        assert (unpack_logits(events[-1].logits["test"], 2) == flat).all()

    def test_class_metrics_are_those_of_scikit_learn(self, store, runs):
        rng = np.random.default_rng(0)
        true, predicted = rng.integers(0, 7, 200), rng.integers(0, 7, 200)
        confusion = np.zeros((7, 7), dtype=int)
        np.add.at(confusion, (true, predicted), 1)
        cell = spec()
        write_journal(runs, cell.id, 1, [claimed(), started(cell), epoch(1, confusion.tolist())])
        ingest(store, runs)
        metric = ClassMetric
        query = (
            sa.select(metric.precision, metric.recall, metric.f1, metric.support)
            .where(metric.part == "test")
            .order_by(metric.label)
        )
        with store.read() as session:
            found = np.array(session.execute(query).all(), dtype=float).T
            balanced = session.scalar(
                sa.select(Evaluation.balanced_accuracy).where(Evaluation.part == "test")
            )
        expected = precision_recall_fscore_support(true, predicted)
        np.testing.assert_allclose(found, np.array(expected))
        assert balanced == pytest.approx(balanced_accuracy_score(true, predicted))

    def test_what_is_undefined_is_null(self, store, runs):
        cell = spec()
        confusion = ((3, 1, 0), (0, 0, 0), (2, 0, 0))
        events = [claimed(), started(cell), epoch(1, confusion, loss=None), ended("diverged")]
        write_journal(runs, cell.id, 1, events)
        ingest(store, runs)
        metric = ClassMetric
        query = sa.select(metric.recall, metric.precision, metric.f1, metric.support)
        with store.read() as session:
            found = session.execute(query.where(metric.part == "test").order_by(metric.label)).all()
            test = session.execute(
                sa.select(Evaluation.loss, Evaluation.balanced_accuracy).where(
                    Evaluation.part == "test"
                )
            ).one()
        assert [tuple(row) for row in found] == [
            (0.75, 0.6, pytest.approx(2 / 3), 4),
            (None, 0, 0, 0),
            (0, None, 0, 2),
        ]
        assert tuple(test) == (None, 0.375)
        assert rows(store, Cell.state) == [("diverged",)]

    def test_of_an_epoch_that_is_stated_twice_the_last_counts(self, store, runs):
        cell = spec()
        events = [claimed(), started(cell), epoch(1, loss=0.9), epoch(2), epoch(1, loss=0.1)]
        write_journal(runs, cell.id, 1, events)
        ingest(store, runs)
        query = sa.select(Evaluation.epoch, Evaluation.loss).where(Evaluation.part == "test")
        with store.read() as session:
            found = session.execute(query.order_by(Evaluation.epoch)).all()
        assert [tuple(row) for row in found] == [(1, 0.1), (2, 0.5)]

    def test_of_a_cell_that_is_not_there_nothing_is_told(self, store):
        with store.read() as session, pytest.raises(RequestError, match="there is no cell"):
            cell_report(session, "0" * 16)

    def test_a_part_without_images_has_no_figures(self, store, runs):
        cell = spec()
        write_journal(runs, cell.id, 1, [claimed(), started(cell), epoch(1, ((0, 0), (0, 0)))])
        ingest(store, runs)
        with store.read() as session:
            test = session.scalars(sa.select(Evaluation).where(Evaluation.part == "test")).one()
            assert test.accuracy is test.balanced_accuracy is test.macro_f1 is None

    def test_the_job_that_an_attempt_belongs_to(self, store, runs):
        cell = spec()
        claim = claimed().model_copy(update={"job": "17_3", "log": "submissions/1/17_3.log"})
        write_journal(runs, cell.id, 1, [claim, started(cell)])
        write_journal(runs, cell.id, 2, [claimed(), started(cell)])
        ingest(store, runs)
        assert rows(store, Attempt.number, Attempt.job, Attempt.log) == [
            (1, "17_3", "submissions/1/17_3.log"),
            (2, "", ""),
        ]

    def test_a_byte_that_no_server_takes(self, store, runs):
        """A traceback may quote anything; PostgreSQL refuses a NUL in a text."""
        cell = spec()
        end = ended("failed").model_copy(update={"traceback": "b'\0'", "reason": "\0"})
        write_journal(runs, cell.id, 1, [claimed(), started(cell), end])
        assert ingest(store, runs) == 1
        assert rows(store, Attempt.state, Attempt.traceback, Attempt.reason) == [
            ("failed", "b'\N{REPLACEMENT CHARACTER}'", "\N{REPLACEMENT CHARACTER}")
        ]

    def test_the_view_is_live(self, store, runs):
        cell = spec()
        submit(store, runs, cell)
        assert rows(store, Cell.state, Cell.epochs_done) == [("queued", 0)]
        events = full_run(cell, [RIGHT] * 3)
        seen = []
        for count in range(1, len(events) + 1):
            runs.journal(cell.id, 1).unlink(missing_ok=True)
            path = write_journal(runs, cell.id, 1, events[:count])
            assert ingest_journal(store, runs, cell.id, 1, path)
            seen += rows(store, Cell.state, Cell.epochs_done)
        progress = [("running", done) for done in (0, 0, 1, 2, 3, 3, 3)]
        assert seen == [*progress, ("done", 3)]


class TestSubmissions:
    def test_a_matrix_may_grow_and_share_cells(self, store, runs):
        one, two, three = spec(seed=1), spec(seed=2), spec(seed=3)
        submit(store, runs, one, two)
        submit(store, runs, one, two)
        submit(store, runs, two, three)
        submit(store, runs, three, name="other")
        with store.read() as session:
            assert [cell.id for cell in cell_states(session, "matrix")] == [
                one.id,
                two.id,
                three.id,
            ]
            assert [cell.id for cell in cell_states(session, "other")] == [three.id]
            assert len(cell_states(session)) == 3

    def test_many_cells_at_once(self, store, runs):
        cells = [spec(seed=seed) for seed in range(1200)]
        submit(store, runs, *cells)
        with store.read() as session:
            assert len(cell_states(session, "matrix")) == 1200

    def test_entering_again_leaves_results_alone(self, store, runs):
        cell = spec()
        write_journal(runs, cell.id, 1, full_run(cell, [RIGHT]))
        ingest(store, runs)
        submit(store, runs, cell)
        assert rows(store, Cell.state, Cell.epochs_done, Cell.parameters) == [("done", 1, 1234)]


class TestWhatIsWrong:
    def test_a_broken_line_is_named_and_nothing_of_its_journal_taken(self, store, runs, caplog):
        cell, sound = spec(), spec(seed=1)
        write_journal(runs, sound.id, 1, full_run(sound, [RIGHT]))
        path = write_journal(runs, cell.id, 1, [claimed(), started(cell)])
        with path.open("a") as file:
            file.write("{broken}\n")
        ingest(store, runs)
        assert f"{path}, line 3" in caplog.text
        assert rows(store, Cell.id, Cell.state) == [(sound.id, "done")]
        with pytest.raises(JournalError, match=f"{path}, line 3"):
            ingest_journal(store, runs, cell.id, 1, path)

    def test_a_submission_that_is_damaged_is_named_and_the_rest_taken(self, store, runs, caplog):
        cell = spec()
        write_journal(runs, cell.id, 1, full_run(cell, [RIGHT]))
        write_once(runs.matrix("some", "0" * 16), "{broken")
        ingest(store, runs)
        assert "0000000000000000.json is left out" in caplog.text
        assert rows(store, Cell.id, Cell.state) == [(cell.id, "done")]

    def test_figures_that_fit_no_column_leave_the_other_journals_alone(self, store, runs, caplog):
        cell, sound = spec(), spec(seed=1)
        too_large = epoch(1).model_copy(update={"peak_memory": 2**80})
        write_journal(runs, cell.id, 1, [claimed(), started(cell), too_large])
        write_journal(runs, sound.id, 1, full_run(sound, [RIGHT]))
        ingest(store, runs)
        assert "is left out" in caplog.text
        assert rows(store, Cell.id, Cell.state) == [(sound.id, "done")]

    def test_a_split_that_is_damaged_leaves_the_other_journals_alone(self, store, runs, caplog):
        cell, sound = spec(), spec(seed=1)
        write_journal(runs, cell.id, 1, [claimed(), started(cell)])
        runs.split("5" * 32).write_text('{"train": ["a"')
        events = full_run(sound, [RIGHT])
        events[1] = events[1].model_copy(update={"split": "6" * 32})
        write_once(runs.split("6" * 32), '{"train": ["a"], "test": ["b"]}')
        path = runs.journal(sound.id, 1)
        path.parent.mkdir(parents=True)
        path.write_text("".join(event.model_dump_json() + "\n" for event in events))
        ingest(store, runs)
        assert "is left out" in caplog.text
        assert rows(store, Cell.id, Cell.state) == [(sound.id, "done")]

    def test_a_journal_of_another_cell_is_refused_each_time(self, store, runs, caplog):
        """A folder that was renamed, or identities that a new version makes otherwise."""
        cell = spec()
        path = write_journal(runs, "0" * 16, 1, full_run(cell, [RIGHT]))
        for _ in range(2):
            caplog.clear()
            ingest(store, runs)
            assert str(path) in caplog.text
            assert cell.id in caplog.text
        assert rows(store, Cell.id) == []


class TestReports:
    def test_a_cell_in_full(self, store, runs):
        cell = spec()
        for number, events in enumerate(attempts_at(cell), start=1):
            write_journal(runs, cell.id, number, events)
        ingest(store, runs)
        with store.read() as session:
            report = cell_report(session, find_cell(session, cell.id[:6]))
        assert report.state.id == cell.id
        assert Specification.model_validate(report.specification).id == cell.id
        assert [row.epoch for row in report.epochs] == [1, 2, 3, 4]
        assert [row.attempt for row in report.epochs] == [1, 1, 2, 3]
        assert report.epochs[2].balanced_accuracy == {"train": 0.5, "test": 1.0}
        assert [(pick.rule, pick.epoch) for pick in report.picked] == [("best", 3), ("last", 4)]
        assert report.picked[0].confusion == [[1, 0], [0, 1]]
        assert [row.name for row in report.picked[0].classes] == ["class0", "class1"]
        assert [attempt.state for attempt in report.attempts] == ["done", "running", "done"]

    def test_finding_a_cell(self, store, runs):
        submit(store, runs, *(spec(seed=seed) for seed in range(3)))
        with store.read() as session:
            identity = cell_states(session)[0].id
            assert find_cell(session, identity) == identity
            with pytest.raises(RequestError, match="is too short"):
                find_cell(session, identity[:3])
            with pytest.raises(RequestError, match="there is no cell"):
                find_cell(session, "zzzz")
            with pytest.raises(RequestError, match="there is no cell"):
                find_cell(session, "%%%%")

    def test_several_cells_that_begin_alike_are_named(self, store, runs):
        with store.write() as session:
            for tail in ("a", "b"):
                row = {"configuration": "", "specification": {}, "dataset": "", "data": ""}
                row |= {"protocol": "", "backbone": "", "attention": "", "epochs": 1}
                session.add(Cell(id="abcdef" + tail, seed=0, split_seed=0, fold=0, **row))
        with store.read() as session, pytest.raises(RequestError, match="abcdefa, abcdefb"):
            find_cell(session, "abcd")
