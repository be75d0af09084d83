"""Many processes that take journals in at the same moment, on SQLite and on PostgreSQL."""

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from bench.journal import Journal
from bench.runs import Runs
from bench.store.database import Store
from bench.store.ingest import ingest, ingest_journal
from bench.store.models import Cell, ClassMetric, Epoch, Evaluation, MatrixCell
from bench.store.submission import Submission, record_submission
from tests.bench.builders import (
    RIGHT,
    attempts_at,
    claimed,
    dump,
    epoch,
    full_run,
    spec,
    started,
    submit,
    write_journal,
)

#: Forked, so that PyTorch is not imported in each; no connection is open when they are.
CONTEXT = multiprocessing.get_context("fork")


def at_once(store: Store, do: Callable[..., None], each: Sequence[tuple[Any, ...]]) -> None:
    """Call a function in as many processes, which set off together."""
    store.close()
    gate = CONTEXT.Barrier(len(each))
    processes = [CONTEXT.Process(target=_pass, args=(gate, do, words)) for words in each]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(each)


def _pass(gate: Any, do: Callable[..., None], words: tuple[Any, ...]) -> None:
    gate.wait()
    do(*words)


def _ingest_journals(url: str, runs: Runs, cell: str, attempts: Sequence[int]) -> None:
    store = Store(url)
    for attempt in attempts:
        ingest_journal(store, runs, cell, attempt, runs.journal(cell, attempt))


def _ingest_all(url: str, runs: Runs) -> None:
    ingest(Store(url), runs)


def _submit(url: str, name: str, seeds: Sequence[int]) -> None:
    cells = tuple(spec(seed=seed) for seed in seeds)
    submission = Submission(name=name, title="", reported=None, specifications=cells)
    record_submission(Store(url), submission)


@pytest.mark.parametrize("known", [False, True])
def test_one_cell_s_journals_by_four_processes_in_four_orders(store, another_store, runs, known):
    cell = spec()
    if known:
        submit(store, runs, cell)
    for number, events in enumerate(attempts_at(cell), start=1):
        write_journal(runs, cell.id, number, events)
    orders = ((1, 2, 3), (3, 2, 1), (2, 1, 3), (1, 3, 2))
    at_once(store, _ingest_journals, [(store.url, runs, cell.id, order) for order in orders])
    reference = another_store()
    ingest(reference, runs)
    assert dump(store) == dump(reference)


def test_a_whole_folder_by_three_processes(store, another_store, runs):
    cells = [spec(seed=seed) for seed in range(8)]
    for name, some in (("all", cells), ("backwards", cells[::-1])):
        submit(another_store(), runs, *some, name=name)  # into the folder; the rows go elsewhere
    for cell in cells:
        write_journal(runs, cell.id, 1, full_run(cell, [RIGHT] * 3))
    at_once(store, _ingest_all, [(store.url, runs)] * 3)
    reference = another_store()
    ingest(reference, runs)
    assert dump(store) == dump(reference)
    assert len(dump(store)["epochs"]) == 24


def test_matrices_that_name_the_same_cells_in_opposite_orders(store):
    seeds = range(200)
    orders = [("up", seeds), ("down", seeds[::-1]), ("odd", [*seeds[1::2], *seeds[::2]])]
    at_once(store, _submit, [(store.url, name, list(order)) for name, order in orders])
    with store.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Cell)) == 200
        assert session.scalar(sa.select(sa.func.count()).select_from(MatrixCell)) == 600


WRITERS, EPOCHS = 16, 200


def _train(url: str, runs: Runs, seed: int) -> None:
    """What a worker does, without the training."""
    store, cell = Store(url), spec(seed=seed, epochs=EPOCHS)
    path = runs.journal(cell.id, 1)
    journal = Journal(path)
    for number in range(1, EPOCHS + 1):
        journal.write(epoch(number, [[number, seed], [0, 1]]))
        assert ingest_journal(store, runs, cell.id, 1, path)


@pytest.mark.slow
def test_sixteen_writers_of_two_hundred_epochs_each(store, runs):
    cells = [spec(seed=seed, epochs=EPOCHS) for seed in range(WRITERS)]
    submit(store, runs, *cells)
    for cell in cells:
        write_journal(runs, cell.id, 1, [claimed(), started(cell)])
    at_once(store, _train, [(store.url, runs, seed) for seed in range(WRITERS)])
    assert ingest(store, runs) == 0
    with store.read() as session:
        done = session.execute(sa.select(Cell.id, Cell.epochs_done, Cell.state)).all()
        assert sorted(done) == sorted((cell.id, EPOCHS, "running") for cell in cells)
        for table, rows in ((Epoch, 1), (Evaluation, 2), (ClassMetric, 4)):
            count = session.scalar(sa.select(sa.func.count()).select_from(table))
            assert count == WRITERS * EPOCHS * rows
        query = (
            sa.select(Cell.seed, Evaluation.epoch, Evaluation.confusion)
            .join(Cell, Cell.key == Evaluation.cell_key)
            .where(Evaluation.part == "test")
        )
        for seed, number, confusion in session.execute(query):
            assert confusion == [[number, seed], [0, 1]]
