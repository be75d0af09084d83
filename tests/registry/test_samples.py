"""The contract of a dataset's value: distributions of the raters."""

from dataclasses import replace

import numpy as np
import pytest

from registry.errors import DataError
from registry.samples import Samples

SHARES = [[0.75, 0.25], [0.5, 0.5], [0.0, 1.0]]


def samples(shares: list[list[float]] | None = None) -> Samples:
    return Samples(
        images=np.zeros((3, 1, 2, 2), dtype=np.uint8),
        labels=np.array([0, 0, 1]),
        classes=("anger", "fear"),
        names=("a", "b", "c"),
        distribution=None if shares is None else np.array(shares, dtype=np.float32),
    )


def test_distribution_is_content() -> None:
    """The bare fingerprint was taken before there were distributions: it names cells since."""
    assert samples().fingerprint == "04a6aaa0708d6b5c3d23ddcfe259150a"
    fingerprints = {samples(shares).fingerprint for shares in (None, SHARES, [[1, 0]] * 3)}
    assert len(fingerprints) == 3


def test_distribution_cannot_be_written_to() -> None:
    found = samples(SHARES)
    assert found.distribution is not None
    with pytest.raises(ValueError, match="read-only"):
        found.distribution[0, 0] = 1


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        (SHARES[:2], r"float32 \(3, 2\), not float32 \(2, 2\)"),
        ([[1.0, 0.0, 0.0]] * 3, r"float32 \(3, 2\), not float32 \(3, 3\)"),
        ([[0.5, 0.5], [1.2, -0.2], [1, 0]], "non-negative and sum to 1"),
        ([[0.5, 0.5], [0.5, 0.49], [1, 0]], "non-negative and sum to 1"),
        ([[0.5, 0.5], [0.5, float("nan")], [1, 0]], "non-negative and sum to 1"),
    ],
)
def test_wrong_distributions(shares: list[list[float]], message: str) -> None:
    with pytest.raises(DataError, match=message):
        samples(shares)


def test_distribution_in_double_precision_is_refused() -> None:
    with pytest.raises(DataError, match="not float64"):
        replace(samples(), distribution=np.array(SHARES))  # type: ignore[arg-type]  # on purpose
