"""Runs as the store has them: folds pooled, resplits corrected, nothing counted twice."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from bench.statistics.images import NotStored, answers, images_of
from bench.statistics.stored import configurations
from tests.bench.builders import full_run, spec, write_journal
from tests.bench.statistics.builders import split, wrong_at

SPLIT = split()  # 32 test images, 16 of each class


def runs_of(bench, rule="best", **where):
    with bench.session() as session:
        return configurations(session, rule, **where)


class TestRuns:
    def test_figures_of_either_rule(self, bench):
        bench.run(spec(), SPLIT, wrong_at(SPLIT, [0, 1]), wrong_at(SPLIT, [0, 1, 2, 3]))
        # images 0 and 1 are of class 0, 2 and 3 of class 1
        ((best,), (last,)) = runs_of(bench), runs_of(bench, "last")
        assert best.figures == pytest.approx([100 * (14 / 16 + 1) / 2])
        assert last.figures == pytest.approx([100 * 14 / 16])
        assert best.ratio == 1

    def test_each_figure_is_read_into_its_place(self, bench):
        # three images of class 0, all right, and one of class 1, wrong: recalls 1 and 0
        cell = spec()
        write_journal(bench.runs, cell.id, 1, full_run(cell, [((3, 0), (1, 0))]))
        ((run,),) = (one.runs for one in runs_of(bench))
        true, said = [0, 0, 0, 1], [0, 0, 0, 0]
        for one in (run, run.folds[0]):
            assert one.accuracy == pytest.approx(100 * accuracy_score(true, said))
            assert one.balanced_accuracy == pytest.approx(50)
            f1 = f1_score(true, said, average="macro")
            assert one.macro_f1 == pytest.approx(100 * f1)

    def test_a_run_without_a_figure_is_left_out_of_the_mean(self, bench):
        for seed, counts in enumerate([((1, 1), (0, 2)), ((0, 0), (0, 0)), ((1, 1), (1, 1))]):
            cell = spec(seed=seed)
            write_journal(bench.runs, cell.id, 1, full_run(cell, [counts]))
        (one,) = runs_of(bench)
        assert np.isnan([one.runs[1].accuracy, one.runs[1].macro_f1]).all()
        assert one.figures == pytest.approx([75, 50])
        assert (one.estimate().n, one.estimate().mean) == (2, pytest.approx(62.5))
        assert one.estimate(lambda run: run.accuracy).mean == pytest.approx(62.5)

    def test_what_the_first_cell_does_not_know_yet_another_tells(self, bench):
        second = spec(seed=1)
        bench.submit("both", spec(seed=0), second)
        (before,) = runs_of(bench)
        assert (before.parameters, before.parts, before.missing) == (None, {}, ((0, 0), (0, 1)))
        bench.run(second, SPLIT, wrong_at(SPLIT, []))
        (one,) = runs_of(bench)
        assert (one.missing, [run.seed for run in one.runs]) == (((0, 0),), [1])
        assert one.parameters is not None
        assert one.parts["test"] == 32

    def test_interval_over_seeds_on_one_split(self, bench):
        for seed, wrong in enumerate(([], [0], [0, 1])):
            bench.run(spec(seed=seed), SPLIT, wrong_at(SPLIT, wrong))
        (one,) = runs_of(bench)
        estimate = one.estimate()
        # 100, 96.875 and 93.75: s = 3.125, t(2) = 4.303
        assert (estimate.mean, estimate.sd) == pytest.approx((96.875, 3.125))
        assert estimate.half == pytest.approx(4.303 * 3.125 / 3**0.5, abs=1e-3)
        assert "runs" in estimate.method

    def test_interval_over_splits_is_of_their_means_and_corrected(self, bench):
        wrong = {(0, 0): [], (0, 1): [0, 1], (1, 0): [0, 1], (1, 1): [0, 1, 4, 5]}
        for (split_seed, seed), places in wrong.items():
            cell = spec(split_seed=split_seed, seed=seed)
            bench.run(cell, SPLIT, wrong_at(SPLIT, places), fingerprint=f"{split_seed}" * 32)
        estimate = runs_of(bench)[0].estimate()
        # split means 96.875 and 90.625: s² = 39.0625/2, (1/2 + 32/32) s², t(1) = 12.706
        assert estimate.n == 4
        assert estimate.mean == pytest.approx(93.75)
        assert estimate.se == pytest.approx((1.5 * 6.25**2 / 2) ** 0.5)
        assert estimate.half == pytest.approx(12.706 * estimate.se, rel=1e-4)

    def test_folds_are_one_run(self, bench):
        folds = {"protocol": {"name": "subject", "folds": 3}}
        for fold, places in enumerate(([0, 1, 4], [2], [])):
            bench.run(
                spec(fold=fold, **folds),
                SPLIT,
                wrong_at(SPLIT, places),
                fingerprint=f"{fold}" * 32,
            )
        (one,) = runs_of(bench)
        assert one.figures == pytest.approx([100 * (45 / 48 + 47 / 48) / 2])
        assert one.estimate().df == 2  # of three folds

    def test_the_same_training_under_two_split_seeds_is_one_run(self, bench):
        for split_seed in (0, 1):
            bench.run(spec(split_seed=split_seed), SPLIT, wrong_at(SPLIT, [0]))
        assert len(runs_of(bench)[0].runs) == 1

    def test_what_was_asked_for_and_not_done_is_missing(self, bench):
        bench.submit("m", spec(), spec(seed=1))
        bench.run(spec(), SPLIT, wrong_at(SPLIT, []))
        (one,) = runs_of(bench, matrix="m")
        assert (len(one.runs), one.missing) == (1, ((0, 1),))
        assert one.estimate().low is None

    def test_only_cells_of_the_matrix(self, bench):
        bench.submit("m", spec())
        for seed in (0, 1):
            bench.run(spec(seed=seed), SPLIT, wrong_at(SPLIT, []))
        assert len(runs_of(bench, matrix="m")[0].runs) == 1
        assert len(runs_of(bench)[0].runs) == 2


class TestImages:
    def test_right_and_wrong_with_who_is_on_them(self, bench):
        bench.run(spec(), SPLIT, wrong_at(SPLIT, [3, 7]))
        with bench.session() as session:
            (one,) = configurations(session, "best")
            found = answers(session, one.runs[0], "best")
        assert np.flatnonzero(~found.right).tolist() == [3, 7]
        assert found.images.clusters == (tuple(SPLIT["subjects"]["test"]), "subjects")

    @pytest.mark.parametrize(
        ("without", "unit"), [(("subjects",), "sequences"), (("subjects", "sequences"), "images")]
    )
    def test_what_the_dataset_does_not_tell_is_not_made_up(self, bench, without, unit):
        stored = split(without=without)
        bench.run(spec(), stored, wrong_at(stored, []))
        with bench.session() as session:
            assert images_of(session, "a" * 32, "test").clusters[1] == unit

    def test_a_split_stored_without_labels_says_so(self, bench):
        stored = split(without=("labels",))
        bench.run(spec(), stored, wrong_at(SPLIT, []), labels=SPLIT["labels"]["test"])
        with bench.session() as session:
            (one,) = configurations(session, "best")
            with pytest.raises(NotStored, match="true class"):
                answers(session, one.runs[0], "best")

    def test_labels_that_do_not_give_the_confusion_matrix_are_refused(self, bench):
        labels = [1 - SPLIT["labels"]["test"][0], *SPLIT["labels"]["test"][1:]]
        bench.run(spec(), SPLIT, wrong_at(SPLIT, [0]), labels=labels)
        with bench.session() as session:
            (one,) = configurations(session, "best")
            with pytest.raises(NotStored, match="not of the same images"):
                answers(session, one.runs[0], "best")

    def test_a_split_or_part_that_is_not_there(self, bench):
        bench.run(spec(), SPLIT, wrong_at(SPLIT, []))
        with bench.session() as session:
            with pytest.raises(NotStored, match="not in the store"):
                images_of(session, "b" * 32, "test")
            with pytest.raises(NotStored, match="validation"):
                images_of(session, "a" * 32, "validation")
