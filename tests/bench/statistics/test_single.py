"""A configuration that was run once has an interval over its test images, and is told to be one."""

import numpy as np
import pytest
from scipy import stats

from bench.statistics.single import estimate_of
from bench.statistics.stored import configurations
from tests.bench.builders import spec
from tests.bench.statistics.builders import split, wrong_at

SINGLE = split(people=40, frames=1, without=("subjects", "sequences"))
PEOPLE = split(people=10, frames=4)


def estimated(bench):
    with bench.session() as session:
        (one,) = configurations(session, "best")
        return estimate_of(session, one)


def test_independent_images_vary_as_two_binomials_do(bench):
    wrong = range(0, 30, 3)  # of 80 images, 40 of each class by turns: 5 of each are wrong
    bench.run(spec(), SINGLE, wrong_at(SINGLE, wrong))
    found = estimated(bench)
    se = 100 * np.sqrt(2 * (5 / 40) * (35 / 40) / 40) / 2
    assert found.mean == pytest.approx(87.5)
    assert found.high - found.low == pytest.approx(2 * stats.norm.ppf(0.975) * se, rel=0.1)
    assert (found.n, found.sd) == (1, None)
    assert found.method == "one run, bootstrap over 80 images"


def test_the_images_of_a_person_are_drawn_together(bench):
    bench.run(spec(), PEOPLE, wrong_at(PEOPLE, range(16)))  # all eight images of two people
    found = estimated(bench)
    se = 100 * np.sqrt(0.2 * 0.8 / 10)  # ten people, right or wrong as a whole
    assert found.high - found.low == pytest.approx(2 * stats.norm.ppf(0.975) * se, rel=0.2)
    assert found.method == "one run, bootstrap over 10 subjects"


def test_without_the_classes_of_the_images_there_is_none(bench):
    stored = split(without=("labels",))
    labels = split()["labels"]["test"]
    bench.run(spec(), stored, np.array(labels), labels=labels)
    found = estimated(bench)
    assert (found.low, found.high) == (None, None)
    assert found.why == "one run, and the store does not tell the true class of each test image"


def test_several_runs_vary_over_seeds(bench):
    for seed, wrong in enumerate((4, 8, 9)):
        bench.run(spec(seed=seed), SINGLE, wrong_at(SINGLE, range(wrong)))
    found = estimated(bench)
    figures = [100 - 100 * wrong / 80 for wrong in (4, 8, 9)]
    low, high = stats.t.interval(0.95, 2, np.mean(figures), stats.sem(figures))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.method == "t interval over runs"
