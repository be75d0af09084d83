"""FERPlus: whose votes count, which rows are dropped, and the sentence for each mistake."""

from pathlib import Path

import numpy as np
import pytest

from registry.catalog import DATASETS
from registry.check import check
from registry.errors import DataError
from registry.layouts.ferplus import CLASSES, VOTED, majority, probability
from tests.registry.trees import (
    change_line,
    load_fer,
    noise,
    write_fer_folders,
    write_ferplus,
    write_kaggle_csvs,
)


def votes(**counts: int) -> list[int]:
    return [counts.get(name, 0) for name in VOTED]


@pytest.mark.parametrize(
    ("row", "winner"),
    [
        (votes(anger=10), "anger"),
        (votes(anger=6, sadness=4), "anger"),
        (votes(anger=5, sadness=5), None),
        (votes(anger=5, sadness=3, fear=2), None),  # 5 of 10 is not more than half
        (votes(anger=5, sadness=4, fear=1), "anger"),  # fear's single vote counts as none: 5 of 9
        (votes(anger=4, sadness=3, fear=1, disgust=1, neutral=1), "anger"),  # 4 of 7
        (votes(contempt=6, unknown=4), "contempt"),
        (votes(neutral=2, happiness=1), "neutral"),
        (votes(), None),
        (votes(anger=1), None),
    ],
)
def test_majority_by_hand(row: list[int], winner: str | None) -> None:
    found = majority(np.array([row]))
    assert found.names == (winner,)
    assert (found.no_face, found.unknown) == (0, 0)
    assert found.undecided == (winner is None)


def test_majority_drops_by_rule_and_counts() -> None:
    rows = [votes(nf=10), votes(unknown=6, fear=4), votes(unknown=5, nf=5), votes(fear=10)]
    found = majority(np.array(rows))
    assert found.names == (None, None, None, "fear")
    assert (found.no_face, found.unknown, found.undecided) == (1, 1, 1)
    assert found.dropped == "dropped by its rule: 1 NF, 1 unknown, 1 undecided"


def test_ferplus_relabels_and_drops_rows(tmp_path: Path) -> None:
    given = [[10 if k == row % 8 else 0 for k in range(10)] for row in range(42)]
    given[3], given[20], given[41] = votes(nf=10), votes(unknown=8), votes(anger=5, fear=5)
    write_ferplus(tmp_path, given)
    samples = load_fer(tmp_path, "ferplus")
    kept = [row for row in range(42) if row not in (3, 20, 41)]
    assert samples.names == tuple(f"fer{row:07d}" for row in kept)
    assert "contempt" in samples.classes
    for index, row in enumerate(kept):
        assert samples.classes[samples.labels[index]] == VOTED[row % 8]
        np.testing.assert_array_equal(samples.images[index, 0], noise(row))
    assert "1 NF, 1 unknown, 1 undecided" in samples.layout
    assert samples.parts is not None
    assert len([part for part in samples.parts if part == "train"]) == 13
    assert check(samples, DATASETS.get("fer2013").expected).differences == ()
    assert load_fer(tmp_path).counts["anger"] == 6  # without asking, FER2013's own labels


@pytest.mark.parametrize(
    ("row", "shares"),
    [
        (votes(anger=10), {"anger": 1}),
        (votes(anger=8, fear=2), {"anger": 1}),  # 8 of 10 is three quarters already
        (votes(anger=5, sadness=3, fear=2), {"anger": 5 / 8, "sadness": 3 / 8}),
        (votes(anger=6, sadness=2, fear=2), {"anger": 0.6, "sadness": 0.2, "fear": 0.2}),  # tie
        (votes(anger=5, sadness=5), {"anger": 0.5, "sadness": 0.5}),
        (votes(anger=4, sadness=4, unknown=2), {"anger": 0.5, "sadness": 0.5}),
        (votes(anger=6, unknown=4), {"anger": 1}),  # ends at unknown, 6 of 10 are kept
        (votes(anger=4, unknown=3, fear=3), {"anger": 4 / 7, "fear": 3 / 7}),  # fear comes first
        (votes(anger=5, unknown=5), None),  # unknown ties, is not kept; 5 of 10 is not enough
        (votes(unknown=6, anger=4), None),
        (votes(nf=10), None),
        (votes(anger=4, unknown=3, nf=3), None),  # 4 of 10
        (votes(neutral=3, anger=3, fear=2, contempt=2), None),  # 3 + 3, then 2 and 2: four
        (votes(neutral=2, anger=2, fear=2, contempt=2, sadness=2), None),  # five at once
        (votes(neutral=4, anger=3, fear=3), {"neutral": 0.4, "anger": 0.3, "fear": 0.3}),
        (votes(neutral=7, anger=1, fear=1, sadness=1), {"neutral": 1}),
        (votes(neutral=3, anger=2, fear=1, unknown=1), {"neutral": 0.6, "anger": 0.4}),
        (votes(neutral=1, anger=1), None),
        (votes(), None),
    ],
)
def test_probability_by_hand(row: list[int], shares: dict[str, float] | None) -> None:
    found = probability(np.array([row]))
    expected = [(shares or {}).get(name, 0) for name in CLASSES]
    np.testing.assert_allclose(found.shares, [expected], rtol=1e-6)
    assert (found.names[0] is None) == (shares is None)


def test_probability_names_the_first_column_of_a_tie_and_counts() -> None:
    """In the file's order neutral is first, in the alphabetical one anger would be."""
    rows = [
        votes(anger=5, neutral=5),
        votes(contempt=3, surprise=5, unknown=2),
        votes(nf=6, fear=4),
        votes(unknown=6, nf=4),
        votes(neutral=3, anger=3, fear=2, contempt=2),
    ]
    found = probability(np.array(rows))
    assert found.names == ("neutral", "surprise", None, None, None)
    assert found.dropped == "dropped by its rule: 1 NF, 1 unknown, 1 undecided"


def test_ferplus_probability_gives_distributions(tmp_path: Path) -> None:
    given = [[10 if k == row % 8 else 0 for k in range(10)] for row in range(42)]
    given[2], given[3] = votes(surprise=5, fear=5), votes(nf=10)
    write_ferplus(tmp_path, given)
    samples = load_fer(tmp_path, "ferplus_probability")
    assert samples.names == tuple(f"fer{row:07d}" for row in range(42) if row != 3)
    assert samples.classes == CLASSES
    assert samples.distribution is not None
    one_hot = np.eye(8, dtype=np.float32)[samples.labels]
    others = np.arange(41) != 2
    np.testing.assert_array_equal(samples.distribution[others], one_hot[others])
    halves = dict(zip(CLASSES, samples.distribution[2].tolist(), strict=True))
    assert {name: share for name, share in halves.items() if share} == {
        "surprise": 0.5,
        "fear": 0.5,
    }
    assert samples.classes[samples.labels[2]] == "surprise"
    assert "1 NF, 0 unknown, 0 undecided" in samples.layout
    assert check(samples, DATASETS.get("fer2013").expected).differences == ()
    assert load_fer(tmp_path, "ferplus").distribution is None


def test_ferplus_must_be_aligned(tmp_path: Path) -> None:
    path = write_ferplus(tmp_path)
    change_line(path, 16, lambda text: text.replace("PublicTest", "Training"))
    with pytest.raises(DataError, match=r"fer2013new\.csv, line 16: part 'train', but 'public'"):
        load_fer(tmp_path, "ferplus")
    path.write_text("\n".join(path.read_text().split("\n")[:-2]))
    with pytest.raises(DataError, match=r"fer2013new\.csv has 41 rows, FER2013 beside it 42"):
        load_fer(tmp_path, "ferplus")


def test_ferplus_refuses(tmp_path: Path) -> None:
    path = write_ferplus(tmp_path)
    whole = path.read_text()
    change_line(path, 5, lambda text: text.replace("10", "x"))
    with pytest.raises(DataError, match=r"line 5: .* = 'x' is not a number of votes"):
        load_fer(tmp_path, "ferplus")
    path.write_text(whole[:-8])
    with pytest.raises(DataError, match=r"line 43: \d+ of 12 fields \(is the file cut off"):
        load_fer(tmp_path, "ferplus")
    path.unlink()
    with pytest.raises(DataError, match=r"fer2013new\.csv: there is no such file"):
        load_fer(tmp_path, "ferplus")
    for write in (write_kaggle_csvs, write_fer_folders):
        write(tmp_path / write.__name__)
        with pytest.raises(DataError, match=r"FERPlus labels belong to the rows of fer2013\.csv"):
            load_fer(tmp_path / write.__name__, "ferplus")
