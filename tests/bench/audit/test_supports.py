"""The supports of a test part, against those that the percentages were made from."""

from fractions import Fraction

import pytest

from bench.audit.granularity import ROUNDED, TRUNCATED
from bench.audit.reading import Figure
from bench.audit.supports import find_supports
from registry.expected import Expected
from registry.reported import StatedDataset


def column(*texts: str) -> tuple[Figure, ...]:
    return tuple(Figure(text, Fraction(text), 2) for text in texts)


# 7, 11 and 13 images: 3/7 6/7, 4/11 9/11, 5/13 12/13.
COLUMNS = {
    "a": column("42.86", "85.71"),
    "b": column("36.36", "81.82"),
    "c": column("38.46", "92.31"),
}


def test_from_the_total_alone() -> None:
    found = find_supports(COLUMNS, StatedDataset(test=31), ())
    assert found is not None
    assert found.exact == {"a": 7, "b": 11, "c": 13}
    assert (found.stated, found.unexplained, found.printing) == (False, 0, ROUNDED)


def test_tied_supports_are_all_told() -> None:
    # 100 % fits any number, so that two such classes can share what is left in any way.
    columns = {"a": column("42.86", "85.71"), "b": column("100"), "c": column("100")}
    found = find_supports(columns, StatedDataset(test=11), ())
    assert found is not None
    assert found.tied == {"a": (7,), "b": (1, 2, 3), "c": (1, 2, 3)}
    assert found.exact is None


def test_nothing_without_a_total() -> None:
    assert find_supports(COLUMNS, None, ()) is None
    assert find_supports(COLUMNS, StatedDataset(images=100), ()) is None


def test_nothing_where_the_figures_are_no_shares() -> None:
    columns = {"a": column("50.01", "17.23", "71.19"), "b": column("31.07", "62.91", "44.44")}
    assert find_supports(columns, StatedDataset(test=20), ()) is None


def test_a_published_part_where_the_stated_total_does_not_fit() -> None:
    known = Expected({"a": 28, "b": 44, "c": 52}, parts={"train": 93, "test": 31})
    for stated in (None, StatedDataset(test=33)):
        found = find_supports(COLUMNS, stated, [known])
        assert found is not None
        assert (found.total, found.exact) == (31, {"a": 7, "b": 11, "c": 13})


def test_a_total_that_fits_is_kept_though_the_shares_are_odd() -> None:
    # All of a class in the test part: far from its random share, yet every figure is counted.
    known = Expected({"a": 7, "b": 400, "c": 400}, parts={"train": 776, "test": 31})
    found = find_supports(COLUMNS, StatedDataset(test=31), [known])
    assert found is not None
    assert found.exact == {"a": 7, "b": 11, "c": 13}


def test_as_stated() -> None:
    supports = {"a": 7, "b": 11, "c": 13}
    found = find_supports(COLUMNS, StatedDataset(test=31, supports=supports), ())
    assert found is not None
    assert (found.exact, found.stated, found.mended) == (supports, True, None)


def test_a_misprinted_support_is_mended_by_the_total() -> None:
    supports = {"a": 7, "b": 17, "c": 13}
    found = find_supports(COLUMNS, StatedDataset(test=31, supports=supports), ())
    assert found is not None
    assert (found.mended, found.exact) == ("b", {"a": 7, "b": 11, "c": 13})


def test_truncated_figures() -> None:
    columns = {"a": column("66.66", "33.33", "0"), "b": column("85.71", "28.57", "42.85")}
    stated = StatedDataset(test=10, supports={"a": 3, "b": 7})
    found = find_supports(columns, stated, ())
    assert found is not None
    assert found.printing is TRUNCATED


@pytest.mark.parametrize("runs", [1, 5])
def test_a_mean_over_runs_has_finer_grains(runs: int) -> None:
    columns = {"a": column("28.57", "57.14"), "b": column("52.73", "81.82")}  # 29/55, 45/55
    stated = StatedDataset(test=18, supports={"a": 7, "b": 11})
    found = find_supports(columns, stated, (), runs)
    assert found is not None
    explained = [bool(ROUNDED.counts(f.value, 2, 11 * found.runs)) for f in columns["b"]]
    assert explained == [runs == 5, True]
