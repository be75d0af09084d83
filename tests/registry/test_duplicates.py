"""Twins within and across parts, against brute force and pictures whose likeness is known."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from registry.check import check
from registry.duplicates import NEAR, groups, near, perceptual_hashes, pixel_groups, shared
from registry.leaks import find_leaks
from registry.samples import Samples
from registry.split import Split


def pictures(count: int, seed: int = 0, side: int = 48, channels: int = 1) -> NDArray[np.uint8]:
    """Smooth random pictures: sums of a few plane waves."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    waves = rng.normal(size=(count, channels, 12, 4)) * np.array([60, 6, 6, 3.0])
    a, u, v, phase = (waves[..., k, None, None] for k in range(4))
    total = (a * np.cos(u * x + v * y + phase)).sum(axis=2)
    return (128 + total / 3).clip(0, 255).astype(np.uint8)


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> int:
    first, second = perceptual_hashes(np.stack([one, other]))
    return (int(first) ^ int(second)).bit_count()


# --- hashes --------------------------------------------------------------------------------------


def test_pixel_groups() -> None:
    images = pictures(6)
    images[[3, 5]] = images[[0, 1]]
    images[5, 0, 47, 47] ^= 1
    numbers = pixel_groups(images)
    assert numbers[3] == numbers[0]
    assert len(set(numbers.tolist())) == 5


@pytest.mark.parametrize("channels", [1, 3])
def test_hash_survives_noise_and_brightness(channels: int) -> None:
    rng = np.random.default_rng(1)
    images = pictures(40, channels=channels)
    noisy = (images + rng.normal(0, 1, images.shape)).clip(0, 255).astype(np.uint8)
    darker = (images * 0.8).astype(np.uint8)
    for changed in (noisy, darker):
        close = [distance(*pair) <= NEAR for pair in zip(images, changed, strict=True)]
        assert np.mean(close) >= 0.9


def test_hash_tells_pictures_apart() -> None:
    hashes = perceptual_hashes(pictures(60))
    distances = [
        (int(a) ^ int(b)).bit_count() for i, a in enumerate(hashes) for b in hashes[i + 1 :]
    ]
    assert np.mean(np.array(distances) <= NEAR) < 0.01
    assert 24 < np.mean(distances) < 40  # 32 of 64 if the bits were independent


def test_hash_against_the_sum_of_cosines() -> None:
    """The definition of the transform, written out, on an image that needs no resizing."""
    image = np.random.default_rng(2).integers(0, 256, (32, 32), dtype=np.uint8)
    place = np.arange(32)
    waves = np.cos(np.pi * (2 * place[None] + 1) * np.arange(8)[:, None] / 64)
    spectrum = (waves @ (image - image.mean()) @ waves.T).ravel()
    # the transform is orthonormal, so the first row and column weigh 1/√2
    weights = np.outer(*[np.array([2**-0.5] + [1.0] * 7)] * 2).ravel()
    low = (spectrum * weights)[1:]
    expected = [False, *(low > np.median(low))]
    (found,) = perceptual_hashes(image[None, None])
    bits = np.unpackbits(np.array([found]).view(np.uint8))
    assert bits.astype(bool).tolist() == expected


def test_blank_images_are_alike_at_any_level() -> None:
    levels = np.array([0, 1, 77, 137, 255], dtype=np.uint8)
    hashes = perceptual_hashes(np.ones((5, 3, 47, 51), np.uint8) * levels[:, None, None, None])
    assert set(hashes.tolist()) == {0}


# --- tables --------------------------------------------------------------------------------------


def test_tables_against_brute_force() -> None:
    rng = np.random.default_rng(3)
    order = rng.permutation(300)
    parts = {"train": order[:200], "validation": order[200:230], "test": order[230:]}
    numbers = rng.integers(0, 150, 300)
    hashes = rng.integers(0, 2**63, 20, dtype=np.uint64)[rng.integers(0, 20, 300)]
    hashes ^= np.uint64(1) << rng.integers(0, 64, 300, dtype=np.uint64)
    hashes ^= np.uint64(1) << rng.integers(0, 64, 300, dtype=np.uint64)
    same, close = shared(numbers, parts), near(hashes, parts, bound=2)
    for one, other in product(parts, parts):
        assert same[one][other] == sum(
            any(numbers[i] == numbers[j] and i != j for j in parts[other]) for i in parts[one]
        )
        assert close[one][other] == sum(
            any((int(hashes[i]) ^ int(hashes[j])).bit_count() <= 2 and i != j for j in parts[other])
            for i in parts[one]
        )
    assert 0 < close["test"]["train"] < 70


def test_groups() -> None:
    assert groups(["b", "a", "b", "c"]).tolist() == [0, 1, 0, 2]


# --- a split by hand -----------------------------------------------------------------------------


def eight() -> tuple[Samples, Split]:
    """Images 0 to 4 train, 5 to 7 test; 5 is 0 again, 6 nearly 1, 4 is 3 with another label."""
    images = pictures(8)
    images[5], images[4] = images[0], images[3]
    images[6] = images[1]
    images[6, 0, 3, 3] ^= 2
    samples = Samples(
        images,
        np.array([0, 1, 0, 1, 0, 0, 1, 1]),
        ("fear", "joy"),
        tuple("abcdefgh"),
        subjects=("x", "x", "y", "y", "z", "x", "z", "w"),
        sequences=("1", "1", "2", "3", "4", "1", "5", "6"),
    )
    return samples, Split(samples.names, np.arange(5), np.arange(5, 8))


def test_leaks_by_hand() -> None:
    samples, split = eight()
    leaks = find_leaks(samples, split)
    assert leaks.parts == {"train": 5, "test": 3}
    assert leaks.exact == {"train": {"train": 2, "test": 1}, "test": {"train": 1, "test": 0}}
    assert leaks.near == {"train": {"train": 2, "test": 2}, "test": {"train": 2, "test": 0}}
    assert leaks.sequences == {"train": {"train": 2, "test": 2}, "test": {"train": 1, "test": 0}}
    assert leaks.subjects == {"train": {"train": 4, "test": 3}, "test": {"train": 2, "test": 0}}


def test_leaks_of_what_is_not_known() -> None:
    samples, split = eight()
    bare = Samples(samples.images, samples.labels, samples.classes, samples.names)
    leaks = find_leaks(bare, split)
    assert leaks.sequences is None
    assert leaks.subjects is None


def test_check_counts_copies_and_contradictions() -> None:
    samples, _ = eight()
    found = check(samples)
    assert found.copies == 2  # 4 and 5
    assert found.contradictions == 2  # 3 and 4
