"""Accuracies over all images, without classes: GRIM in its first form."""

from fractions import Fraction

import numpy as np
import pytest

from bench.audit.granularity import in_text, one_digit_changes
from tests.bench.audit.papers import findings, paper, row

IMAGES = 3068


def of_totals(*averages, images=IMAGES, **table):
    rows = [row([], average) | {"label": f"Net {i}"} for i, average in enumerate(averages)]
    document = paper(*rows, metric="accuracy", **table)
    document["datasets"] = {"own": {"test": images}}
    return document


def test_no_whole_number_of_3068_is_87_04_percent():
    # 2670 of them are 87.03 % and 2671 are 87.06 %
    (finding,) = findings(of_totals("87.04", "87.06"))
    assert finding.where == "p/t, own, Net 0, Average"
    assert (finding.printed, finding.follows, finding.kind) == ("87.04", "87.03", "cell")
    assert finding.confidence == "medium"
    assert "87.03 (2,670 of 3,068) and 87.06 (2,671 of 3,068)" in finding.message


def test_a_table_that_cuts_off_throughout_is_sound():
    cut = [f"{100 * k // IMAGES}.{10000 * k // IMAGES % 100:02d}" for k in (2670, 2501, 1999, 77)]
    assert findings(of_totals(*cut)) == []


def test_over_several_runs_there_are_as_many_more_images():
    # the mean of 2670 and 2671 right
    assert findings(of_totals("87.04", "87.06", runs=2)) == []


@pytest.mark.parametrize("seed", range(5))
def test_misprints_that_can_be_told_are_told_and_clean_tables_are_silent(seed):
    """What can be told is counted apart: of all k, none is printed so."""
    rng = np.random.default_rng(seed)
    told = missed = 0
    for _ in range(60):
        images = int(rng.integers(50, 4000))
        texts = {in_text(Fraction(100 * k, images), 2, zeros=True) for k in range(images + 1)}
        clean = [str(one) for one in rng.choice(sorted(texts), 4)]
        assert findings(of_totals(*clean, images=images)) == []
        changed = [one for one in one_digit_changes(clean[0]) if one not in texts]
        changed = [one for one in changed if float(one) <= 100]
        if not changed:
            continue
        planted = [str(rng.choice(changed)), *clean[1:]]
        wheres = [one.where for one in findings(of_totals(*planted, images=images))]
        told += wheres == ["p/t, own, Net 0, Average"]
        missed += wheres == []
    assert told >= 0.95 * (told + missed)
    assert told > 30
