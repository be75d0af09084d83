"""Small copies of every dataset in every layout, made of noise."""

import builtins
import hashlib
import io
import os
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from torchvision.datasets import CIFAR100

from registry.catalog import DATASETS
from registry.samples import Samples

Pixels = NDArray[np.uint8]
Builder = Callable[[Path, pytest.MonkeyPatch], None]

#: FER2013's codes as its readme lists them.
FER = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
USAGES = ("Training", "PublicTest", "PrivateTest")
CROPS = ("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")
JAFFE = {
    "AN": "angry", "DI": "disgust", "FE": "fear", "HA": "happy",
    "NE": "neutral", "SA": "sad", "SU": "surprise",
}  # fmt: skip
RAFDB = ("Surprise", "Fear", "Disgust", "Happiness", "Sadness", "Anger", "Neutral")


def noise(seed: int, height: int = 48, width: int = 48, channels: int = 0) -> Pixels:
    shape = (height, width, channels) if channels else (height, width)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def save(path: Path, pixels: Pixels) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def forbid(patch: pytest.MonkeyPatch, path: Path) -> None:
    """As ``chmod 000``, which root would not notice."""
    real = io.open

    def guarded(file: Any, *args: Any, **keys: Any) -> Any:
        if not isinstance(file, int) and Path(os.fspath(file)) == path:
            raise PermissionError(13, "Permission denied", str(path))
        return real(file, *args, **keys)

    patch.setattr(io, "open", guarded)
    patch.setattr(builtins, "open", guarded)


# --- tables of pixels ----------------------------------------------------------------------------


def fer_rows(each: int = 2) -> list[tuple[int, int, str]]:
    """Row number, code and usage: `each` of every class in every part, the parts in order."""
    pairs = [(code, usage) for usage in USAGES for _ in range(each) for code in range(7)]
    return [(row, code, usage) for row, (code, usage) in enumerate(pairs)]


def numbers(pixels: Pixels) -> str:
    return " ".join(str(level) for level in pixels.ravel().tolist())


def write_fer_csv(root: Path, each: int = 2) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    lines = [f"{code},{numbers(noise(row))},{usage}" for row, code, usage in fer_rows(each)]
    path = root / "fer2013.csv"
    path.write_text("\n".join(["emotion,pixels,Usage", *lines, ""]))
    return path


def write_icml_csv(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    lines = [f"{code},{usage},{numbers(noise(row))}" for row, code, usage in fer_rows()]
    path = root / "icml_face_data.csv"
    path.write_text("\n".join(["emotion, Usage, pixels", *lines, ""]))
    return path


def write_kaggle_csvs(root: Path, labelled_test: bool = True) -> None:
    root.mkdir(parents=True, exist_ok=True)
    rows = fer_rows()
    train = [f'{code},"{numbers(noise(row))}"' for row, code, usage in rows if usage == USAGES[0]]
    (root / "train.csv").write_text("\n".join(["emotion,pixels", *train, ""]))
    tests = [(row, code) for row, code, usage in rows if usage != USAGES[0]]
    if labelled_test:
        test = [f'{code},"{numbers(noise(row))}"' for row, code in tests]
        (root / "test.csv").write_text("\n".join(["emotion,pixels", *test, ""]))
    else:
        test = [f'"{numbers(noise(row))}"' for row, _ in tests]
        (root / "test.csv").write_text("\n".join(["pixels", *test, ""]))


def write_fer_folders(root: Path, told: bool = True) -> None:
    """PNG under the name of JPEG would be odd, so PNG: what is read must be what was drawn."""
    for row, code, usage in fer_rows():
        half = "train" if usage == "Training" else "test"
        name = f"{usage}_{row}.png" if told else f"im{row}.png"
        save(root / half / FER[code] / name, noise(row))


def write_ferplus(root: Path, votes: Sequence[Sequence[int]] | None = None, each: int = 2) -> Path:
    """FER2013 with FERPlus beside it; by default row r has 10 votes for class r mod 8."""
    write_fer_csv(root, each)
    header = (
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    )
    rows = fer_rows(each)
    given = votes or [[10 if k == row % 8 else 0 for k in range(10)] for row, _, _ in rows]
    lines = [f"{usage},fer{row:07d}.png,{','.join(map(str, given[row]))}" for row, _, usage in rows]
    path = root / "fer2013new.csv"
    path.write_text("\n".join([header, *lines, ""]))
    return path


def write_ckextended(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    pairs = [(code, usage) for usage in USAGES for code in (*range(8), 7)]
    lines = [f"{code},{numbers(noise(row))},{usage}" for row, (code, usage) in enumerate(pairs)]
    path = root / "ckextended.csv"
    path.write_text("\n".join(["emotion,pixels,Usage", *lines, ""]))
    return path


# --- trees of images -----------------------------------------------------------------------------


def write_crops(root: Path) -> None:
    for label, folder in enumerate(CROPS):
        for subject in range(10, 16):
            for frame in (7, 8, 9):
                name = f"S{subject:03d}_00{label + 1}_{frame:08d}.png"
                save(root / folder / name, noise(1000 * label + 10 * subject + frame))


def write_sequence(
    root: Path, name: str, frames: int, code: int | None, box: tuple[int, int, int] = (20, 30, 40)
) -> None:
    """One sequence of 120×100 frames; the 68 landmarks span a square of `box`: x, y and side."""
    subject, take = name.split("_")
    x, y, side = box
    grid = np.linspace(0, side, 34)
    points = [(x + step, y + end) for step in grid for end in (0, side)]
    text = "".join(f"   {px:.7e}   {py:.7e}\n" for px, py in points)
    for frame in range(1, frames + 1):
        stem = f"{name}_{frame:08d}"
        pixels = noise(1000 * int(subject[1:]) + 10 * int(take) + frame, 100, 120)
        save(root / "cohn-kanade-images" / subject / take / f"{stem}.png", pixels)
        path = root / "Landmarks" / subject / take / f"{stem}_landmarks.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    emotion = root / "Emotion" / subject / take
    emotion.mkdir(parents=True, exist_ok=True)
    if code is not None:
        (emotion / f"{name}_{frames:08d}_emotion.txt").write_text(f"   {code:.7e}\n")


def write_original(root: Path) -> None:
    """Seven people with each of the codes 1 to 7, and one sequence without a label."""
    for subject in range(5, 12):
        for code in range(1, 8):
            write_sequence(root, f"S{subject:03d}_{code:03d}", 3 + code % 2, code)
    write_sequence(root, "S005_008", 4, None)


def jaffe_names(each: int = 3) -> list[tuple[str, str]]:
    """Name without ending and expression code of `each` takes by ten women, numbered through."""
    women = ("KA", "KL", "KM", "KR", "MK", "NA", "NM", "TM", "UY", "YM")
    takes = [
        (woman, code, take) for woman in women for code in JAFFE for take in range(1, each + 1)
    ]
    return [
        (f"{woman}.{code}{take}.{serial}", code)
        for serial, (woman, code, take) in enumerate(takes, start=1)
    ]


def write_jaffe(root: Path, ending: str = "tiff", each: int = 2) -> None:
    for serial, (name, _) in enumerate(jaffe_names(each)):
        save(root / f"{name}.{ending}", noise(serial, 16, 16))


def write_jaffe_folders(root: Path) -> None:
    for serial, (name, code) in enumerate(jaffe_names(2)):
        save(root / JAFFE[code] / f"{name}.png", noise(serial, 16, 16))


def rafdb_rows() -> list[tuple[str, int, Pixels]]:
    """Name, code and pixels, of few colours: four of each class to train on, two to test on."""
    names = [f"train_{i:05d}" for i in range(1, 29)] + [f"test_{i:04d}" for i in range(1, 15)]
    tiles = np.ones((25, 25, 1), np.uint8)
    return [(name, 1 + i % 7, np.kron(noise(i, 4, 4, 3), tiles)) for i, name in enumerate(names)]


def write_rafdb_list(root: Path) -> None:
    rows = rafdb_rows()
    for name, _, pixels in rows:
        save(root / "Image" / "aligned" / f"{name}_aligned.jpg", pixels)
    lines = [f"{name}.jpg {code}" for name, code, _ in rows]
    (root / "list_patition_label.txt").write_text("\n".join([*lines, ""]))


def write_rafdb_folders(root: Path) -> None:
    for part in ("train", "test"):
        rows = [row for row in rafdb_rows() if row[0].startswith(part)]
        for name, code, pixels in rows:
            save(root / "DATASET" / part / str(code) / f"{name}_aligned.jpg", pixels)
        lines = [f"{name}_aligned.jpg,{code}" for name, code, _ in rows]
        (root / f"{part}_labels.csv").write_text("\n".join(["image,label", *lines, ""]))


def write_folder(root: Path, groups: bool = True) -> None:
    lines = ["image,subject,sequence"]
    for label, name in enumerate(("apple", "pear", "Zebra")):
        for number in range(12):
            save(root / name / f"{number:02d}.png", noise(100 * label + number, 20, 24))
            lines.append(f"{name}/{number:02d}.png,p{number // 2},{name}{number // 2}")
    if groups:
        (root / "groups.csv").write_text("\n".join([*lines, ""]))


def write_cifar100(root: Path, patch: pytest.MonkeyPatch, classes: int = 5) -> None:
    """A small archive in CIFAR-100's format, which torchvision is told to take for the real one."""
    folder = root / CIFAR100.base_folder
    folder.mkdir(parents=True)
    # not in alphabetical order, so that a reader that takes the order for granted is caught
    names = [f"thing{number}" for number in reversed(range(classes))]
    content = {
        name: {
            "data": np.random.default_rng(size).integers(0, 256, (size, 3072), dtype=np.uint8),
            "fine_labels": [index % classes for index in range(size)],
        }
        for name, size in (("train", 8 * classes), ("test", 2 * classes))
    }
    checksums = {}
    for name, value in (*content.items(), ("meta", {"fine_label_names": names})):
        data = pickle.dumps(value)
        (folder / name).write_bytes(data)
        checksums[name] = hashlib.md5(data).hexdigest()
    patch.setattr(CIFAR100, "train_list", [["train", checksums["train"]]])
    patch.setattr(CIFAR100, "test_list", [["test", checksums["test"]]])
    patch.setattr(CIFAR100, "meta", {**CIFAR100.meta, "md5": checksums["meta"]})


def _alone(write: Callable[[Path], object]) -> Builder:
    return lambda root, _: (root.mkdir(parents=True, exist_ok=True), write(root))[0]


#: Every dataset that needs files, in each of its layouts.
BUILDERS: dict[str, dict[str, Builder]] = {
    "fer2013": {
        "fer2013.csv": _alone(write_fer_csv),
        "icml": _alone(write_icml_csv),
        "kaggle": _alone(write_kaggle_csvs),
        "folders": _alone(write_fer_folders),
        "plain folders": _alone(lambda root: write_fer_folders(root, told=False)),
    },
    "ckplus": {
        "crops": _alone(write_crops),
        "original": _alone(write_original),
        "ckextended": _alone(write_ckextended),
    },
    "jaffe": {
        "flat": _alone(write_jaffe),
        "png": _alone(lambda root: write_jaffe(root, "png")),
        "folders": _alone(write_jaffe_folders),
    },
    "rafdb": {"list": _alone(write_rafdb_list), "folders": _alone(write_rafdb_folders)},
    "folder": {
        "groups": _alone(write_folder),
        "plain": _alone(lambda root: write_folder(root, groups=False)),
    },
    "cifar100": {"python": write_cifar100},
}


# --- reading and damaging FER2013 ----------------------------------------------------------------


def load_fer(root: Path, labels: str = "fer2013") -> Samples:
    dataset = DATASETS.get("fer2013")
    return dataset.build(root, dataset.parse({"labels": labels}))


def change_line(path: Path, number: int, change: Callable[[str], str]) -> None:
    lines = path.read_text().split("\n")
    lines[number - 1] = change(lines[number - 1])
    path.write_text("\n".join(lines))
