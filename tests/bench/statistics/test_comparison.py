"""Comparisons from the store against SciPy on the same figures, and what they refuse to say."""

import numpy as np
import pytest
from scipy import stats

from bench.statistics.comparison import HIGHER, LOWER, MISSING, UNTOLD
from bench.statistics.settings import Scope, compare_all
from registry.errors import RequestError
from tests.bench.builders import spec
from tests.bench.statistics.builders import split, wrong_at

SPLIT = split(people=12)  # 48 test images
SINGLE = split(people=24, frames=1, without=("subjects", "sequences"))
SEEDS = range(8)


def runs(bench, attention, mistakes, stored=SPLIT, **settings):
    for seed, places in enumerate(mistakes):
        cell = spec(attention=attention, seed=seed, **settings)
        bench.run(cell, stored, wrong_at(stored, places))


def compare(bench, *names, **scope):
    with bench.session() as session:
        return compare_all(session, names, Scope(**scope))


def one(bench, *names, **scope):
    (comparison,) = compare(bench, *names, **scope)
    return comparison


#: One mistake a seed, on another person each time; and those of the worse model besides.
FEW = [[seed] for seed in SEEDS]
MANY = [[*range(seed % 3, 48, 4 + seed % 2)] for seed in SEEDS]


class TestAcrossRuns:
    def test_agrees_with_scipy_on_the_figures(self, bench):
        runs(bench, "hfc", FEW)
        runs(bench, "none", MANY)
        found = one(bench, "hfc", "none")

        def figure(places):
            right = np.ones(48)
            right[places] = 0
            labels = np.array(SPLIT["labels"]["test"])
            return 50 * (right[labels == 0].mean() + right[labels == 1].mean())

        first, second = ([figure(p) for p in mistakes] for mistakes in (FEW, MANY))
        wanted = stats.ttest_rel(first, second)
        interval = wanted.confidence_interval(0.95)
        assert found.runs.test.p == pytest.approx(wanted.pvalue)
        assert (found.gain.low, found.gain.high) == pytest.approx((interval.low, interval.high))
        assert found.signs.p == pytest.approx(2 / 2**8)
        assert found.means[0].mean == pytest.approx(np.mean(first))
        assert found.conclusion == HIGHER
        assert one(bench, "none", "hfc").conclusion == LOWER

    def test_pairs_share_their_seed(self, bench):
        runs(bench, "hfc", FEW[:4])
        runs(bench, "none", MANY[:6])
        found = one(bench, "hfc", "none")
        assert (found.gain.n, found.unpaired) == (4, 2)

    def test_five_pairs_have_no_sign_flip(self, bench):
        runs(bench, "hfc", FEW[:5])
        runs(bench, "none", MANY[:5])
        found = one(bench, "hfc", "none")
        assert found.signs.p is None
        assert "0.0625" in found.signs.why

    def test_resplits_are_corrected_and_have_no_sign_flip(self, bench):
        for attention, mistakes in (("hfc", FEW), ("none", MANY)):
            for split_seed, places in enumerate(mistakes):
                cell = spec(attention=attention, split_seed=split_seed)
                bench.run(cell, SPLIT, wrong_at(SPLIT, places), fingerprint=f"{split_seed}" * 32)
        found = one(bench, "hfc", "none")
        assert found.runs.test.name == "corrected resampled t"
        assert found.splits == 8
        assert (found.signs.p, "share images" in found.signs.why) == (None, True)
        # the same differences on one split: √(1/8) against √(1/8 + 1)
        assert found.gain.se == pytest.approx(found.gain.sd * (1 / 8 + 1) ** 0.5)

    def test_another_recipe_is_another_setting(self, bench):
        runs(bench, "hfc", FEW)
        runs(bench, "none", MANY, lr=0.5)
        found = one(bench, "hfc", "none")
        assert (found.conclusion, found.gain.mean, found.gain.n) == (MISSING, None, 0)
        assert "not run in this setting" in found.gain.why

    def test_a_configuration_by_its_identity_may_differ_and_says_in_what(self, bench):
        runs(bench, "hfc", FEW)
        runs(bench, "none", MANY, lr=0.5)
        found = one(bench, "hfc", spec(attention="none", lr=0.5).configuration[:8])
        assert (found.unlike, found.gain.n) == (("lr",), 8)

    def test_two_of_one_attention_are_told_apart_by_their_identity(self, bench):
        runs(bench, "none", FEW)
        runs(bench, "none", MANY, lr=0.5)
        slow, fast = (spec(attention="none", **other).configuration for other in ({}, {"lr": 0.5}))
        found = one(bench, slow, fast)
        assert (found.first, found.second) == (f"none ({slow[:6]})", f"none ({fast[:6]})")

    def test_the_family_pays_for_each_comparison(self, bench):
        runs(bench, "hfc", FEW)
        runs(bench, "none", MANY)
        runs(bench, "bam", MANY)
        found = compare(bench, "hfc", "none", "bam")
        assert [each.family for each in found] == [2, 2]
        for each in found:
            assert each.runs.adjusted == pytest.approx(2 * each.runs.test.p)


class TestAcrossImages:
    def test_one_pair_on_independent_images_is_mcnemars(self, bench):
        runs(bench, "hfc", [[0, 1]], SINGLE)
        runs(bench, "none", [[0, *range(10, 20)]], SINGLE)
        found = one(bench, "hfc", "none")
        assert found.only == (10, 1)
        assert found.odds == 10
        assert found.images.test.name == "exact McNemar"
        assert found.images.test.p == pytest.approx(stats.binomtest(1, 11).pvalue)
        assert found.conclusion == UNTOLD  # of seeds nothing is known

    def test_one_pair_has_bootstrap_intervals_labelled_as_one_run(self, bench):
        runs(bench, "hfc", [[0, 1]], SINGLE)
        runs(bench, "none", [[0, *range(10, 20)]], SINGLE)
        first, second, gain = one(bench, "hfc", "none").one_run
        assert {run.label for run in (first, second, gain)} == {"one run"}
        assert gain.value == pytest.approx(first.value - second.value)
        assert gain.low < gain.value < gain.high

    def test_frames_of_a_person_are_flipped_together(self, bench):
        # all that differs is of three people: 2³ flips cannot reach 5 %
        runs(bench, "hfc", [[]])
        runs(bench, "none", [range(12)])
        found = one(bench, "hfc", "none")
        assert found.only == (12, 0)
        assert found.unit == "subjects"
        assert found.images.test.name == "sign-flip across subjects"
        assert (found.images.test.n, found.images.test.p) == (3, None)
        assert "0.25" in found.images.test.why

    def test_what_the_seeds_show_on_a_few_people_only_is_not_shown(self, bench):
        runs(bench, "hfc", [[] for _ in SEEDS])
        runs(bench, "none", [range(8 + seed % 4) for seed in SEEDS])
        found = one(bench, "hfc", "none")
        assert found.runs.passed
        assert found.conclusion == UNTOLD

    def test_several_runs_are_one_sum_for_each_person(self, bench):
        runs(bench, "hfc", FEW)
        runs(bench, "none", MANY)
        found = one(bench, "hfc", "none")
        assert found.images.test.n == 12
        # every person is worse off: 2 of 2¹² flips
        assert found.images.test.p == pytest.approx(2 / 2**12)

    def test_without_labels_the_runs_alone_decide_and_it_says_so(self, bench):
        stored = split(people=12, without=("labels",))
        for attention, mistakes in (("hfc", FEW), ("none", MANY)):
            for seed, places in enumerate(mistakes):
                bench.run(
                    spec(attention=attention, seed=seed),
                    stored,
                    wrong_at(SPLIT, places),
                    labels=SPLIT["labels"]["test"],
                )
        found = one(bench, "hfc", "none")
        assert found.conclusion == HIGHER
        assert not found.images_known
        assert "true class" in found.images.test.why


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("hfc",), "two or more"),
        (("hfc", "hfc"), "two or more"),
        (("hfc", "nonne"), "did you mean 'none'"),
    ],
)
def test_what_a_person_gets_wrong(bench, names, said):
    runs(bench, "hfc", FEW[:1])
    runs(bench, "none", FEW[:1])
    with pytest.raises(RequestError, match=said):
        compare(bench, *names)


def test_scope(bench):
    runs(bench, "hfc", FEW[:2])
    runs(bench, "none", FEW[:2])
    runs(bench, "hfc", FEW[:2], backbone="mobilenet_v2")
    runs(bench, "none", FEW[:2], backbone="mobilenet_v2")
    assert len(compare(bench, "hfc", "none")) == 2
    assert one(bench, "hfc", "none", backbone="resnet18").backbone == "resnet18"
    with pytest.raises(RequestError):
        one(bench, "hfc", "none", dataset="ckplus")
