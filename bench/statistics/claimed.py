"""What it would take to see the gains that a paper prints, and what its test part could show."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bench.statistics.deviations import Deviation
from bench.statistics.doubted import doubt
from bench.statistics.measured import PERCENT, Counts
from bench.statistics.power import (
    Floats,
    disagreement,
    gain_seen_by_images,
    pairs_for_signs,
    runs_needed,
    share_of_images_needed,
    smallest_gain,
)
from registry.catalog import DATASETS, PROTOCOLS
from registry.expected import Expected
from registry.reported import ReportedRow, ReportedTable

#: Deviations over runs, in points, for which needs are told where none was measured.
ASSUMED = (1.0, 2.0, 4.0)


@dataclass(frozen=True)
class ClaimedGain:
    """One printed gain and what it would take to see it, at 5 % and 80 % power.

    Attributes
    ----------
    dataset, backbone, attention : str
        Of the printed row.
    gain : float
        Percentage points of balanced accuracy over the row without attention, as printed.
    images : int or None
        Of the test part; None where it is not known, and then neither are the figures below.
    deviation : Deviation or None
        Of paired differences; None where nobody knows it.
    runs : int or None
        Pairs of runs, or splits, for a paired t test; None where none are enough, and without
        `deviation`.
    assumed : tuple of (float, int or None)
        The same for deviations of 1, 2 and 4 points over runs on one split.
    signs : int
        Pairs without which no sign-flip test can reach 5 %.
    images_least, images_most : int or None
        Test images, if the two models differ on as few images as they can; if they err
        independently.
    seen : float or None
        The gain that this test part sees, errors independent, from the row without attention.
    smallest : float or None
        The smallest gain that an exact test on it could show whatever the models.
    doubt : str
        Why the printed gain is doubted; empty where nothing speaks against it.
    """

    dataset: str
    backbone: str
    attention: str
    gain: float
    images: int | None
    deviation: Deviation | None
    runs: int | None
    assumed: tuple[tuple[float, int | None], ...]
    signs: int
    images_least: int | None
    images_most: int | None
    seen: float | None
    smallest: float | None
    doubt: str

    @property
    def could_be_seen(self) -> bool | None:
        """Whether the printed gain is at least what the test part sees."""
        if self.seen is None or self.smallest is None:
            return None
        return abs(self.gain) >= max(self.seen, self.smallest)


def claimed_gains(
    table: ReportedTable, known: Deviation | Mapping[tuple[str, str, str], Deviation] | None = None
) -> tuple[ClaimedGain, ...]:
    """One for each printed gain.

    Parameters
    ----------
    table : ReportedTable
        As printed.
    known : Deviation or mapping, optional
        Of paired differences; by dataset, backbone and attention where it is a mapping.
    """
    plain = {(row.dataset, row.backbone): row for row in table.rows if row.attention == "none"}
    return tuple(
        _claimed(table, row, plain.get((row.dataset, row.backbone)), _known_of(row, known))
        for row in table.rows
        if row.gain_points is not None
    )


def supports_of(table: ReportedTable, dataset: str) -> Mapping[str, int] | None:
    """Test images of each class, by its name.

    What the paper states; else the dataset's class counts by the protocol's share, exact where that
    is drawn class by class, and to a few per cent where the dataset comes with a test part.
    """
    stated = table.paper.datasets[dataset].supports
    if stated is not None:
        return stated
    expected = DATASETS.get(dataset).expected
    share = None if expected is None else _tested(expected, table.protocol)
    if expected is None or share is None:
        return None
    return {name: round(share * count) for name, count in expected.counts.items()}


def _tested(expected: Expected, protocol: str) -> float | None:
    if expected.parts is not None:
        return 1 - expected.parts["train"] / expected.images
    drawn = PROTOCOLS.get(protocol).parameters().model_dump().get("test_fraction")
    return None if drawn is None else float(drawn)


def _known_of(
    row: ReportedRow, known: Deviation | Mapping[tuple[str, str, str], Deviation] | None
) -> Deviation | None:
    if isinstance(known, Mapping):
        return known.get((row.dataset, row.backbone, row.attention))
    return known


def _claimed(
    table: ReportedTable, row: ReportedRow, plain: ReportedRow | None, known: Deviation | None
) -> ClaimedGain:
    gain = float(row.gain or 0)
    supports = supports_of(table, row.dataset)
    least = most = seen = smallest = None
    if supports is not None and plain is not None:
        counts: Counts = np.array(list(supports.values()), dtype=np.int64)
        before, after = _recalls(plain, supports), _recalls(row, supports)
        least = _images(before, after, counts, nested=True)
        most = _images(before, after, counts, nested=False)
        seen = gain_seen_by_images(counts, disagreement(before, before, nested=False)) * PERCENT
        smallest = smallest_gain(counts) * PERCENT
    return ClaimedGain(
        row.dataset,
        row.backbone,
        row.attention,
        gain,
        None if supports is None else sum(supports.values()),
        known,
        None if known is None else runs_needed(gain, known.sd, known.ratio),
        tuple((sd, runs_needed(gain, sd)) for sd in ASSUMED),
        pairs_for_signs(),
        least,
        most,
        seen,
        smallest,
        doubt(table, row, "gain"),
    )


def _recalls(row: ReportedRow, supports: Mapping[str, int]) -> Floats:
    """Printed class accuracies as fractions; the printed average for each where there are none."""
    printed = row.recalls or dict.fromkeys(supports, row.average_percent)
    return np.array([printed[name] for name in supports]) / PERCENT


def _images(before: Floats, after: Floats, supports: Counts, *, nested: bool) -> int | None:
    differing = disagreement(before, after, nested=nested)
    share = share_of_images_needed(before, after, supports, differing)
    return None if share is None else int(np.ceil(share * supports.sum()))
