"""Anyone's own folder of class folders: classes, channels, groups, and each mistake."""

from pathlib import Path

import numpy as np
import pytest

from registry.catalog import DATASETS, PROTOCOLS
from registry.errors import DataError, RequestError
from registry.samples import Samples
from tests.registry.trees import forbid, noise, save, write_folder


def load(root: Path) -> Samples:
    dataset = DATASETS.get("folder")
    return dataset.build(root, dataset.parse({}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_folder(tmp_path)
    return tmp_path


def test_classes_pixels_and_groups(root: Path) -> None:
    samples = load(root)
    assert samples.classes == ("Zebra", "apple", "pear")
    assert samples.images.shape == (36, 1, 20, 24)
    assert samples.subjects is not None
    assert samples.sequences is not None
    for label, folder in enumerate(("apple", "pear", "Zebra")):
        for number in range(12):
            index = samples.names.index(f"{folder}/{number:02d}.png")
            assert samples.classes[samples.labels[index]] == folder
            pixels = noise(100 * label + number, 20, 24)
            np.testing.assert_array_equal(samples.images[index, 0], pixels)
            assert samples.subjects[index] == f"p{number // 2}"
            assert samples.sequences[index] == f"{folder}{number // 2}"


def test_rows_of_groups_in_any_order(root: Path) -> None:
    expected = load(root).fingerprint
    header, *rows = (root / "groups.csv").read_text().split()
    (root / "groups.csv").write_text("\r\n".join([header, *reversed(rows), ""]))
    assert load(root).fingerprint == expected


def test_subject_protocol_uses_the_groups(root: Path) -> None:
    samples, protocol = load(root), PROTOCOLS.get("subject")
    split = protocol.build(samples, 0, 0, protocol.parse({}))
    assert samples.subjects is not None
    people = [{samples.subjects[i] for i in part} for part in split.parts.values()]
    assert sum(map(len, people)) == len(set.union(*people)) == 6


def test_without_groups_and_without_sequences(root: Path) -> None:
    path = root / "groups.csv"
    rows = [row.rsplit(",", 1)[0] for row in path.read_text().split()]
    path.write_text("\n".join(rows))
    assert load(root).sequences is None
    assert load(root).subjects is not None
    path.unlink()
    assert load(root).subjects is None
    with pytest.raises(RequestError, match="knows no subjects"):
        PROTOCOLS.get("subject").build(load(root), 0, 0, PROTOCOLS.get("subject").parse({}))


def test_names_of_expressions_become_canonical(tmp_path: Path) -> None:
    for number, name in enumerate(("Happy", "SAD", "angry")):
        save(tmp_path / name / "a.png", noise(number))
    assert load(tmp_path).classes == ("anger", "happiness", "sadness")
    # but not if one of them is something else
    save(tmp_path / "bored" / "a.png", noise(3))
    assert load(tmp_path).classes == ("Happy", "SAD", "angry", "bored")


def test_colour_if_one_image_is(root: Path) -> None:
    grey = load(root)
    colour = noise(5, 20, 24, 3)
    save(root / "pear" / "03.png", colour)
    samples = load(root)
    assert samples.images.shape == (36, 3, 20, 24)
    index = samples.names.index("pear/03.png")
    np.testing.assert_array_equal(samples.images[index], colour.transpose(2, 0, 1))
    others = [i for i in range(36) if i != index]
    np.testing.assert_array_equal(samples.images[others], grey.images[others].repeat(3, axis=1))


# --- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("apple/03.png,p1,apple1", "apple/99.png,p1,apple1", r"there is no image 'apple/99\.png'"),
        ("apple/03.png", "apple/02.png", r"'apple/02\.png' is there twice"),
        ("apple/03.png,p1,apple1", "apple/03.png,,apple1", "the column 'subject' is empty"),
        ("apple/03.png,p1,apple1", "apple/03.png,p1", "2 of 3 fields"),
        ("apple/03.png,p1,apple1", 'apple/03.png,p1,"ap', "unexpected end of data"),
    ],
)
def test_wrong_row(root: Path, old: str, new: str, message: str) -> None:
    path = root / "groups.csv"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DataError, match=rf"groups\.csv, line (5|37): {message}"):
        load(root)


def test_truncated_groups(root: Path) -> None:
    path = root / "groups.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-2]))
    with pytest.raises(DataError, match=r"groups\.csv has no row for 'Zebra/10\.png'"):
        load(root)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("image,person,sequence", "there is no column 'subject'"),
        ("image,subject,clip", "'clip' is no column of this table"),
        ("image,subject,subject", "the column 'subject' is there twice"),
    ],
)
def test_wrong_header(root: Path, header: str, message: str) -> None:
    path = root / "groups.csv"
    path.write_text(path.read_text().replace("image,subject,sequence", header))
    with pytest.raises(DataError, match=rf"groups\.csv, line 1: {message}"):
        load(root)


def test_other_size(root: Path) -> None:
    save(root / "pear" / "03.png", noise(0, 20, 25))
    with pytest.raises(DataError, match=r"pear/03\.png is 25×20 pixels; 24×20 are needed"):
        load(root)


def test_what_is_no_image(root: Path) -> None:
    (root / "pear" / "notes.txt").write_text("no image")
    with pytest.raises(DataError, match=r"notes\.txt is not an image"):
        load(root)
    (root / "pear" / "notes.txt").unlink()
    (root / "pear" / "deeper").mkdir()
    with pytest.raises(DataError, match=r"deeper cannot be read as an image"):
        load(root)


def test_file_beside_the_classes(root: Path) -> None:
    (root / "labels.csv").write_text("a,b")
    with pytest.raises(DataError, match=r"labels\.csv is neither a class folder nor groups\.csv"):
        load(root)


def test_too_few_classes_and_empty_ones(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds 0 class folders; at least 2"):
        load(tmp_path)
    save(tmp_path / "one" / "a.png", noise(0))
    with pytest.raises(DataError, match="holds 1 class folders; at least 2"):
        load(tmp_path)
    (tmp_path / "two").mkdir()
    with pytest.raises(DataError, match="two holds no image"):
        load(tmp_path)


def test_one_expression_twice(tmp_path: Path) -> None:
    for number, name in enumerate(("happy", "Happiness", "sad")):
        save(tmp_path / name / "a.png", noise(number))
    with pytest.raises(DataError, match=r"Happiness and .*happy are the same class"):
        load(tmp_path)


def test_files_that_may_not_be_read(root: Path) -> None:
    for path in (root / "groups.csv", root / "pear" / "03.png"):
        with pytest.MonkeyPatch.context() as patch:
            forbid(patch, path)
            with pytest.raises(DataError, match=rf"{path.name} cannot be read: Permission denied"):
                load(root)
