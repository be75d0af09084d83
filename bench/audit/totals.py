"""Rows that print one accuracy over all images and no classes, against the size of the test part.

With n images an accuracy is k/n for a whole k: the granularity test in its first form (Brown,
Heathers: The GRIM test, 2017).
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bench.audit.datasets import expected_of
from bench.audit.findings import Confidence, Finding
from bench.audit.granularity import ROUNDED, TRUNCATED, Printing, in_text
from bench.audit.means import KINDS
from bench.audit.reading import Row
from registry.reported import StatedDataset


def check_totals(rows: Sequence[Row], stated: StatedDataset | None) -> Iterator[Finding]:
    """Check the averages of one dataset's rows without class cells.

    Parameters
    ----------
    rows : sequence of Row
        Of one dataset, from any tables of one paper.
    stated : StatedDataset or None
        What the paper states of it.
    """
    own = [row for row in rows if not row.cells and KINDS.get(row.table.metric) == "micro"]
    if not own:
        return
    totals = _totals(own[0].row.dataset, stated)
    if not totals:
        yield _unchecked(own)
        return
    told = stated is not None and bool(stated.test or stated.supports)
    confidence: Confidence = "medium" if told else "low"
    # A table that cuts off throughout is sound, and so is one of another known part.
    ways = [(n, printing) for printing in (ROUNDED, TRUNCATED) for n in totals]
    if any(all(_counts(row, n, printing) for row in own) for n, printing in ways):
        return
    for row in own:
        if not any(_counts(row, n, printing) for n, printing in ways if printing is ROUNDED):
            yield _misprint(row, totals, confidence)


def _totals(dataset: str, stated: StatedDataset | None) -> tuple[int, ...]:
    """How many test images there may be: as stated, else as published, whole or in parts."""
    if stated is not None and stated.test is not None:
        return (stated.test,)
    if stated is not None and stated.supports is not None:
        return (sum(stated.supports.values()),)
    sizes: dict[int, None] = {}
    for expected in expected_of(dataset):
        held_out = [n for name, n in (expected.parts or {}).items() if name != "train"]
        sizes |= dict.fromkeys([*held_out, sum(held_out)] if held_out else [])
    return tuple(sizes)


def _counts(row: Row, images: int, printing: Printing) -> range:
    runs = row.table.runs or 1
    return printing.counts(row.average.value, row.average.decimals, images * runs)


def _misprint(row: Row, totals: Sequence[int], confidence: Confidence) -> Finding:
    n = totals[0] * (row.table.runs or 1)
    below = int(row.average.value * n / 100)
    least, most = (
        f"{in_text(Fraction(100 * k, n), row.decimals, zeros=row.zeros)} ({k:,} of {n:,})"
        for k in (below, below + 1)
    )
    nearest = min(
        (Fraction(100 * k, n) for k in (below, below + 1)),
        key=lambda value: abs(value - row.average.value),
    )
    sizes = " or ".join(f"{total:,}" for total in totals)
    message = (
        f"No whole number of {sizes} images is {row.row.average} %; the nearest are {least} and "
        f"{most}."
    )
    follows = in_text(nearest, row.decimals, zeros=row.zeros)
    return Finding(row.place("Average"), row.row.average, follows, "cell", confidence, message)


def _unchecked(rows: Sequence[Row]) -> Finding:
    where = rows[0].place("Average")
    message = (
        "The averages were not checked: they are accuracies over all images, and neither the paper "
        "nor the registry tells how many there are in the test part."
    )
    return Finding(where, rows[0].row.average, "", "unchecked", "low", message, group="design")
