"""The RAF-DB reader in both layouts: codes, parts, colour, and each mistake."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from registry.catalog import DATASETS, PROTOCOLS
from registry.check import check
from registry.errors import DataError, RequestError
from registry.samples import Samples
from tests.registry.trees import (
    RAFDB,
    forbid,
    noise,
    rafdb_rows,
    save,
    write_rafdb_folders,
    write_rafdb_list,
)

LIST = "list_patition_label.txt"


def load(root: Path) -> Samples:
    dataset = DATASETS.get("rafdb")
    return dataset.build(root, dataset.parse({}))


@pytest.mark.parametrize("write", [write_rafdb_list, write_rafdb_folders])
def test_codes_parts_and_colour(tmp_path: Path, write: Callable[[Path], None]) -> None:
    write(tmp_path)
    samples = load(tmp_path)
    assert samples.images.shape == (42, 3, 100, 100)
    assert samples.subjects is None
    assert samples.parts is not None
    for name, code, pixels in rafdb_rows():
        index = samples.names.index(name)
        assert samples.classes[samples.labels[index]] == RAFDB[code - 1].lower()
        assert samples.parts[index] == name.split("_")[0]
        # JPEG keeps tiles of one colour nearly as they are
        difference = samples.images[index].transpose(1, 2, 0).astype(int) - pixels
        assert np.median(abs(difference)) <= 4


def test_both_layouts_are_the_same_samples(tmp_path: Path) -> None:
    write_rafdb_list(tmp_path / "a" / "basic")
    write_rafdb_folders(tmp_path / "b")
    whole = load(tmp_path / "a").fingerprint
    assert load(tmp_path / "b").fingerprint == whole
    assert load(tmp_path / "b" / "DATASET").fingerprint == whole
    labels = tmp_path / "a" / "basic" / "EmoLabel"
    labels.mkdir()
    (labels.parent / LIST).rename(labels / LIST)
    assert load(tmp_path / "a").fingerprint == whole


def test_grey_file_has_three_equal_channels(tmp_path: Path) -> None:
    write_rafdb_list(tmp_path)
    save(tmp_path / "Image" / "aligned" / "train_00001_aligned.jpg", noise(0, 100, 100))
    samples = load(tmp_path)
    image = samples.images[samples.names.index("train_00001")]
    assert (image == image[:1]).all()


def test_protocols(tmp_path: Path) -> None:
    write_rafdb_list(tmp_path)
    samples, paper = load(tmp_path), PROTOCOLS.get("paper")
    split = paper.build(samples, 0, 0, paper.parse({}))
    assert all(samples.names[i].startswith("train_") for i in split.train)
    assert all(samples.names[i].startswith("test_") for i in split.test)
    for name, message in (("subject", "knows no subjects"), ("official", "has test, train")):
        protocol = PROTOCOLS.get(name)
        with pytest.raises(RequestError, match=message):
            protocol.build(samples, 0, 0, protocol.parse({}))


def test_expected_adds_up(tmp_path: Path) -> None:
    expected = DATASETS.get("raf-db").expected
    assert expected is not None
    assert expected.images == sum((expected.parts or {}).values()) == 15339
    write_rafdb_list(tmp_path)
    assert "14 test-part images, 3068 expected." in check(load(tmp_path), expected).differences


# --- mistakes ------------------------------------------------------------------------------------


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    write_rafdb_list(tmp_path)
    return tmp_path


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    write_rafdb_folders(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("train_00003.jpg 8", "'8' is none of the codes 1 to 7"),
        ("train_00003.jpg 0", "'0' is none of the codes 1 to 7"),
        ("train_00003.jpg", r"'train_00003\.jpg' is not like 'train_00001\.jpg 5'"),
        ("train_00", "'train_00' is not like"),
        ("", "'' is not like"),
        ("dev_00003.jpg 3", "'dev_00003.jpg 3' is not like"),
        ("train_00002.jpg 3", r"train_00002\.jpg is there twice"),
    ],
)
def test_wrong_line(listed: Path, new: str, message: str) -> None:
    path = listed / LIST
    path.write_text(path.read_text().replace("train_00003.jpg 3", new))
    with pytest.raises(DataError, match=rf"{LIST}, line 3: {message}"):
        load(listed)


def test_half_copied_images(listed: Path) -> None:
    (listed / "Image" / "aligned" / "test_0004_aligned.jpg").unlink()
    with pytest.raises(
        DataError, match=rf"test_0004_aligned\.jpg is missing, but {LIST} labels it"
    ):
        load(listed)


def test_truncated_list(listed: Path) -> None:
    path = listed / LIST
    path.write_text("\n".join(path.read_text().splitlines()[:-3]))
    with pytest.raises(DataError, match=rf"test_0012_aligned\.jpg is not on .*{LIST}"):
        load(listed)


def test_missing_list(listed: Path) -> None:
    (listed / LIST).unlink()
    with pytest.raises(DataError, match=rf"{LIST}: there is no such file"):
        load(listed)


@pytest.mark.parametrize("what", ["text", "cut", "size", "mode"])
def test_bad_image(listed: Path, what: str) -> None:
    path = listed / "Image" / "aligned" / "test_0004_aligned.jpg"
    if what == "text":
        path.write_text("no image")
    elif what == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif what == "size":
        save(path, noise(0, 100, 99, 3))
    else:
        save(path.with_suffix(".png"), noise(0, 100, 100, 4))
        path.with_suffix(".png").rename(path)
    message = {
        "text": "is not an image",
        "cut": "cannot be read as an image",
        "size": "is 99×100 pixels; 100×100 are needed",
        "mode": "is neither an 8-bit grey nor an 8-bit RGB image",
    }[what]
    with pytest.raises(DataError, match=rf"test_0004_aligned\.jpg {message}"):
        load(listed)


def test_files_that_may_not_be_read(listed: Path) -> None:
    for path in (listed / LIST, listed / "Image" / "aligned" / "test_0004_aligned.jpg"):
        with pytest.MonkeyPatch.context() as patch:
            forbid(patch, path)
            with pytest.raises(DataError, match=rf"{path.name} cannot be read: Permission denied"):
                load(listed)


def test_two_layouts(listed: Path) -> None:
    write_rafdb_folders(listed)
    with pytest.raises(DataError, match="several layouts of RAF-DB"):
        load(listed)


def test_half_copied_folders(folders: Path) -> None:
    for path in (folders / "DATASET" / "test" / "7").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="test/7 holds no image"):
        load(folders)
    (folders / "DATASET" / "test" / "7").rmdir()
    with pytest.raises(DataError, match="test/7: there is no such folder"):
        load(folders)


def test_unknown_class_folder(folders: Path) -> None:
    (folders / "DATASET" / "test" / "8").mkdir()
    with pytest.raises(DataError, match="test/8 is none of the class folders 1 to 7"):
        load(folders)


def test_image_of_the_other_part(folders: Path) -> None:
    save(folders / "DATASET" / "test" / "2" / "train_00099_aligned.jpg", noise(0, 100, 100))
    with pytest.raises(
        DataError, match=r"train_00099_aligned\.jpg is not named like test_00001_al"
    ):
        load(folders)


def test_labels_beside_the_folders_must_agree(folders: Path) -> None:
    path = folders / "test_labels.csv"
    whole = path.read_text()
    path.write_text(whole.replace("test_0003_aligned.jpg,3", "test_0003_aligned.jpg,4"))
    with pytest.raises(DataError, match=r"test_labels\.csv, line 4: label '4', but .*test/3"):
        load(folders)
    path.write_text(whole.replace("test_0003_aligned.jpg", "test_9999_aligned.jpg"))
    with pytest.raises(DataError, match=r"line 4: there is no image 'test_9999_aligned\.jpg'"):
        load(folders)
    path.write_text("\n".join(whole.splitlines()[:-1]))
    with pytest.raises(DataError, match=r"test_0014_aligned\.jpg is not in .*test_labels\.csv"):
        load(folders)
