"""The split of Kim & Jo, as far as their tables tell: a test part that also does the watching."""

import hashlib
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from registry.catalog import protocol
from registry.component import Parameters
from registry.errors import RequestError
from registry.samples import Samples
from registry.split import Split


class PaperParameters(Parameters):
    """``test_fraction``: how much of each class is tested on, where no part is given."""

    test_fraction: Annotated[float, Field(gt=0, lt=1)] = 0.25


@protocol(
    "paper",
    citation=(
        "Kim, Jo: Spatial Attention Network with High Frequency Component for Facial Expression "
        "Recognition, §4.1"
    ),
    parameters=PaperParameters,
    monitored="test",
)
def paper(samples: Samples, split_seed: int, fold: int, parameters: PaperParameters) -> Split:
    """Random 25 % of each class as test, which is watched too: optimistic (Kim & Jo, §4.1).

    The number of test images of a class is rounded to the nearest integer, half to even; this gives
    the sizes in §4.1 (JAFFE 158 + 55, CK+ 735 + 246). Nothing keeps the frames of one recording
    together, and there is no validation part. Which images are drawn depends on the seed and the
    image names alone: those of a class are ordered by the SHA-256 of ``seed:name`` and the first
    are taken.

    Where the dataset's authors put each image in a part (FER2013), that is the split: the part
    ``train`` or ``training`` (in any case) is trained on and all the others are tested on,
    whatever the seed.

    Raises
    ------
    RequestError
        A fold other than 0, a ``test_fraction`` where the parts are given, parts without a training
        part, nothing to test on, or a class with nothing to train on.
    """
    if fold != 0:
        raise RequestError(f"protocol 'paper' is a single hold-out: fold must be 0, not {fold}")
    if samples.parts is None:
        tested = _drawn(samples, split_seed, parameters.test_fraction)
    else:
        tested = _given(samples.parts, parameters)
    if not tested.any():
        raise RequestError("protocol 'paper' leaves no image to test on")
    train, test = np.flatnonzero(~tested), np.flatnonzero(tested)
    for label, name in enumerate(samples.classes):
        if label not in samples.labels[train]:
            raise RequestError(f"protocol 'paper' leaves no image of '{name}' to train on")
    return Split(samples.names, train=train, test=test, monitored="test")


def _drawn(samples: Samples, split_seed: int, test_fraction: float) -> NDArray[np.bool_]:
    tested = np.zeros(len(samples), dtype=bool)
    for label in range(len(samples.classes)):
        members = np.flatnonzero(samples.labels == label)
        ordered = sorted(members, key=lambda i: _rank(split_seed, samples.names[i]))
        tested[ordered[: round(test_fraction * len(members))]] = True
    return tested


def _rank(split_seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{split_seed}:{name}".encode()).digest()


def _given(parts: tuple[str, ...], parameters: PaperParameters) -> NDArray[np.bool_]:
    if parameters != PaperParameters():
        raise RequestError(
            "this dataset comes with its own test part: test_fraction has no effect on it"
        )
    tested = np.array([part.lower() not in ("train", "training") for part in parts])
    if tested.all():
        raise RequestError(
            f"none of the dataset's parts is 'train': {', '.join(sorted(set(parts)))}"
        )
    return tested
