"""Taking journals in: the same rows whenever, however often and in whatever order it is done."""

import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, precision_recall_fscore_support

from bench.cells import cell_report, cell_states, find_cell
from bench.journal import Event, JournalError, unpack_logits
from bench.runs import Runs, write_once
from bench.specification import Specification
from bench.store.database import Store
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
from bench.store.submission import Submission, record_submission
from registry.errors import RequestError
from tests.bench.builders import (
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
    write_journal,
)

WRONG, RIGHT = ((0, 1), (1, 0)), ((1, 0), (0, 1))


@pytest.fixture
def store(tmp_path: Path):
    store = new_store(tmp_path)
    yield store
    close(store)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")


def submit(store: Store, runs: Runs, *cells: Specification, name: str = "matrix") -> None:
    submission = Submission(name=name, title="A title", reported=None, specifications=cells)
    write_once(runs.matrix(name, "0"), submission.model_dump_json())
    record_submission(store, submission)


def rows(store: Store, *columns: Any) -> list[Any]:
    with store.read() as session:
        return [tuple(row) for row in session.execute(sa.select(*columns).order_by(*columns))]


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

    def test_a_part_without_images_has_no_figures(self, store, runs):
        cell = spec()
        write_journal(runs, cell.id, 1, [claimed(), started(cell), epoch(1, ((0, 0), (0, 0)))])
        ingest(store, runs)
        with store.read() as session:
            test = session.scalars(sa.select(Evaluation).where(Evaluation.part == "test")).one()
            assert test.accuracy is test.balanced_accuracy is test.macro_f1 is None

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


def attempts_at(cell: Specification) -> list[list[Event]]:
    """Three attempts, the first of which is taken for lost twice and lives on to the end."""
    first = [claimed(), started(cell, parameters=1), *(epoch(n, WRONG) for n in (1, 2, 3, 4))]
    first += [selected("best", 1, 1.0), selected("last", 4, 1.0), ended()]
    second = [claimed(10), started(cell, 2, parameters=2), epoch(3, RIGHT), epoch(4, RIGHT)]
    third = [claimed(20), started(cell, 3, parameters=3), epoch(4, ((2, 0), (0, 2)))]
    third += [selected("best", 3, 3.0), selected("last", 4, 3.0), ended()]
    return [first, second, third]


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


def write_all(runs: Runs, journals: dict[tuple[str, int], list[Event]]) -> None:
    for (cell, attempt), events in journals.items():
        write_journal(runs, cell, attempt, events)


def world() -> dict[tuple[str, int], list[Event]]:
    """Cells with one attempt, with three of which one is a zombie, and with one hardly begun."""
    plain, contested, begun = spec(seed=1), spec(seed=2), spec(seed=3)
    journals = {(plain.id, 1): full_run(plain, [RIGHT, WRONG])}
    for number, events in enumerate(attempts_at(contested), start=1):
        journals[contested.id, number] = events
    journals[begun.id, 1] = full_run(begun, [WRONG, RIGHT])
    journals[begun.id, 2] = [claimed(99)]
    return journals


def reference(known: bool) -> dict[str, Any]:
    """The rows that one ingest of everything gives."""
    with TemporaryDirectory() as folder:
        runs, store = Runs(Path(folder) / "runs"), new_store(Path(folder))
        if known:
            submit(store, runs, *(spec(seed=seed) for seed in (1, 2, 3)))
        write_all(runs, world())
        ingest(store, runs)
        rows = dump(store)
        close(store)
    return rows


def place(runs: Runs, texts: dict[tuple[str, int], bytes]) -> None:
    for key, text in texts.items():
        runs.journal(*key).parent.mkdir(parents=True, exist_ok=True)
        runs.journal(*key).write_bytes(text)
    write_once(runs.split("5" * 32), '{"train": ["a", "b", "c"], "test": ["d"]}')


def texts() -> dict[tuple[str, int], bytes]:
    with TemporaryDirectory() as folder:
        runs = Runs(Path(folder))
        write_all(runs, world())
        return {key: runs.journal(*key).read_bytes() for key in world()}


REFERENCE = {known: reference(known) for known in (False, True)}
TEXTS = texts()
JOURNALS = list(TEXTS)


def test_the_reference_holds_what_it_should():
    """That the comparisons below are of something."""
    tables = REFERENCE[True]
    empty = [name for name, found in tables.items() if not found]
    assert empty == []
    assert len(tables["epochs"]) == 2 + 4 + 2
    assert len(tables["attempts"]) == 6


class TestIdempotence:
    @pytest.mark.parametrize("known", [False, True])
    def test_twice(self, store, runs, known):
        if known:
            submit(store, runs, *(spec(seed=seed) for seed in (1, 2, 3)))
        write_all(runs, world())
        assert ingest(store, runs) == len(JOURNALS)
        assert dump(store) == REFERENCE[known]
        assert ingest(store, runs) == 0
        assert dump(store) == REFERENCE[known]

    def test_a_rebuild_gives_the_same_rows(self, store, runs, tmp_path):
        submit(store, runs, *(spec(seed=seed) for seed in (3, 1, 2)))
        for (cell, attempt), events in reversed(world().items()):
            path = write_journal(runs, cell, attempt, events)
            ingest_journal(store, runs, cell, attempt, path)
        rebuilt = new_store(tmp_path, "again.db")
        ingest(rebuilt, runs)
        assert dump(rebuilt) == dump(store) == REFERENCE[True]
        close(rebuilt)

    @settings(max_examples=25, deadline=None)
    @given(order=st.permutations(JOURNALS), known=st.booleans())
    def test_in_any_order_of_the_journals(self, order: Sequence[tuple[str, int]], known: bool):
        with TemporaryDirectory() as folder:
            runs, store = Runs(Path(folder) / "runs"), new_store(Path(folder))
            if known:
                submit(store, runs, *(spec(seed=seed) for seed in (1, 2, 3)))
            place(runs, TEXTS)
            for cell, attempt in order:
                ingest_journal(store, runs, cell, attempt, runs.journal(cell, attempt))
            ingest(store, runs)
            assert dump(store) == REFERENCE[known]
            close(store)

    @settings(max_examples=25, deadline=None)
    @given(
        cuts=st.lists(
            st.tuples(st.sampled_from(JOURNALS), st.floats(0, 1), st.booleans()), max_size=8
        ),
        known=st.booleans(),
    )
    def test_cut_at_any_byte(
        self, cuts: Sequence[tuple[tuple[str, int], float, bool]], known: bool
    ):
        """Journals that grow by pieces, each taken in by itself or with all the others."""
        with TemporaryDirectory() as folder:
            runs, store = Runs(Path(folder) / "runs"), new_store(Path(folder))
            if known:
                submit(store, runs, *(spec(seed=seed) for seed in (1, 2, 3)))
            place(runs, dict.fromkeys(TEXTS, b""))
            for key, fraction, alone in cuts:
                path = runs.journal(*key)
                length = max(round(fraction * len(TEXTS[key])), path.stat().st_size)
                path.write_bytes(TEXTS[key][:length])
                if alone:
                    ingest_journal(store, runs, *key, path)
                else:
                    ingest(store, runs)
            place(runs, TEXTS)
            ingest(store, runs)
            assert dump(store) == REFERENCE[known]
            close(store)


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
