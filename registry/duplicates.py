"""What two images have in common: every pixel, nearly all of the picture, the recording, the face.

The figures are tables from part to part: ``table["test"]["train"]`` is how many images of the test
part have at least one such other image in the training part.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import dctn
from torch.nn import functional

from registry.split import Indices

Table = dict[str, dict[str, int]]

#: Two images are near duplicates if their perceptual hashes differ in at most so many bits. Chosen
#: on CK+48, where it holds for 83 % of the pairs of frames of one sequence and for 0.004 % of the
#: pairs of frames of two people.
NEAR = 4

_SIDE, _KEPT = 32, 8
_BATCH = 256


def pixel_groups(images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """A number for each image, (N,): the same for two images if every pixel is the same."""
    return groups([image.tobytes() for image in images])


def groups(keys: Sequence[bytes | str]) -> NDArray[np.int64]:
    """A number for each key, (N,): the same for equal keys."""
    seen: dict[bytes | str, int] = {}
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)


def perceptual_hashes(images: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """63 bits for each image of (N, C, H, W) that change little when the picture does.

    The mean of the channels, less its mean level, is brought to 32×32 pixels; of the discrete
    cosine transform the 8×8 lowest frequencies are kept without the very lowest, and each bit says
    whether one is above their median (Zauner: Implementation and Benchmarking of Perceptual Image
    Hash Functions, 2010, §3.2.1, with area averaging for its mean filter).
    """
    starts = range(0, len(images), _BATCH)
    bits = np.concatenate([_bits(images[start : start + _BATCH]) for start in starts])
    return np.packbits(bits, axis=1).view(np.uint64)[:, 0]


def shared(numbers: NDArray[np.int64], parts: Mapping[str, Indices]) -> Table:
    """How many images of each part have another image of the same number in each part."""
    counts = {
        part: np.bincount(numbers[indices], minlength=numbers.max() + 1)
        for part, indices in parts.items()
    }
    return {
        part: {
            other: int((count[numbers[indices]] > (1 if other == part else 0)).sum())
            for other, count in counts.items()
        }
        for part, indices in parts.items()
    }


def near(hashes: NDArray[np.uint64], parts: Mapping[str, Indices], bound: int = NEAR) -> Table:
    """How many images of each part have another image within `bound` bits in each part."""
    return {
        part: {
            other: _near(hashes[indices], hashes[others], bound, 1 if other == part else 0)
            for other, others in parts.items()
        }
        for part, indices in parts.items()
    }


def _near(
    hashes: NDArray[np.uint64], others: NDArray[np.uint64], bound: int, themselves: int
) -> int:
    count = 0
    for start in range(0, len(hashes), _BATCH):
        distances = np.bitwise_count(hashes[start : start + _BATCH, None] ^ others)
        count += int((np.count_nonzero(distances <= bound, axis=1) > themselves).sum())
    return count


def _bits(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    grey = torch.from_numpy(images.astype(np.float64)).mean(dim=1, keepdim=True)
    # A blank image is then all zeros, whatever its level, and rounding makes no bits of it.
    grey -= grey.mean(dim=(2, 3), keepdim=True)
    small = functional.interpolate(grey, (_SIDE, _SIDE), mode="bilinear", antialias=True)
    spectrum = dctn(small[:, 0].numpy(), axes=(1, 2), norm="ortho")
    low = spectrum[:, :_KEPT, :_KEPT].reshape(len(images), -1)
    median = np.median(low[:, 1:], axis=1, keepdims=True)
    low[:, :1] = median
    above: NDArray[np.bool_] = low > median
    return above
