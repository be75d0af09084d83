"""CIFAR-100 through torchvision, which the paper's Fig. 1 takes its picture from."""

from pathlib import Path

import numpy as np

from registry.catalog import dataset
from registry.component import NoParameters
from registry.errors import DataError
from registry.samples import Samples


@dataset(
    "cifar100",
    citation="Krizhevsky: Learning multiple layers of features from tiny images. 2009",
    aliases=("cifar-100",),
)
def cifar100(root: Path, parameters: NoParameters) -> Samples:
    """CIFAR-100 (Krizhevsky 2009): 32×32 colour photographs of 100 things.

    The root holds the folder ``cifar-100-python`` of the published archive, whose checksums
    torchvision knows. The parts are the author's: ``train`` and ``test``. Nothing is downloaded.

    Raises
    ------
    DataError
        A file is missing or not the published one; the message says which and how it differs.
    """
    from torchvision.datasets import CIFAR100

    _check(root)
    parts = {part: CIFAR100(root, train=part == "train") for part in ("train", "test")}
    names = parts["train"].classes
    ordered = sorted(names)
    order = np.array([ordered.index(name) for name in names])
    pixels = np.concatenate([part.data for part in parts.values()])
    return Samples(
        images=np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)),
        labels=order[np.concatenate([part.targets for part in parts.values()])],
        classes=tuple(ordered),
        names=tuple(f"{key}/{i:05d}" for key, part in parts.items() for i in range(len(part))),
        parts=tuple(key for key, part in parts.items() for _ in range(len(part))),
        layout="cifar-100-python, checksums verified",
    )


def _check(root: Path) -> None:
    """Torchvision only says that something is wrong; say what."""
    from torchvision.datasets import CIFAR100
    from torchvision.datasets.utils import calculate_md5

    meta = [(CIFAR100.meta["filename"], CIFAR100.meta["md5"])]
    for name, published in [*CIFAR100.train_list, *CIFAR100.test_list, *meta]:
        path = root / CIFAR100.base_folder / name
        try:
            found = calculate_md5(path)
        except FileNotFoundError:
            raise DataError(f"{path}: there is no such file; unpack cifar-100-python") from None
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from None
        if found != published:
            raise DataError(
                f"{path} is not the published file: its MD5 is {found}, not {published}"
            )
