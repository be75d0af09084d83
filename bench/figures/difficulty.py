"""How hard faces are beside a public benchmark: learning curves (Kim & Jo, Fig. 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from bench.figures.style import COLOURS, COLUMN, MARKERS, add_note, new_figure, styled

Floats = NDArray[np.float64]
#: Markers on a line, however many epochs.
MARKS = 8


@dataclass(frozen=True, eq=False)
class Learning:
    """One dataset's runs.

    Attributes
    ----------
    label : str
        The dataset.
    classes : int
        How many there are; chance is one of them.
    epochs : int array, (E,)
        Those that every run has.
    accuracy : mapping of str to float64 array, (runs, E)
        Accuracy over images in percent, by part: ``train`` and ``test``.
    """

    label: str
    classes: int
    epochs: NDArray[np.int64]
    accuracy: Mapping[str, Floats]


def draw_difficulty(learned: Sequence[Learning], note: str = "") -> Figure:
    """Accuracy over epochs in training (dashed) and on the test part (solid), and by chance.

    Lines are means of the runs, bands reach from the least to the most.
    """
    with styled():
        figure = new_figure(COLUMN, 2.8 + 0.3 * len(learned))
        axes = figure.add_subplot()
        for number, one in enumerate(learned):
            colour, marker = COLOURS[number], MARKERS[number]
            every = max(1, len(one.epochs) // MARKS)
            for part, dash in (("train", "--"), ("test", "-")):
                runs = one.accuracy[part]
                axes.plot(
                    one.epochs,
                    runs.mean(axis=0),
                    dash,
                    color=colour,
                    marker=marker,
                    markevery=every,
                    label=f"{one.label}, {part} (n = {len(runs)})",
                )
                axes.fill_between(
                    one.epochs, runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.15, lw=0
                )
            axes.axhline(100 / one.classes, color=colour, linestyle=":", linewidth=0.8)
        axes.set_ylim(0, 100)
        axes.set_xlabel("epoch")
        axes.set_ylabel("accuracy over images (%)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside upper left", handlelength=2.8)
        dotted = "dotted: chance"
        add_note(figure, f"{note}; {dotted}" if note else dotted)
    return figure
