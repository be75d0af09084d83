"""CIFAR-100 on a small archive in its format, and what is said of a changed file."""

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
from torchvision.datasets import CIFAR100

from registry.catalog import DATASETS, PROTOCOLS
from registry.errors import DataError, RequestError
from registry.samples import Samples
from tests.registry.trees import forbid, write_cifar100

FOLDER = "cifar-100-python"


def load(root: Path) -> Samples:
    dataset = DATASETS.get("cifar-100")
    return dataset.build(root, dataset.parse({}))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_cifar100(tmp_path, monkeypatch)
    return tmp_path


def test_pixels_labels_and_parts(root: Path) -> None:
    samples = load(root)
    assert samples.images.shape == (50, 3, 32, 32)
    assert samples.classes == tuple(f"thing{number}" for number in range(5))
    assert samples.parts == ("train",) * 40 + ("test",) * 10
    names = pickle.loads((root / FOLDER / "meta").read_bytes())["fine_label_names"]
    for part, start in (("train", 0), ("test", 40)):
        content = pickle.loads((root / FOLDER / part).read_bytes())
        for index, (row, label) in enumerate(
            zip(content["data"], content["fine_labels"], strict=True)
        ):
            # a row is all of red, then green, then blue
            image = samples.images[start + index]
            np.testing.assert_array_equal(image.ravel(), row)
            assert samples.classes[samples.labels[start + index]] == names[label]
            assert samples.names[start + index] == f"{part}/{index:05d}"


def test_protocols(root: Path) -> None:
    samples, paper = load(root), PROTOCOLS.get("paper")
    split = paper.build(samples, 0, 0, paper.parse({}))
    assert (len(split.train), len(split.test)) == (40, 10)
    with pytest.raises(RequestError, match="has test, train"):
        PROTOCOLS.get("official").build(samples, 0, 0, PROTOCOLS.get("official").parse({}))


@pytest.mark.parametrize("name", ["train", "test", "meta"])
def test_changed_file_is_named_with_its_checksum(root: Path, name: str) -> None:
    path = root / FOLDER / name
    before = hashlib.md5(path.read_bytes()).hexdigest()
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    after = hashlib.md5(data).hexdigest()
    with pytest.raises(DataError, match=rf"{FOLDER}/{name} .* MD5 is {after}, not {before}"):
        load(root)


@pytest.mark.parametrize("name", ["train", "test", "meta"])
def test_missing_truncated_and_forbidden_file(root: Path, name: str) -> None:
    path = root / FOLDER / name
    with pytest.MonkeyPatch.context() as patch:
        forbid(patch, path)
        with pytest.raises(DataError, match=rf"{name} cannot be read: Permission denied"):
            load(root)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(DataError, match=f"{name} is not the published file"):
        load(root)
    path.unlink()
    with pytest.raises(DataError, match=f"{name}: there is no such file"):
        load(root)


def test_checksums_are_those_of_torchvision() -> None:
    """Unpatched, the published archive is asked for."""
    assert [name for name, _ in CIFAR100.train_list] == ["train"]
    assert [name for name, _ in CIFAR100.test_list] == ["test"]
