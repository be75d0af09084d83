"""The JAFFE reader on ten women of noise: who shows what, ten folds, and each mistake."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from registry.catalog import DATASETS, PROTOCOLS
from registry.check import check
from registry.errors import DataError
from registry.samples import Samples
from tests.registry.trees import (
    JAFFE,
    forbid,
    jaffe_names,
    noise,
    save,
    write_jaffe,
    write_jaffe_folders,
)

CANONICAL = {
    "AN": "anger", "DI": "disgust", "FE": "fear", "HA": "happiness",
    "NE": "neutral", "SA": "sadness", "SU": "surprise",
}  # fmt: skip
#: Images of each expression in the published set.
COUNTS = {"AN": 30, "DI": 29, "FE": 32, "HA": 31, "NE": 30, "SA": 31, "SU": 30}


def load(root: Path) -> Samples:
    dataset = DATASETS.get("jaffe")
    return dataset.build(root, dataset.parse({}))


def write_complete(root: Path) -> None:
    """As many images of each expression as the published set has, three or four a woman."""
    women = sorted({name[:2] for name, _ in jaffe_names()})
    for code, count in COUNTS.items():
        for number in range(count):
            name = f"{women[number % 10]}.{code}{1 + number // 10}.{number}.png"
            save(root / name, noise(number, 8, 8))


def test_pixels_labels_and_people(tmp_path: Path) -> None:
    write_jaffe(tmp_path)
    (tmp_path / "README_FIRST.txt").write_text("who may use it")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    samples = load(tmp_path)
    assert samples.images.shape == (140, 1, 16, 16)
    assert samples.sequences is None
    assert samples.parts is None
    assert samples.subjects is not None
    for serial, (name, code) in enumerate(jaffe_names(2)):
        index = samples.names.index(name)
        np.testing.assert_array_equal(samples.images[index, 0], noise(serial, 16, 16))
        assert samples.classes[samples.labels[index]] == CANONICAL[code]
        assert samples.subjects[index] == name[:2]


def test_each_form_gives_the_same_samples(tmp_path: Path) -> None:
    write_jaffe(tmp_path / "a" / "jaffe")
    write_jaffe(tmp_path / "b", "png")
    write_jaffe_folders(tmp_path / "c")
    assert len({load(tmp_path / form).fingerprint for form in "abc"}) == 1


def test_complete_set_has_ten_folds_of_one_woman(tmp_path: Path) -> None:
    write_complete(tmp_path)
    samples = load(tmp_path)
    assert check(samples, DATASETS.get("jaffe").expected).differences == ()
    assert len(samples) == 213
    assert samples.subjects is not None
    subjects = np.array(samples.subjects)
    protocol = PROTOCOLS.get("subject")
    for seed in range(3):
        tested = []
        for fold in range(10):
            split = protocol.build(samples, seed, fold, protocol.parse({"folds": 10}))
            women = {name: set(subjects[part].tolist()) for name, part in split.parts.items()}
            assert [len(women[part]) for part in ("train", "validation", "test")] == [8, 1, 1]
            assert len(set.union(*women.values())) == 10
            tested += women["test"]
        assert len(set(tested)) == 10


def test_paper_split_of_the_complete_set(tmp_path: Path) -> None:
    write_complete(tmp_path)
    samples, protocol = load(tmp_path), PROTOCOLS.get("paper")
    split = protocol.build(samples, 0, 0, protocol.parse({}))
    assert (len(split.train), len(split.test)) == (158, 55)
    assert np.bincount(samples.labels[split.test]).tolist() == [8, 7, 8, 8, 8, 8, 8]


def test_check_says_what_is_missing(tmp_path: Path) -> None:
    write_complete(tmp_path)
    next(tmp_path.glob("*.FE1.*")).unlink()
    found = check(load(tmp_path), DATASETS.get("jaffe").expected)
    assert found.differences == ("212 images, 213 expected.", "31 'fear' images, 32 expected.")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_jaffe(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("KA.XX1.39.tiff", "'XX' is none of the expressions AN, DI, FE, HA, NE, SA, SU"),
        ("KA.AN.39.tiff", "is not named like a JAFFE image"),
        ("portrait.png", "is not named like a JAFFE image"),
        ("labels.csv", "is not named like a JAFFE image"),
        ("sub", "is not named like a JAFFE image"),
    ],
)
def test_misnamed(root: Path, name: str, message: str) -> None:
    if "." in name:
        (root / name).write_bytes((root / f"{jaffe_names(2)[0][0]}.tiff").read_bytes())
    else:
        (root / name).mkdir()
    with pytest.raises(DataError, match=rf"{name}.*{message}"):
        load(root)


def test_same_image_twice(root: Path) -> None:
    name = jaffe_names(2)[0][0]
    save(root / f"{name}.png", noise(0, 16, 16))
    with pytest.raises(DataError, match=r"\.png and .*\.tiff are the same image"):
        load(root)


def test_other_size(root: Path) -> None:
    save(root / "YM.SU9.999.tiff", noise(0, 16, 15))
    with pytest.raises(DataError, match=r"YM\.SU9\.999\.tiff is 15×16 pixels; 16×16 are needed"):
        load(root)


def test_colour(root: Path) -> None:
    save(root / "YM.SU9.999.tiff", noise(0, 16, 16, 3))
    with pytest.raises(DataError, match=r"YM\.SU9\.999\.tiff is in colour"):
        load(root)


def test_grey_saved_as_rgb(root: Path) -> None:
    expected = load(root).fingerprint
    path = root / f"{jaffe_names(2)[5][0]}.tiff"
    with Image.open(path) as image:
        image.convert("RGB").save(path)
    assert load(root).fingerprint == expected


def test_no_image_and_cut_off_image(root: Path) -> None:
    path = root / f"{jaffe_names(2)[5][0]}.tiff"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=rf"{path.name} cannot be read as an image"):
        load(root)
    path.write_text("no image")
    with pytest.raises(DataError, match=rf"{path.name} is not an image"):
        load(root)


def test_image_that_may_not_be_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / f"{jaffe_names(2)[5][0]}.tiff"
    forbid(monkeypatch, path)
    with pytest.raises(DataError, match=rf"{path.name} cannot be read: Permission denied"):
        load(root)


def test_two_layouts(root: Path) -> None:
    write_jaffe_folders(root)
    with pytest.raises(DataError, match=r"several layouts of JAFFE \(files named .*; a folder for"):
        load(root)


def test_half_copied(tmp_path: Path) -> None:
    write_jaffe_folders(tmp_path)
    (tmp_path / "fear").rename(tmp_path.parent / f"{tmp_path.name}-fear")
    with pytest.raises(DataError, match="has no folder for the class 'fear'"):
        load(tmp_path)
    write_jaffe(tmp_path / "flat")
    for path in (tmp_path / "flat").glob("*.FE*"):
        path.unlink()
    with pytest.raises(DataError, match="flat holds no image of 'fear'"):
        load(tmp_path / "flat")


def test_name_and_folder_disagree(tmp_path: Path) -> None:
    write_jaffe_folders(tmp_path)
    name = next(name for name, code in jaffe_names(2) if code == "HA")
    (tmp_path / JAFFE["HA"] / f"{name}.png").rename(tmp_path / "sad" / f"{name}.png")
    with pytest.raises(DataError, match=rf"{name}\.png shows 'happiness', its folder says 'sad'"):
        load(tmp_path)


def test_no_layout(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no layout of JAFFE.*files named like KA\.AN1\.39\.tiff"):
        load(tmp_path)
