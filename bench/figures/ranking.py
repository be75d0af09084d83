"""Average ranks over datasets, and which of them cannot be told apart."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.figures.style import PAGE, SMALL, add_note, new_figure, styled
from bench.statistics.datasets import Ranking
from bench.statistics.paired import ALPHA

#: Heights in rows of text: of the critical difference above the axis, between two bars, from the
#: axis to the first bar, and from the last bar to the first name.
DIFFERENCE, BETWEEN, BARS, NAMES = 1.5, 0.45, 0.6, 0.9
#: Ranks that a bar reaches over its outermost models, and a name's line beyond the axis.
OVER, BEYOND = 0.04, 0.12
#: Inches of a row of text.
ROW = 0.2
BLACK = "black"


def draw_ranking(ranking: Ranking, note: str = "") -> Figure:
    """The critical-difference picture (Demšar, JMLR 7, 2006, Fig. 1a); the best is on the right.

    Models that a bar joins cannot be told apart. The critical difference is drawn where there is
    one; the test, and why it has no p where it has none, is written beneath.
    """
    levels = bar_levels(ranking)
    top = BARS + BETWEEN * len(set(levels)) + NAMES
    rows = (len(ranking.models) + 1) // 2
    with styled():
        figure = new_figure(0.8 * PAGE, ROW * (rows + top + DIFFERENCE + 4))
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_ylim(-top - rows + 0.5, DIFFERENCE + 0.9)
        _draw_axis(axes, ranking)
        _draw_difference(axes, ranking)
        _draw_bars(axes, ranking, levels)
        _draw_models(axes, ranking, top)
        told = tell(ranking)
        add_note(figure, f"{note}\n{told}" if note else told)
    return figure


def tell(ranking: Ranking) -> str:
    """What the picture shows, in words: the test, and what its bars mean."""
    test = ranking.test
    outcome = f"no p, for {test.why}" if test.p is None else f"p = {test.p:.3g}"
    said = [f"{test.name} test over {ranking.datasets} datasets: {outcome}."]
    if test.p is None or test.p > ALPHA:
        said.append("So none of them can be told apart from another: the bar joins all.")
    elif ranking.critical_difference is None:
        said.append("The two differ.")
    else:
        said.append(
            "A bar joins models whose average ranks differ by less than the critical difference "
            f"of {ranking.critical_difference:.2f} (Nemenyi, 5 %): they can't be told apart."
        )
    return " ".join(said)


def bar_levels(ranking: Ranking) -> tuple[int, ...]:
    """In which row each group's bar is drawn, so that no two of a row touch."""
    ends: list[float] = []
    levels = []
    for low, high in spans(ranking):
        level = next((i for i, end in enumerate(ends) if end + 2 * OVER < low), len(ends))
        ends[level : level + 1] = [high]
        levels.append(level)
    return tuple(levels)


def spans(ranking: Ranking) -> tuple[tuple[float, float], ...]:
    """The lowest and the highest average rank of each group."""
    place = dict(zip(ranking.models, ranking.ranks, strict=True))
    return tuple(
        (min(place[name] for name in group), max(place[name] for name in group))
        for group in ranking.groups
    )


def _draw_axis(axes: Axes, ranking: Ranking) -> None:
    k = len(ranking.models)
    axes.set_xlim(max(k, 1 + (ranking.critical_difference or 0)) + BEYOND, 1 - BEYOND)
    axes.hlines(0, 1, k, color=BLACK, linewidth=0.8)
    for half in range(2, 2 * k + 1):
        whole = half % 2 == 0
        axes.vlines(half / 2, 0, 0.3 if whole else 0.15, color=BLACK, linewidth=0.8)
        if whole:
            axes.text(half / 2, 0.4, str(half // 2), ha="center", va="bottom", fontsize=SMALL)


def _draw_difference(axes: Axes, ranking: Ranking) -> None:
    """From the best rank on, above the axis."""
    reach = ranking.critical_difference
    if reach is None:
        return
    axes.plot([1, 1 + reach], [DIFFERENCE] * 2, color=BLACK, linewidth=0.8, gid="difference")
    axes.vlines([1, 1 + reach], DIFFERENCE - 0.12, DIFFERENCE + 0.12, color=BLACK, linewidth=0.8)
    axes.text(1 + reach / 2, DIFFERENCE + 0.15, f"CD = {reach:.2f}", ha="center", va="bottom")


def _draw_bars(axes: Axes, ranking: Ranking, levels: tuple[int, ...]) -> None:
    for number, ((low, high), level) in enumerate(zip(spans(ranking), levels, strict=True)):
        height = -BARS - BETWEEN * level
        axes.plot(
            [low - OVER, high + OVER],
            [height, height],
            color=BLACK,
            linewidth=3,
            solid_capstyle="butt",
            gid=f"bar{number}",
        )


def _draw_models(axes: Axes, ranking: Ranking, top: float) -> None:
    """The better half to the right, the others to the left; the outermost highest, so no cross."""
    k = len(ranking.models)
    right = (k + 1) // 2
    for number, (name, rank) in enumerate(zip(ranking.models, ranking.ranks, strict=True)):
        better = number < right
        row = number if better else k - 1 - number
        edge = 1 - BEYOND if better else k + BEYOND
        axes.plot(
            [rank, rank, edge],
            [0, -top - row, -top - row],
            color=BLACK,
            linewidth=0.8,
            clip_on=False,
            gid=f"model{number}",
        )
        axes.annotate(
            f"{name}  {rank:.2f}" if better else f"{rank:.2f}  {name}",
            (edge, -top - row),
            (3 if better else -3, 0),
            textcoords="offset points",
            ha="left" if better else "right",
            va="center",
            annotation_clip=False,
        )
