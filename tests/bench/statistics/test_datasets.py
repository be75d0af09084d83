"""Ranks over datasets against Demšar's example and tables."""

import numpy as np
import pytest
from scipy import stats

from bench.statistics.datasets import friedman, nemenyi, rank, wilcoxon

#: Table 6 of Demšar (JMLR 7, 2006): AUC of C4.5, +m, +cf, +m+cf on 14 datasets.
DEMSAR = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9751, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ]
)
NAMES = ("C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf")


@pytest.mark.parametrize(
    ("k", "q"),
    [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (8, 3.031), (10, 3.164)],
)
def test_critical_values_are_those_of_demsars_table_5(k, q):
    assert nemenyi(k, 14) == pytest.approx(q * np.sqrt(k * (k + 1) / (6 * 14)), abs=2e-3)


def test_demsars_example():
    ranking = rank(NAMES, DEMSAR)
    by_name = dict(zip(ranking.models, ranking.ranks, strict=True))
    # average ranks as printed there; 3.143, 2.000, 2.893, 1.964
    assert by_name == pytest.approx(
        {"C4.5": 3.143, "C4.5+m": 2.000, "C4.5+cf": 2.893, "C4.5+m+cf": 1.964}, abs=5e-4
    )
    assert ranking.models[0] == "C4.5+m+cf"
    assert ranking.critical_difference == pytest.approx(1.25, abs=5e-3)
    assert ranking.test.p is not None
    assert ranking.test.p < 0.05
    # 3.143 - 1.964 = 1.18 < 1.25: Nemenyi finds no pair, as he says on p. 13
    assert ranking.groups == (ranking.models,)


def test_friedman_comes_near_the_chi_squared_on_many_datasets():
    figures = np.random.default_rng(0).normal([0.0, 0.2, 0.4], size=(40, 3))
    wanted = stats.friedmanchisquare(*figures.T).pvalue
    assert friedman(figures).p == pytest.approx(wanted, abs=0.02)


def test_friedman_of_few_datasets_is_counted():
    # three models in the same order on three datasets: 6 of the 6³ ways are as extreme
    figures = np.array([[1.0, 2, 3], [1, 2, 3], [4, 5, 6]])
    assert friedman(figures).p == pytest.approx(6 / 216, rel=1e-6)
    assert friedman(figures[:2]).p is None
    assert "0.167" in friedman(figures[:2]).why


def test_wilcoxon_agrees_with_scipy_and_says_where_it_cannot_reach():
    differences = np.array([1.2, 0.3, -0.4, 2.2, 0.9, 1.7, 0.8])
    assert wilcoxon(differences).p == pytest.approx(stats.wilcoxon(differences).pvalue)
    assert wilcoxon(np.array([1.0, 2, 3, 4, 0])).p is None
    assert wilcoxon(np.array([1.0, 2, 3, 4, 0])).n == 4


def test_groups_are_the_longest_runs_within_reach():
    steps = np.repeat([[0.0, 1, 2, 3]], 12, axis=0)
    ranking = rank(("worst", "third", "second", "best"), steps)
    assert ranking.ranks == (1, 2, 3, 4)
    # 2.569 √(20 / 72) = 1.354: neighbours only
    assert ranking.groups == (("best", "second"), ("second", "third"), ("third", "worst"))


def test_two_models_have_no_critical_difference():
    ranking = rank(("a", "b"), np.array([[1.0, 2], [2, 1], [3, 4]]))
    assert ranking.critical_difference is None
    assert ranking.test.name == "Wilcoxon signed-rank"
    assert ranking.groups == (("b", "a"),)
