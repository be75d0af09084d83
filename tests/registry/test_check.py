"""The data check and the contact sheet on samples made by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from registry.check import check, differences
from registry.errors import RequestError
from registry.expected import Expected
from registry.samples import Samples
from registry.sheet import contact_sheet

COUNTS = {"anger": 2, "fear": 5, "happiness": 1}


def small(channels: int = 1, height: int = 6, width: int = 5) -> Samples:
    """Eight images of two people in three recordings; image ``i`` is noise with a corner of i."""
    images = np.random.default_rng(0).integers(0, 200, (8, channels, height, width), dtype=np.uint8)
    images[:, :, 0, 0] = np.arange(8)[:, None]
    return Samples(
        images,
        np.array([1, 0, 1, 1, 0, 2, 1, 1]),
        tuple(COUNTS),
        ("f3", "a1", "f1", "f5", "a2", "h1", "f2", "f4"),
        subjects=("x", "x", "x", "y", "y", "y", "y", "y"),
        sequences=("x1", "x1", "x1", "y1", "y1", "y2", "y2", "y2"),
        parts=("train", "test", "train", "train", "train", "train", "test", "train"),
        layout="by hand",
    )


def test_what_there_is() -> None:
    samples = small()
    found = check(samples)
    assert found.images == 8
    assert (found.channels, found.height, found.width) == (1, 6, 5)
    assert found.counts == COUNTS
    assert (found.subjects, found.sequences) == (2, 3)
    assert found.parts == {"test": 2, "train": 6}
    assert found.fingerprint == samples.fingerprint
    assert found.layout == "by hand"
    assert found.differences == ()


def test_what_is_not_known() -> None:
    whole = small()
    bare = Samples(whole.images, whole.labels, whole.classes, whole.names)
    found = check(bare, Expected(COUNTS, subjects=2, sequences=3))
    assert found.subjects is None
    assert found.sequences is None
    assert found.parts is None
    assert found.differences == (
        "The number of subjects is not known, 2 expected.",
        "The number of sequences is not known, 3 expected.",
    )


def test_as_expected() -> None:
    assert differences(small(), Expected(COUNTS, subjects=2, sequences=3)) == []
    assert differences(small(), Expected(COUNTS)) == []


def test_what_differs() -> None:
    expected = Expected({"anger": 2, "fear": 4, "neutral": 10}, subjects=118, sequences=327)
    assert check(small(), expected).differences == (
        "8 images, 16 expected.",
        "2 subjects, 118 expected.",
        "3 sequences, 327 expected.",
        "5 'fear' images, 4 expected.",
        "1 'happiness' image, none expected.",
        "No 'neutral' images, 10 expected.",
    )


# --- the sheet -----------------------------------------------------------------------------------


def tiles(sheet: Image.Image, samples: Samples, scale: int) -> dict[int, tuple[int, int]]:
    """Where each image lies on the sheet: (top, left), found by looking for its pixels."""
    page: NDArray[np.uint8] = np.asarray(sheet)
    found = {}
    for index, image in enumerate(samples.images):
        planes = np.kron(image, np.ones((1, scale, scale), np.uint8))
        wanted = planes[0] if len(image) == 1 else planes.transpose(1, 2, 0)
        height, width = wanted.shape[:2]
        for top in range(page.shape[0] - height + 1):
            for left in range(page.shape[1] - width + 1):
                if np.array_equal(page[top : top + height, left : left + width], wanted):
                    found[index] = (top, left)
    return found


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("scale", [1, 3])
def test_each_class_has_its_row(channels: int, scale: int) -> None:
    samples = small(channels)
    sheet = contact_sheet(samples, columns=5, scale=scale)
    assert sheet.mode == {1: "L", 3: "RGB"}[channels]
    found = tiles(sheet, samples, scale)
    assert set(found) == set(range(8))  # 2, 5 and 1 images in rows of five
    rows = [[1, 4], [2, 6, 0, 7, 3], [5]]  # by name: a1 a2 / f1 f2 f3 f4 f5 / h1
    tops = []
    for row in rows:
        assert len({found[index][0] for index in row}) == 1
        lefts = [found[index][1] for index in row]
        assert lefts == sorted(set(lefts))
        tops.append(found[row[0]][0])
    assert tops == sorted(set(tops))


def test_few_places_are_spread_over_the_class() -> None:
    samples = small()
    found = tiles(contact_sheet(samples, columns=2, scale=1), samples, 1)
    # places 0 and 1 of five fears: f1 and f3 (5 · 1/2 = 2.5 -> the third)
    assert set(found) == {1, 4, 2, 0, 5}
    found = tiles(contact_sheet(samples, columns=2, rows=2, scale=1), samples, 1)
    assert set(found) == {1, 4, 2, 6, 0, 7, 5}  # f1, f2, f3, f4
    assert found[0][0] > found[2][0]
    assert found[0][1] == found[2][1]


def test_label_at_the_left_of_each_row() -> None:
    samples = small(height=20)
    page = np.asarray(contact_sheet(samples, columns=5, scale=1))
    found = tiles(contact_sheet(samples, columns=5, scale=1), samples, 1)
    margin = min(left for _, left in found.values())
    for first in (1, 2, 5):
        top = found[first][0]
        assert (page[top : top + 20, :margin] < 128).any()


def test_same_sheet_each_time() -> None:
    first, second = contact_sheet(small()), contact_sheet(small())
    assert first.tobytes() == second.tobytes()


def test_sheet_refuses() -> None:
    for parameter in ("columns", "rows", "scale"):
        with pytest.raises(RequestError, match=f"{parameter} must be at least 1, not 0"):
            contact_sheet(small(), **{parameter: 0})
    with pytest.raises(RequestError, match="2 channels"):
        contact_sheet(small(channels=2))
