"""The leaderboard against means, deviations and pooled folds worked out by hand."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from bench.leaderboard import Standing, leaderboard
from bench.runs import Runs
from bench.specification import Specification
from bench.store.database import Store
from bench.store.ingest import ingest
from bench.store.submission import Submission, record_submission
from tests.bench.builders import (
    claimed,
    ended,
    epoch,
    full_run,
    selected,
    spec,
    started,
    write_journal,
)

PAPER = {"protocol": "paper", "epochs": 2}
THREE_FOLDS = {"protocol": {"name": "subject", "folds": 3}}


def right(count: int, of: int = 10) -> list[list[int]]:
    """So many of ten images of the first class right, and all ten of the second."""
    return [[count, of - count], [0, 10]]


class Bench:
    """A store, and the journals that it is filled from."""

    def __init__(self, store: Store, runs: Runs) -> None:
        self.store = store
        self.runs = runs

    def run(self, cell: Specification, *confusions: Any, best: int | None = None) -> None:
        write_journal(self.runs, cell.id, 1, full_run(cell, confusions, best))

    def submit(self, name: str, *cells: Specification, reported: str | None = None) -> None:
        submission = Submission(name=name, title="", reported=reported, specifications=cells)
        record_submission(self.store, submission)

    def board(self, **where: Any) -> list[Standing]:
        ingest(self.store, self.runs)
        with self.store.read() as session:
            return leaderboard(session, **where)

    def one(self, selection: str = "best", **where: Any) -> Standing:
        (standing,) = (one for one in self.board(**where) if one.selection == selection)
        return standing


@pytest.fixture
def bench(store: Store, runs: Runs) -> Bench:
    return Bench(store, runs)


class TestSeeds:
    def test_mean_and_deviation_in_percent(self, bench):
        for seed, count in enumerate((4, 6, 9)):
            bench.run(spec(seed=seed), right(count))
        standing = bench.one()
        # balanced accuracies 70, 80 and 95 %
        assert standing.mean == pytest.approx(245 / 3)
        assert standing.std == pytest.approx(
            ((35 / 3) ** 2 + (5 / 3) ** 2 + (40 / 3) ** 2) ** 0.5 / 2**0.5
        )
        assert (standing.n, standing.missing) == (3, 0)
        assert standing.parameters == 1234

    def test_the_interval_is_students(self, bench):
        for seed, count in enumerate((4, 6, 9)):
            bench.run(spec(seed=seed), right(count))
        standing = bench.one()
        figures = [70, 80, 95]
        low, high = stats.t.interval(0.95, 2, np.mean(figures), stats.sem(figures))
        assert (standing.low, standing.high) == pytest.approx((low, high))
        assert standing.interval == "t interval over runs"

    def test_one_run_has_no_deviation(self, bench):
        bench.run(spec(), right(4))
        assert (bench.one().mean, bench.one().std, bench.one().n) == (pytest.approx(70), None, 1)

    def test_without_any_there_is_no_mean(self, bench):
        bench.submit("m", spec(), spec(seed=1))
        standing = bench.one()
        assert (standing.mean, standing.std, standing.n, standing.missing) == (None, None, 0, 2)
        assert standing.parameters is None

    def test_split_seeds_are_runs_too(self, bench):
        bench.run(spec(split_seed=0), right(4))
        bench.run(spec(split_seed=1), right(6))
        bench.run(spec(split_seed=1, seed=1), right(8))
        assert bench.one().n == 3

    @pytest.mark.parametrize("state", ["failed", "diverged", "preempted", "cancelled"])
    def test_a_run_that_is_not_done_is_missing_whatever_it_reached(self, bench, state):
        bench.run(spec(seed=0), right(4))
        cell = spec(seed=1)
        events = [claimed(), started(cell), epoch(1, right(10)), selected("best", 1)]
        write_journal(bench.runs, cell.id, 1, [*events, selected("last", 1), ended(state)])
        standing = bench.one()
        assert (standing.mean, standing.n, standing.missing) == (pytest.approx(70), 1, 1)


class TestFolds:
    def test_are_pooled_into_one_run(self, bench):
        confusions = ([[1, 0], [3, 1]], [[2, 8], [0, 1]], [[4, 0], [0, 0]])
        for fold, confusion in enumerate(confusions):
            bench.run(spec(**THREE_FOLDS, fold=fold), confusion)
        standing = bench.one()
        # 7 of 15 and 2 of 5; the mean of the folds' own figures would be another
        assert standing.mean == pytest.approx(100 * (7 / 15 + 2 / 5) / 2)
        assert (standing.n, standing.missing, standing.std) == (1, 0, None)

    def test_a_run_without_one_of_its_folds_is_missing(self, bench):
        for seed in (0, 1):
            for fold in range(3 - seed):
                bench.run(spec(**THREE_FOLDS, fold=fold, seed=seed), right(4))
        bench.submit("m", *(spec(**THREE_FOLDS, fold=fold, seed=1) for fold in range(3)))
        assert (bench.one().n, bench.one().missing) == (1, 1)

    def test_a_class_that_is_in_one_fold_only(self, bench):
        for fold, confusion in enumerate(([[2, 0], [0, 0]], [[2, 0], [0, 0]], [[0, 0], [1, 1]])):
            bench.run(spec(**THREE_FOLDS, fold=fold), confusion)
        assert bench.one().mean == pytest.approx(100 * (1 + 0.5) / 2)


class TestSelection:
    def test_best_and_last(self, bench):
        bench.run(spec(), right(4), right(8), right(6), best=2)
        assert bench.one("best").mean == pytest.approx(90)
        assert bench.one("last").mean == pytest.approx(80)

    def test_optimistic_is_what_the_test_part_picked(self, bench):
        bench.run(spec(**PAPER), right(4))
        bench.run(spec(), right(4))
        flags = {(one.protocol, one.selection): one.optimistic for one in bench.board()}
        assert flags == {
            ("paper", "best"): True,
            ("paper", "last"): False,
            ("subject", "best"): False,
            ("subject", "last"): False,
        }


class TestRows:
    def test_each_configuration_by_itself_best_first(self, bench):
        for attention, count in (("none", 4), ("hfc", 9), ("bam", 6)):
            bench.run(spec(attention=attention), right(count))
        bench.submit("m", spec(attention={"name": "hfc", "radius": 0.4}))
        best = [one for one in bench.board() if one.selection == "best"]
        assert [one.attention for one in best] == ["hfc", "bam", "none", "hfc(radius=0.4)"]

    def test_another_recipe_is_another_row(self, bench):
        bench.run(spec(lr=1e-3), right(4))
        bench.run(spec(lr=1e-4), right(4))
        assert [one.n for one in bench.board()] == [1, 1, 1, 1]

    def test_of_one_matrix(self, bench):
        bench.run(spec(seed=0), right(4))
        bench.run(spec(seed=1), right(6))
        bench.submit("m", spec(seed=1))
        assert bench.one().n == 2
        assert bench.one(matrix="m").mean == pytest.approx(80)
        assert bench.board(matrix="other") == []

    def test_of_one_protocol_whatever_its_parameters(self, bench):
        cells = (spec(), spec(**THREE_FOLDS), spec(protocol="sequence"), spec(**PAPER))
        bench.submit("m", *cells)
        found = {one.protocol for one in bench.board(protocol="subject")}
        assert found == {"subject", "subject(folds=3)"}


TABLE1 = {"dataset": "ckplus", "protocol": "paper", "epochs": 100, "batch_size": 16, "lr": 1e-4}
COMPLETE = {"train": 735, "test": 246}


class TestReported:
    def run(self, bench: Bench, cell: Specification, images: dict[str, int] = COMPLETE) -> None:
        picks = [selected("best", 1), selected("last", 1)]
        events = [claimed(), started(cell, images=images), epoch(1, right(8)), *picks, ended()]
        write_journal(bench.runs, cell.id, 1, events)

    def test_the_gap_is_measured_minus_reported(self, bench):
        self.run(bench, spec(**TABLE1, attention="hfc"))
        standing = bench.one("best")
        assert standing.reported == 92.31
        assert standing.reported_as == "kim_jo/table1, ckplus"
        assert standing.unlike == ()
        assert standing.comparable
        assert standing.gap == pytest.approx(90 - 92.31)
        assert standing.verdict == "can't be told with these runs (n needed: 2 or more)"

    def test_the_last_epoch_is_not_what_the_paper_prints(self, bench):
        self.run(bench, spec(**TABLE1, attention="hfc"))
        standing = bench.one("last")
        assert standing.reported == 92.31
        assert standing.unlike == ("other epoch: last, not best",)
        assert standing.gap is None
        assert not standing.comparable

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"protocol": "subject"}, "other protocol: subject, not paper"),
            ({"lr": 1e-3}, "other recipe: learning rate 0.001, not 0.0001"),
            ({"epochs": 10, "size": 48}, "other recipe: input 48, not 224; epochs 10, not 100"),
        ],
    )
    def test_there_is_no_gap_to_what_is_unlike(self, bench, change, reason):
        self.run(bench, spec(**TABLE1 | change, attention="hfc"))
        standing = bench.one("best")
        assert standing.unlike == (reason,)
        assert standing.reported == 92.31
        assert standing.gap is None

    def test_an_incomplete_dataset_is_other_data_even_while_some_seeds_wait(self, bench):
        bench.submit("m", *(spec(**TABLE1, attention="hfc", seed=seed) for seed in range(3)))
        self.run(bench, spec(**TABLE1, attention="hfc", seed=1), {"train": 700, "test": 227})
        standing = bench.one("best")
        assert standing.unlike == ("other data: 927 images, not 981",)
        assert standing.gap is None

    def test_nothing_is_reported_of_it(self, bench):
        self.run(bench, spec(**TABLE1, attention="hfc_mean"))
        self.run(bench, spec(attention="hfc"))
        for standing in bench.board():
            assert (standing.reported, standing.reported_as, standing.unlike) == (None, "", ())
            assert not standing.comparable

    def test_a_matrix_names_the_table_that_stands_beside_its_own_data(self, bench):
        cell = spec(attention="hfc")
        self.run(bench, cell)
        bench.submit("quick", cell, reported="kim_jo/table1")
        for standing in bench.board():
            assert standing.reported == 92.31
            assert standing.unlike == ("other data",)
            assert standing.gap is None

    def test_a_matrix_picks_between_tables_that_print_the_same_model(self, bench):
        cell = spec(**TABLE1, attention="hfc")
        self.run(bench, cell)
        bench.submit("m", cell, reported="kim_jo/table2")
        assert bench.one("best").reported_as == "kim_jo/table2, ckplus"

    def test_no_result_no_gap(self, bench):
        bench.submit("m", spec(**TABLE1, attention="hfc"))
        assert bench.one("best").reported == 92.31
        assert bench.one("best").gap is None


def test_pooled_figures_of_many_random_runs(bench):
    rng = np.random.default_rng(3)
    figures = []
    for seed in range(4):
        folds = rng.integers(0, 9, (3, 2, 2))
        for fold, confusion in enumerate(folds):
            bench.run(spec(**THREE_FOLDS, fold=fold, seed=seed), confusion.tolist())
        pooled = folds.sum(axis=0).astype(float)
        figures.append(100 * (pooled.diagonal() / pooled.sum(axis=1)).mean())
    assert bench.one().mean == pytest.approx(np.mean(figures))
    assert bench.one().std == pytest.approx(np.std(figures, ddof=1))
