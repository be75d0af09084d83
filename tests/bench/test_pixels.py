"""Batches against NumPy and Pillow in float64, and tiny images worked out by hand."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bench.pixels import Batch, Pixels, plan_epoch, shift
from bench.specification import Recipe
from tests.bench.builders import samples, split

CPU = torch.device("cpu")


def noise(count: int, height: int, width: int, channels: int = 1) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.integers(0, 256, (count, channels, height, width), dtype=np.uint8)


def pixels(images: np.ndarray, train: Any = (0,), **recipe: Any) -> Pixels:
    data = samples(images)
    rest = [index for index in range(len(images)) if index not in train]
    return Pixels(data, split(data, list(train), rest), Recipe(**recipe), CPU)


def batch_of(source: Pixels, *indices: int) -> np.ndarray:
    return source.batch(Batch(torch.tensor(indices))).numpy()


class TestNormalisation:
    def test_standard_uses_the_training_part_alone(self):
        images = noise(5, 8, 8)
        images[3:] = 255  # had the test part a say, it would move the mean
        found = batch_of(pixels(images, train=(0, 1, 2), size=8), 0, 4)
        train = images[:3].astype(np.float64) / 255
        expected = (images[[0, 4]] / 255 - train.mean()) / train.std()
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)

    def test_standard_of_blank_images_is_finite(self):
        found = batch_of(pixels(np.full((2, 1, 8, 8), 7, np.uint8), size=8), 0, 1)
        np.testing.assert_allclose(found, 0, atol=0.05)

    def test_image_by_image(self):
        images = noise(3, 8, 8)
        found = batch_of(pixels(images, size=8, normalisation="image"), 1, 2)
        assert found.mean(axis=(1, 2, 3)) == pytest.approx([0, 0], abs=1e-6)
        assert found.std(axis=(1, 2, 3), ddof=1) == pytest.approx([1, 1], rel=1e-5)

    def test_a_blank_image_by_itself_is_zero(self):
        images = np.full((1, 1, 8, 8), 9, np.uint8)
        found = batch_of(pixels(images, size=8, normalisation="image"), 0)
        np.testing.assert_allclose(found, 0, atol=0.05)

    def test_scale_is_a_fraction_of_white(self):
        images = noise(2, 8, 8, channels=3)
        found = batch_of(pixels(images, size=8, normalisation="scale"), 1, 0)
        np.testing.assert_allclose(found, images[[1, 0]] / 255.0, rtol=1e-6)
        assert found.dtype == np.float32


def upsampled(image: np.ndarray, size: int) -> np.ndarray:
    """Bilinear up-sampling with pixel centres at half, in float64."""
    centres = (np.arange(size) + 0.5) * len(image) / size - 0.5
    centres = centres.clip(0, len(image) - 1)
    low = np.floor(centres).astype(int).clip(0, len(image) - 2)
    weight = centres - low
    rows = image[low] * (1 - weight)[:, None] + image[low + 1] * weight[:, None]
    return rows[:, low] * (1 - weight) + rows[:, low + 1] * weight


class TestSize:
    def test_bilinear_up(self):
        images = noise(1, 12, 12)
        found = batch_of(pixels(images, size=31, normalisation="scale"), 0)[0, 0]
        np.testing.assert_allclose(found, upsampled(images[0, 0] / 255.0, 31), atol=1e-6)

    @pytest.mark.parametrize(
        ("mode", "filter_"),
        [("bilinear", Image.Resampling.BILINEAR), ("bicubic", Image.Resampling.BICUBIC)],
    )
    def test_smaller_without_aliases_as_in_pillow(self, mode, filter_):
        images = noise(1, 48, 48)
        found = batch_of(pixels(images, size=20, interpolation=mode, normalisation="scale"), 0)[
            0, 0
        ]
        grey = Image.fromarray((images[0, 0] / 255.0).astype(np.float32))
        np.testing.assert_allclose(found, np.asarray(grey.resize((20, 20), filter_)), atol=1e-5)

    def test_nearest_repeats_pixels(self):
        images = noise(1, 8, 8)
        found = batch_of(
            pixels(images, size=24, interpolation="nearest", normalisation="scale"), 0
        )[0, 0]
        expected = images[0, 0].repeat(3, axis=0).repeat(3, axis=1) / 255
        np.testing.assert_allclose(found, expected, rtol=1e-6)

    def test_its_own_size_is_left_alone(self):
        images = noise(1, 9, 9)
        for mode in ("bilinear", "bicubic", "nearest"):
            found = batch_of(pixels(images, size=9, interpolation=mode, normalisation="scale"), 0)
            np.testing.assert_array_equal(found, images.astype(np.float32) / 255)

    def test_always_square_and_channels_last(self):
        source = pixels(noise(2, 10, 14, channels=3), size=16)
        found = source.batch(Batch(torch.tensor([0, 1])))
        assert found.shape == (2, 3, 16, 16)
        assert found.is_contiguous(memory_format=torch.channels_last)


class TestAugmentation:
    def test_a_flip_mirrors_left_and_right_where_asked(self):
        images = np.arange(2 * 64, dtype=np.uint8).reshape(2, 1, 8, 8)
        source = pixels(images, size=8, normalisation="scale")
        batch = Batch(torch.tensor([0, 1]), flips=torch.tensor([True, False]))
        found = source.batch(batch).numpy() * 255
        np.testing.assert_allclose(found[0, 0], images[0, 0, :, ::-1], rtol=1e-6)
        np.testing.assert_allclose(found[1, 0], images[1, 0], rtol=1e-6)

    @pytest.mark.parametrize(
        ("by", "expected"),
        [
            ((0, 0), [[1, 2, 3], [4, 5, 6]]),
            ((1, 0), [[1, 2, 3], [1, 2, 3]]),
            ((-1, 0), [[4, 5, 6], [4, 5, 6]]),
            ((0, 1), [[1, 1, 2], [4, 4, 5]]),
            ((0, -2), [[3, 3, 3], [6, 6, 6]]),
            ((1, -1), [[2, 3, 3], [2, 3, 3]]),
        ],
    )
    def test_a_shift_goes_down_and_right_and_repeats_the_edge(self, by, expected):
        image = torch.tensor([[[[1.0, 2, 3], [4, 5, 6]]]])
        assert shift(image, torch.tensor([by])).squeeze().tolist() == expected

    def test_every_image_and_channel_goes_its_own_way(self):
        images = torch.arange(2 * 3 * 4 * 4.0).reshape(2, 3, 4, 4)
        found = shift(images, torch.tensor([[0, 0], [1, 0]]))
        assert torch.equal(found[0], images[0])
        assert torch.equal(found[1, :, 1:], images[1, :, :-1])


def plan(count: int = 20, seed: int = 0, epoch: int = 1, side: int = 48, **recipe: Any):
    train = torch.arange(100, 100 + count)
    return plan_epoch(train, Recipe(**recipe), seed, epoch, side, CPU)


def order(batches: Any) -> list[int]:
    return torch.cat([batch.indices for batch in batches]).tolist()


class TestPlan:
    @given(count=st.integers(2, 60), batch_size=st.integers(2, 20), epoch=st.integers(1, 99))
    def test_every_training_image_just_once_and_none_alone(self, count, batch_size, epoch):
        batches = plan(count, epoch=epoch, batch_size=batch_size)
        assert sorted(order(batches)) == list(range(100, 100 + count))
        sizes = [len(batch.indices) for batch in batches]
        assert min(sizes) > 1
        assert all(size == batch_size for size in sizes[:-1])
        assert sizes[-1] <= batch_size + 1

    def test_a_last_batch_of_one_joins_the_one_before(self):
        assert [len(batch.indices) for batch in plan(9, batch_size=4)] == [4, 5]
        assert [len(batch.indices) for batch in plan(10, batch_size=4)] == [4, 4, 2]

    def test_same_seed_and_epoch_same_plan_whatever_else_is_random(self):
        torch.manual_seed(1)
        first = plan(augmentation="flip_shift")
        torch.manual_seed(2)
        state = torch.get_rng_state()
        again = plan(augmentation="flip_shift")
        assert torch.equal(torch.get_rng_state(), state)
        for one, other in zip(first, again, strict=True):
            assert torch.equal(one.indices, other.indices)
            assert torch.equal(one.flips, other.flips)
            assert torch.equal(one.shifts, other.shifts)

    def test_other_epochs_and_seeds_have_other_orders(self):
        orders = [order(plan(seed=seed, epoch=epoch)) for seed in (0, 1) for epoch in (1, 2, 3)]
        assert len({tuple(one) for one in orders}) == 6

    def test_augmentation_leaves_the_order_alone(self):
        orders = [order(plan(augmentation=kind)) for kind in ("none", "flip", "flip_shift")]
        assert orders[0] == orders[1] == orders[2]

    def test_only_what_the_recipe_asks_for(self):
        assert plan()[0].flips is plan()[0].shifts is None
        assert plan(augmentation="flip")[0].shifts is None

    def test_half_are_flipped_and_shifts_reach_a_tenth_each_way(self):
        batches = plan(4000, augmentation="flip_shift")
        flips = torch.cat([batch.flips for batch in batches])
        shifts = torch.cat([batch.shifts for batch in batches])
        # four standard deviations of a fair coin
        assert abs(flips.double().mean() - 0.5) < 4 * 0.5 / 4000**0.5
        assert set(shifts.unique().tolist()) == set(range(-5, 6))
        assert shifts.double().mean(dim=0).abs().max() < 4 * 10**0.5 / 4000**0.5
