"""What stands in a table, whatever it is printed as."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.tables.layout import Layout
from bench.tables.letters import Note

#: A metric, and the class that it is of where it has one for each.
Key = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """One figure of one configuration.

    Attributes
    ----------
    value, std : float or None
        Over the n runs; std from two on. No value where the figure is missing.
    low, high : float or None
        The 95 % interval of the value.
    n : int
        Runs, or for a gain pairs of runs.
    best, tied : bool
        Highest of those that differ in attention alone; cannot be told from that one.
    marks : tuple of str
        Letters of `Note`.
    reported : str or None
        What a paper prints for it, as it prints it.
    applies : bool
        Whether there can be such a figure; the baseline has no gain.
    """

    value: float | None = None
    std: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    best: bool = False
    tied: bool = False
    marks: tuple[str, ...] = ()
    reported: str | None = None
    applies: bool = True


@dataclass(frozen=True)
class Evidence:
    """What the tests say of a gain over the baseline.

    ``conclusion`` is that of `bench.statistics.comparison.Comparison`; the p-values are after
    Holm's correction, None where there can be none.
    """

    conclusion: str
    test_runs: str
    p_runs: float | None
    test_images: str
    p_images: float | None


@dataclass(frozen=True)
class Entry:
    """One configuration, run or not.

    Attributes
    ----------
    labels : mapping of str to str
        Our names by dimension: dataset, protocol, backbone, attention.
    setting : str
        In what it differs from another of the same names (``epochs=3``); empty where none does.
    classes : mapping of str to str
        What is printed above the figures of each class, by class.
    cells : mapping of Key to Cell
        The figures.
    evidence : Evidence or None
        None for the baseline, and where it was not run.
    reported_as : str
        Which table prints the reported figures.
    unlike : tuple of str
        Why these cannot be compared with ours; empty where they can.
    unlike_mark : str
        Letter of the note that says so.
    """

    labels: Mapping[str, str]
    setting: str
    classes: Mapping[str, str]
    cells: Mapping[Key, Cell]
    evidence: Evidence | None = None
    reported_as: str = ""
    unlike: tuple[str, ...] = ()
    unlike_mark: str = ""


@dataclass(frozen=True)
class Table:
    """A table with all that it says.

    Attributes
    ----------
    name : str
        Of the layout or the matrix.
    layout : Layout
        Its shape.
    rule : str
        ``best`` or ``last``.
    caption : str
        Plain text.
    entries : tuple of Entry
        In the order of printing.
    notes : tuple of Note
        In the order of their marks, those without last.
    """

    name: str
    layout: Layout
    rule: str
    caption: str
    entries: tuple[Entry, ...]
    notes: tuple[Note, ...]
