"""The CK+ reader on small trees of noise: what it reads, and the sentence for each mistake."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from registry.catalog import DATASETS
from registry.errors import DataError
from registry.samples import Samples

FOLDERS = ("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")


def load(root: Path) -> Samples:
    dataset = DATASETS.get("ckplus")
    return dataset.build(root, dataset.parse({}))


def noise(seed: int) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (48, 48), dtype=np.uint8)


def write_tree(root: Path, folders: tuple[str, ...] = FOLDERS) -> dict[str, NDArray[np.uint8]]:
    """Two subjects a class, two frames each; returns the pixels by name."""
    pixels: dict[str, NDArray[np.uint8]] = {}
    for label, folder in enumerate(folders):
        (root / folder).mkdir(parents=True)
        for subject in (999, 10 + label):
            for frame in (18, 7):
                name = f"{folder}/S{subject:03d}_00{label + 1}_{frame:08d}.png"
                pixels[name] = noise(len(pixels))
                Image.fromarray(pixels[name]).save(root / name)
    return pixels


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_tree(tmp_path / "CK+48")
    return tmp_path / "CK+48"


def test_pixels_labels_and_people(tmp_path: Path) -> None:
    pixels = write_tree(tmp_path)
    samples = load(tmp_path)
    assert samples.classes == (
        "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise",
    )  # fmt: skip
    assert list(samples.names) == sorted(pixels)
    assert samples.images.shape == (28, 1, 48, 48)
    for index, name in enumerate(samples.names):
        np.testing.assert_array_equal(samples.images[index, 0], pixels[name])
        assert samples.labels[index] == FOLDERS.index(name.split("/")[0])
    first = samples.names.index("happy/S014_005_00000007.png")
    assert samples.subjects is not None
    assert samples.subjects[first] == "S014"
    assert samples.sequences is not None
    assert samples.sequences[first] == "S014_005"
    assert len(set(samples.subjects)) == 8
    assert len(set(samples.sequences)) == 14


def test_parent_folder_gives_the_same_samples(root: Path) -> None:
    (root.parent / "elsewhere").mkdir()
    (root.parent / "notes.txt").write_text("beside")
    assert load(root.parent).names == load(root).names
    assert load(root.parent).fingerprint == load(root).fingerprint


def test_folder_names_in_any_case_and_by_another_word(tmp_path: Path) -> None:
    write_tree(tmp_path, ("Angry", "CONTEMPT", "disgust", "fear", "happiness", "Sad", "surprise"))
    samples = load(tmp_path)
    assert samples.counts == dict.fromkeys(samples.classes, 4)
    assert samples.names[0].startswith("Angry/")


def test_hidden_files_are_passed_over(root: Path) -> None:
    expected = load(root).fingerprint
    (root / ".DS_Store").write_bytes(b"x")
    (root / "fear" / ".DS_Store").write_bytes(b"x")
    (root / "fear" / "Thumbs.db").write_bytes(b"x")
    assert load(root).fingerprint == expected


def test_rgb_file_with_equal_channels_is_grey(root: Path) -> None:
    path = root / "fear" / "S999_004_00000007.png"
    expected = load(root).fingerprint
    with Image.open(path) as image:
        image.convert("RGB").save(path)
    with Image.open(path) as image:
        assert image.mode == "RGB"
    assert load(root).fingerprint == expected


def test_one_pixel_changes_the_fingerprint(root: Path) -> None:
    before = load(root).fingerprint
    path = root / "fear" / "S999_004_00000007.png"
    pixels = np.array(Image.open(path))
    pixels[3, 5] ^= 1
    Image.fromarray(pixels).save(path)
    assert load(root).fingerprint != before


def test_catalog_knows_the_complete_set() -> None:
    dataset = DATASETS.get("ck+")
    assert dataset.name == "ckplus"
    assert dataset.expected is not None
    assert dataset.expected.images == 981
    assert dataset.expected.subjects == 118
    assert dataset.expected.sequences == 327


BROKEN = "fear/S999_004_00000007.png"


def test_colour_is_refused(root: Path) -> None:
    pixels = np.repeat(noise(1)[..., None], 3, axis=2)
    pixels[47, 47, 2] ^= 1
    Image.fromarray(pixels).save(root / BROKEN)
    with pytest.raises(DataError, match=r"S999_004_00000007\.png is in colour"):
        load(root)


@pytest.mark.parametrize("mode", ["1", "P", "RGBA", "LA", "I;16"])
def test_other_modes_are_refused(root: Path, mode: str) -> None:
    if mode == "I;16":
        Image.fromarray(noise(0).astype(np.uint16)).save(root / BROKEN)
    else:
        Image.fromarray(noise(0)).convert(mode).save(root / BROKEN)
    with pytest.raises(DataError, match=r"S999_004_00000007\.png is not an 8-bit grey image"):
        load(root)


def test_wrong_size(root: Path) -> None:
    Image.fromarray(np.zeros((48, 47), np.uint8)).save(root / BROKEN)
    with pytest.raises(DataError, match=r"S999_004_00000007\.png is 47×48 pixels; 48×48"):
        load(root)


@pytest.mark.parametrize("kept", [0, 8, 40, 400, 2000])
def test_truncated_image(root: Path, kept: int) -> None:
    whole = (root / BROKEN).read_bytes()
    assert len(whole) > 2000
    (root / BROKEN).write_bytes(whole[:kept])
    with pytest.raises(DataError, match=r"S999_004_00000007\.png (is not|cannot be read as) an im"):
        load(root)


def test_flipped_bit_in_the_pixels(root: Path) -> None:
    data = bytearray((root / BROKEN).read_bytes())
    data[len(data) // 2] ^= 4
    (root / BROKEN).write_bytes(data)
    with pytest.raises(DataError, match=r"S999_004_00000007\.png cannot be read as an image"):
        load(root)


def test_text_in_a_png_name(root: Path) -> None:
    (root / BROKEN).write_text("no image")
    with pytest.raises(DataError, match=r"S999_004_00000007\.png is not an image"):
        load(root)


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "S010_004_17.png", "S010_004_00000017.jpg", "s010_004_00000017.png", "sub"],
)
def test_file_that_is_not_named_like_an_image(root: Path, name: str) -> None:
    if name == "sub":
        (root / "sadness" / name).mkdir()
    else:
        (root / "sadness" / name).write_bytes((root / BROKEN).read_bytes())
    with pytest.raises(DataError, match=rf"sadness/{name} is not named like a CK\+ image"):
        load(root)


def test_missing_root(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: there is no such folder"):
        load(tmp_path / "nowhere")


def test_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data.zip").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"data\.zip is a file"):
        load(tmp_path / "data.zip")


def test_no_class_folder(tmp_path: Path) -> None:
    (tmp_path / "some" / "anger").mkdir(parents=True)
    with pytest.raises(DataError, match=r"holds no layout of CK\+"):
        load(tmp_path / "some" / "anger")


def test_two_folders_that_would_do(root: Path) -> None:
    write_tree(root.parent / "copy")
    with pytest.raises(DataError, match=r"several .*\(CK\+48, copy\)"):
        load(root.parent)


def test_misspelt_class_folder(root: Path) -> None:
    (root / "surprise").rename(root / "suprise")
    with pytest.raises(DataError, match="suprise is not a class of CK\\+; did you mean 'surprise'"):
        load(root)


def test_class_of_another_dataset(root: Path) -> None:
    (root / "neutral").mkdir()
    with pytest.raises(DataError, match=r"neutral is not a class of CK\+"):
        load(root)


def test_file_beside_the_class_folders(root: Path) -> None:
    (root / "labels.csv").write_text("a,b")
    with pytest.raises(DataError, match=r"labels\.csv is not a class folder"):
        load(root)


def test_one_class_twice(root: Path) -> None:
    (root / "Angry").mkdir()
    with pytest.raises(DataError, match="same class"):
        load(root)


def test_missing_class(root: Path) -> None:
    (root / "contempt").rename(root.parent / "contempt")
    with pytest.raises(DataError, match="no folder for the class 'contempt'"):
        load(root)


def test_empty_class(root: Path) -> None:
    for path in (root / "contempt").iterdir():
        path.unlink()
    (root / "contempt" / ".DS_Store").write_bytes(b"x")
    with pytest.raises(DataError, match="contempt holds no image"):
        load(root)
