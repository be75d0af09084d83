"""CK+ as ckextended.csv: eight classes, nobody named."""

from pathlib import Path

import numpy as np
import pytest

from registry.catalog import DATASETS, PROTOCOLS
from registry.check import check
from registry.errors import DataError, RequestError
from registry.samples import Samples
from tests.registry.trees import noise, write_ckextended, write_crops

#: As the table's publisher lists the codes.
CODES = (
    "anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt",
)  # fmt: skip


def load(root: Path, **values: int) -> Samples:
    dataset = DATASETS.get("ckplus")
    return dataset.build(root, dataset.parse(values))


def test_codes_pixels_and_parts(tmp_path: Path) -> None:
    write_ckextended(tmp_path)
    samples = load(tmp_path)
    assert samples.classes == tuple(sorted(CODES))
    codes = [*range(8), 7] * 3
    for row, code in enumerate(codes):
        assert samples.classes[samples.labels[row]] == CODES[code]
        np.testing.assert_array_equal(samples.images[row, 0], noise(row))
    assert samples.parts == ("train",) * 9 + ("public",) * 9 + ("private",) * 9


def test_nobody_is_named(tmp_path: Path) -> None:
    write_ckextended(tmp_path)
    samples = load(tmp_path)
    for name in ("subject", "sequence"):
        protocol = PROTOCOLS.get(name)
        with pytest.raises(RequestError, match=f"this dataset knows no {name}s"):
            protocol.build(samples, 0, 0, protocol.parse({}))


def test_expected_is_that_of_the_table(tmp_path: Path) -> None:
    write_ckextended(tmp_path)
    expected = DATASETS.get("ckplus").expected
    assert expected is not None
    differences = check(load(tmp_path), expected).differences
    assert "27 images, 920 expected." in differences
    assert "3 'neutral' images, 593 expected." in differences
    table = expected.of(load(tmp_path).layout)
    assert table is not None
    # peak frames of 327 sequences, three of each in the crops, and the first frames of 593
    for name, count in expected.counts.items():
        assert count == 3 * table.counts[name]
    assert table.images == 327 + 593


def test_damaged(tmp_path: Path) -> None:
    path = write_ckextended(tmp_path)
    whole = path.read_text()
    path.write_text(whole[:-3000])
    with pytest.raises(DataError, match=r"ckextended\.csv, line 28: "):
        load(tmp_path)
    path.write_text(whole.replace("\n7,", "\n8,", 1))
    with pytest.raises(DataError, match=r"line 9: emotion '8' is none of the codes 0 to 7"):
        load(tmp_path)
    path.write_text(whole)
    (tmp_path / "copy.csv").write_text(whole)
    with pytest.raises(DataError, match=r"several tables of CK\+ \(ckextended\.csv, copy\.csv\)"):
        load(tmp_path)


def test_table_beside_crops(tmp_path: Path) -> None:
    write_ckextended(tmp_path)
    write_crops(tmp_path)
    with pytest.raises(DataError, match=r"several layouts of CK\+"):
        load(tmp_path)


def test_parameters_have_no_effect_here(tmp_path: Path) -> None:
    write_ckextended(tmp_path)
    with pytest.raises(DataError, match="frames and side have no effect"):
        load(tmp_path, side=96)
