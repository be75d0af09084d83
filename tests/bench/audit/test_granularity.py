"""Whether a percentage is k out of n, against counting by hand and trying every k."""

import random
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest

from bench.audit.granularity import ROUNDED, TRUNCATED, in_text, is_slip, neighbours


@pytest.mark.parametrize(
    ("printed", "n", "counts"),
    [
        ("47.75", 111, [53]),  # 53/111 = 47.7477
        ("47.45", 111, []),  # 52/111 = 46.85
        ("58.82", 34, [20]),
        ("58.52", 34, []),
        ("100", 7, [7]),
        ("0", 7, [0]),
        ("62.5", 8, [5]),
        ("33.33", 3, [1]),
        ("101.00", 7, []),
    ],
)
def test_by_hand(printed: str, n: int, counts: list[int]) -> None:
    assert list(ROUNDED.counts(Fraction(printed), 2, n)) == counts


def test_a_tie_may_go_either_way() -> None:
    # 1/8 = 12.5 %: half up gives 13, half to even 12.
    assert list(ROUNDED.counts(Fraction(12), 0, 8)) == [1]
    assert list(ROUNDED.counts(Fraction(13), 0, 8)) == [1]


def test_what_is_cut_off() -> None:
    # 2/3 = 66.666…
    assert list(TRUNCATED.counts(Fraction("66.66"), 2, 3)) == [2]
    assert list(TRUNCATED.counts(Fraction("66.67"), 2, 3)) == []
    assert list(ROUNDED.counts(Fraction("66.66"), 2, 3)) == []


def test_against_decimal_for_every_count() -> None:
    rng = random.Random(0)
    for _ in range(300):
        n, decimals = rng.randint(1, 150), rng.choice([0, 1, 2])
        printed = Decimal(rng.randint(0, 100 * 10**decimals)).scaleb(-decimals)
        quantum = Decimal(1).scaleb(-decimals)
        expected = [
            k
            for k in range(n + 1)
            if printed
            in {
                (100 * Decimal(k) / Decimal(n)).quantize(quantum, rule)
                for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN)
            }
        ]
        found = ROUNDED.counts(Fraction(printed), decimals, n)
        # Decimal cannot hold 1/3: only exact ties differ, and these it holds exactly.
        assert list(found) == expected


@pytest.mark.parametrize("printing", [ROUNDED, TRUNCATED])
def test_many_supports_at_once(printing) -> None:
    sizes = np.arange(1, 400)
    for text in ("0", "100", "47.75", "58.52", "99.99", "12.5"):
        one_by_one = [bool(printing.counts(Fraction(text), 2, int(n))) for n in sizes]
        assert printing.explains(Fraction(text), 2, sizes).tolist() == one_by_one


def test_text() -> None:
    assert in_text(Fraction(455, 10), 2, zeros=False) == "45.5"
    assert in_text(Fraction(455, 10), 2, zeros=True) == "45.50"
    assert in_text(Fraction(100), 2, zeros=False) == "100"
    assert in_text(Fraction(-153, 100), 2, zeros=False) == "-1.53"
    assert in_text(Fraction(-1, 1000), 2, zeros=True) == "0.00"
    assert in_text(Fraction(2, 3), 0, zeros=False) == "1"


def test_slips() -> None:
    assert is_slip("58.52", "58.82")
    assert is_slip("12.34", "12.43")
    assert not is_slip("12.34", "12.34")
    assert not is_slip("12.34", "21.43")
    assert not is_slip("9.99", "9.999")


def test_a_slip_comes_before_what_is_nearer() -> None:
    # 95.00 is no k/19; 94.74 (18) is the nearest, 15.00 … none; a slip of 84.91 is 84.21 (16).
    assert neighbours("84.91", range(20), 19, 2, zeros=True)[0] == (16, "84.21")
    assert neighbours("90.00", range(20), 19, 2, zeros=True)[0] == (17, "89.47")
