"""The critical-difference picture, its positions against SciPy and Demšar's tables."""

import numpy as np
import pytest
from scipy import stats

from bench.figures.catalog import Request, draw
from bench.figures.ranked import ranked
from bench.figures.ranking import OVER, draw_ranking, tell
from bench.figures.style import save
from bench.home import Home
from bench.statistics.datasets import rank
from bench.statistics.settings import Scope
from registry.errors import RequestError
from tests.bench.builders import close, spec
from tests.bench.statistics.builders import Bench, split, wrong_at

#: Table 5(a) of Demšar (JMLR 7, 2006): q at 5 % of so many models.
Q = {3: 2.343, 4: 2.569, 5: 2.728, 6: 2.850}
SPLIT = split()


def lines(figure):
    """What was drawn by its name: x and y of each line."""
    (axes,) = figure.axes
    return {line.get_gid(): line.get_xydata() for line in axes.lines}


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    close(bench.store)


@pytest.mark.parametrize("k", Q)
def test_models_stand_at_scipys_average_ranks(k):
    figures = np.random.default_rng(k).normal(np.arange(k), 1.0, size=(9, k)).round(1)
    names = tuple(f"m{number}" for number in range(k))
    drawn = lines(draw_ranking(rank(names, figures)))
    wanted = np.sort(stats.rankdata(-figures, axis=1).mean(axis=0))
    found = [drawn[f"model{number}"][0, 0] for number in range(k)]
    assert found == pytest.approx(wanted.tolist())
    low, high = drawn["difference"][:, 0]
    assert high - low == pytest.approx(Q[k] * np.sqrt(k * (k + 1) / (6 * 9)), abs=2e-3)


def test_bars_join_neighbours_only_and_do_not_touch():
    # four models in the same order on twelve datasets: 2.569 √(20 / 72) = 1.354 ranks
    ranking = rank(("worst", "third", "second", "best"), np.repeat([[0.0, 1, 2, 3]], 12, axis=0))
    drawn = lines(draw_ranking(ranking))
    bars = [drawn[f"bar{number}"] for number in range(3)]
    assert [bar[:, 0].tolist() for bar in bars] == [
        pytest.approx([low - OVER, low + 1 + OVER]) for low in (1, 2, 3)
    ]
    heights = [bar[0, 1] for bar in bars]
    assert heights[0] == heights[2] != heights[1]
    assert "less than the critical difference of 1.35" in tell(ranking)


def test_lines_of_names_do_not_cross():
    figures = np.random.default_rng(0).normal(np.arange(6), 1.0, size=(9, 6))
    drawn = lines(draw_ranking(rank(tuple("abcdef"), figures)))
    right, left = ([drawn[f"model{n}"] for n in half] for half in ((0, 1, 2), (5, 4, 3)))
    for side in (right, left):
        depths = [line[-1, 1] for line in side]
        assert depths == sorted(depths, reverse=True)  # the outermost is the highest


def test_two_models_have_wilcoxons_test_and_no_difference():
    figures = np.array([[1.0, 2.1], [2, 3.2], [3, 4.3], [4, 5.4], [5, 6.5], [6, 7.6]])
    ranking = rank(("a", "b"), figures)
    assert "difference" not in lines(draw_ranking(ranking))
    # all six on one side: 2 / 2⁶
    assert tell(ranking) == "Wilcoxon signed-rank test over 6 datasets: p = 0.0312. The two differ."


def test_where_no_p_can_be_the_picture_says_why_and_joins_all():
    ranking = rank(("a", "b"), np.array([[1.0, 2.0], [2.0, 3.5]]))
    told = tell(ranking)
    assert "no p, for 2 datasets that differ cannot give less than p = 0.5" in told
    assert "the bar joins all" in told
    assert len([name for name in lines(draw_ranking(ranking)) if name.startswith("bar")]) == 1


def fill(bench: Bench, attentions: dict[str, int], datasets: int) -> None:
    for number in range(datasets):
        for attention, wrong in attentions.items():
            cell = spec(attention=attention).model_copy(update={"data": f"{number}" * 32})
            bench.run(cell, SPLIT, wrong_at(SPLIT, range(wrong)))


def test_drawn_from_the_store_by_name(bench, tmp_path):
    fill(bench, {"none": 3, "bam": 2, "hfc": 1}, 3)
    bench.run(spec(attention="hfc_mean"), SPLIT, wrong_at(SPLIT, ()))  # one dataset only
    with bench.session():
        figure = draw("ranking", Request(Home(bench.store, bench.runs, {}), (), ()))
    drawn = lines(figure)
    assert sorted(name for name in drawn if name.startswith("model")) == [
        "model0",
        "model1",
        "model2",
    ]
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert [text for text in texts if "." in text and "CD" not in text] == [
        "hfc  1.00",
        "bam  2.00",
        "3.00  none",
    ]
    for suffix in ("svg", "pdf", "png"):
        save(figure, tmp_path / f"r.{suffix}")


def test_what_is_missing_is_said(bench):
    fill(bench, {"none": 3, "hfc": 1}, 1)
    with bench.session() as session:
        with pytest.raises(RequestError, match="two or more datasets"):
            ranked(session, (), Scope())
        with pytest.raises(RequestError, match="two or more attentions"):
            ranked(session, ("hfc", "hfc"), Scope())
        with pytest.raises(RequestError, match="did you mean 'hfc'"):
            ranked(session, ("hfcc", "none"), Scope())
