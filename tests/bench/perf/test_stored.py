"""The stores that are read and written for the clock hold what real ones hold."""

from functools import partial

import numpy as np
import pytest
from sqlalchemy import func, select

from bench.engine import EpochResult, PartResult
from bench.execution import Execution
from bench.leaderboard import leaderboard
from bench.perf import logged
from bench.perf.engine import engine_cell
from bench.perf.epoch_log import epoch_log
from bench.perf.growth import growth_rows
from bench.perf.logged import logging_rows
from bench.perf.many_runs import CLASSES, SUPPORT, fill, leaderboard_of
from bench.perf.plan import Load, Plan
from bench.store.database import Store
from bench.store.integrity import damage, orphans
from bench.store.models import Cell, ClassMetric, Epoch, Evaluation, Selection

LOAD = Load(backbone="mobilenet_v2", batch=8)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    store = Store(str(tmp_path_factory.mktemp("many") / "results.db"))
    store.upgrade()
    fill(store, runs=40, epochs=3)
    yield store
    store.close()


def test_so_many_runs_with_a_row_for_every_class_of_every_epoch(filled):
    with filled.read() as session:
        counts = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table))
            for table in (Cell, Epoch, Evaluation, ClassMetric, Selection)
        }
    assert counts == {
        "cells": 40,
        "epochs": 120,
        "evaluations": 120,
        "class_metrics": 840,
        "selections": 80,
    }
    assert damage(filled) == orphans(filled) == []


def test_the_leaderboard_is_that_of_the_confusion_matrices(filled):
    with filled.read() as session:
        standings = leaderboard(session)
        matrices = {
            cell.key: (cell.backbone, np.array(confusion))
            for cell, confusion in session.execute(
                select(Cell, Evaluation.confusion)
                .join(Evaluation, Evaluation.cell_key == Cell.key)
                .where(Evaluation.epoch == 3)
            )
        }
    assert all(counts.sum() == SUPPORT * len(CLASSES) for _, counts in matrices.values())
    assert {(one.n, one.missing) for one in standings} == {(20, 0)}
    assert len(standings) == 4  # two models, by two rules
    for one in standings:
        recalls = [np.diag(m) / m.sum(1) for name, m in matrices.values() if name == one.backbone]
        assert one.mean == pytest.approx(100 * np.mean(recalls))


def test_the_task_reads_it():
    with leaderboard_of(runs=20, epochs=1) as tasks:
        assert list(tasks) == ["leaderboard"]
        tasks["leaderboard"]()


def test_a_logged_epoch_is_in_the_database(tmp_path):
    cell = engine_cell(30, LOAD, 32, "fp32")
    counts = np.diag([1, 2, 0, 1, 1, 1, 1])
    parts = {"train": PartResult(1.0, 3 * counts), "test": PartResult(0.25, counts)}
    with epoch_log(tmp_path, cell) as log:
        for epoch in (1, 2):
            log.write(EpochResult(epoch, parts, lr=0.5, seconds=2.0, images_per_second=9.0))
        with log.store.read() as session:
            epochs = [(e.epoch, e.lr, e.seconds) for e in session.scalars(select(Epoch))]
            rows = session.execute(select(Evaluation.part, Evaluation.loss, Evaluation.confusion))
            evaluations = [(part, loss, confusion) for part, loss, confusion in rows]
    assert epochs == [(1, 0.5, 2.0), (2, 0.5, 2.0)]
    assert evaluations.count(("test", 0.25, counts.tolist())) == 2
    assert len(evaluations) == 4


def test_rows_of_logging(monkeypatch):
    def timed(tasks, rounds, warm_up):
        for task in tasks.values():
            task()
        ones = np.ones(rounds)
        return {"logging": 0.2 * ones, "epoch": 4 * ones}

    monkeypatch.setattr(logged, "time_in_turn", timed)
    plan = Plan(size=32, epoch_images=30, loads=(LOAD,), rounds=2)
    per_ms, share = logging_rows(plan, Execution(device="cpu"), lambda _text: None)
    assert per_ms.ratio == pytest.approx(2.0)  # 100 epochs in 0.2 s
    assert share.ratio == pytest.approx(0.0005)
    assert "30 images, mobilenet_v2 b8 32 fp32" in share.what


def test_the_leaderboard_grows_no_worse_than_linearly():
    plan = Plan(cells=(100, 1000), rounds=5, epochs=3)
    rows = growth_rows(plan, partial(leaderboard_of, epochs=3), lambda _text: None)
    assert [row.low < 1.2 for row in rows if "exponent" in row.what] == [True]
