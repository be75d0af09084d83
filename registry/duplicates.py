"""Which images of a dataset are the same, and which nearly so."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import dctn
from torch.nn import functional

from registry.samples import Samples

#: Two images are near duplicates if their perceptual hashes differ in at most so many of 64 bits.
NEAR = 4

_SIDE, _KEPT = 32, 8
_BATCH = 256


def pixel_hashes(samples: Samples) -> NDArray[np.int64]:
    """A number for each image, (N,): the same for two images if every pixel is the same."""
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(image.tobytes(), len(seen)) for image in samples.images])


def perceptual_hashes(samples: Samples) -> NDArray[np.uint64]:
    """64 bits for each image, (N,), that change little when the image does.

    The image, the mean of its channels, is brought to 32×32; of its discrete cosine transform the
    8×8 lowest frequencies are kept, and each bit says whether one is above their median, the mean
    level set aside (Zauner: Implementation and benchmarking of perceptual image hash functions,
    2010, §3.2.1).
    """
    bits = np.concatenate(
        [_bits(samples.images[start : start + _BATCH]) for start in range(0, len(samples), _BATCH)]
    )
    return np.packbits(bits, axis=1).view(np.uint64)[:, 0]


def near_pairs(hashes: NDArray[np.uint64], bound: int = NEAR) -> NDArray[np.int64]:
    """Every pair of images (P, 2), the lower index first, with at most `bound` different bits."""
    found = []
    for start in range(0, len(hashes), _BATCH):
        block = hashes[start : start + _BATCH]
        distances = np.bitwise_count(block[:, None] ^ hashes[None, start:])
        rows, columns = np.nonzero(distances <= bound)
        later = columns > rows
        found.append(np.stack([rows[later], columns[later]], axis=1) + start)
    return np.concatenate(found)


def _bits(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    grey = torch.from_numpy(images.astype(np.float32)).mean(dim=1, keepdim=True)
    small = functional.interpolate(grey, (_SIDE, _SIDE), mode="bilinear", antialias=True)
    spectrum = dctn(small[:, 0].double().numpy(), axes=(1, 2), norm="ortho")
    low = spectrum[:, :_KEPT, :_KEPT].reshape(len(images), -1)
    median = np.median(low[:, 1:], axis=1, keepdims=True)
    above: NDArray[np.bool_] = low > median
    return above
