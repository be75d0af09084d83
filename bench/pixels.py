"""The images on the device as bytes; batches are cut, up-sampled and normalised there."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from bench.random import stream
from bench.specification import Recipe
from registry.samples import Samples
from registry.split import Split

#: How far a training image may be shifted each way, as a fraction of its side.
MAX_SHIFT = 0.1


class Pixels:
    """All images and labels of a dataset on one device.

    Parameters
    ----------
    samples, split : Samples, Split
        The training part gives the mean and deviation of ``standard`` normalisation.
    recipe : Recipe
        Says the input size, the interpolation and the normalisation.
    device : torch.device
        Where the bytes live: 981 crops of 48×48 are 2 MB, FER2013 is 83 MB.
    """

    def __init__(
        self, samples: Samples, split: Split, recipe: Recipe, device: torch.device
    ) -> None:
        self.images = torch.tensor(samples.images, device=device)
        self.labels = torch.tensor(samples.labels, device=device)
        #: What training aims at: classes (N,), or the raters' distributions (N, classes).
        self.targets = (
            self.labels
            if samples.distribution is None
            else torch.tensor(samples.distribution, device=device)
        )
        self.recipe = recipe
        self.mean, self.deviation = _statistics(samples, split)

    def batch(self, batch: Batch) -> Tensor:
        """Input of the network: float32 tensor, (B, C, size, size), channels last."""
        pixels = self.images[batch.indices].float().div_(255)
        if batch.flips is not None:
            pixels = torch.where(batch.flips[:, None, None, None], pixels.flip(-1), pixels)
        if batch.shifts is not None:
            pixels = shift(pixels, batch.shifts)
        return self.normalise(self.resize(pixels)).contiguous(memory_format=torch.channels_last)

    def resize(self, pixels: Tensor) -> Tensor:
        """Bring (B, C, H, W) to the recipe's input size."""
        size = (self.recipe.size, self.recipe.size)
        if pixels.shape[-2:] == size:
            return pixels
        mode = self.recipe.interpolation
        if mode == "nearest":
            return functional.interpolate(pixels, size, mode=mode)
        shrinks = self.recipe.size < max(pixels.shape[-2:])
        return functional.interpolate(pixels, size, mode=mode, antialias=shrinks)

    def normalise(self, pixels: Tensor) -> Tensor:
        """Apply the recipe's normalisation to pixels in [0, 1]."""
        if self.recipe.normalisation == "scale":
            return pixels
        if self.recipe.normalisation == "image":
            mean = pixels.mean(dim=(1, 2, 3), keepdim=True)
            deviation = pixels.std(dim=(1, 2, 3), keepdim=True)
            return (pixels - mean) / deviation.clamp_min(1e-6)
        return (pixels - self.mean) / self.deviation


def _statistics(samples: Samples, split: Split) -> tuple[float, float]:
    """Mean and deviation of the training part's pixels in [0, 1], from exact whole-number sums."""
    pixels = torch.from_numpy(samples.images[split.train]).long()
    count = pixels.numel()
    mean = pixels.sum().item() / count
    variance = pixels.square().sum().item() / count - mean * mean
    return mean / 255, max(variance, 1e-6) ** 0.5 / 255


def shift(pixels: Tensor, shifts: Tensor) -> Tensor:
    """Move each image of (B, C, H, W) down and right by whole pixels (B, 2), repeating the edge."""
    rows = torch.arange(pixels.shape[-2], device=pixels.device) - shifts[:, :1]
    columns = torch.arange(pixels.shape[-1], device=pixels.device) - shifts[:, 1:]
    images = torch.arange(len(pixels), device=pixels.device)[:, None, None]
    moved = pixels.permute(0, 2, 3, 1)[
        images,
        rows.clamp(0, pixels.shape[-2] - 1)[:, :, None],
        columns.clamp(0, pixels.shape[-1] - 1)[:, None, :],
    ]
    return moved.permute(0, 3, 1, 2)


@dataclass(frozen=True)
class Batch:
    """Which images go through the network together, and how each is augmented.

    Attributes
    ----------
    indices : int64 tensor, (B,)
        Into the dataset.
    flips : bool tensor, (B,), or None
        Which images are mirrored.
    shifts : int64 tensor, (B, 2), or None
        By how many pixels each image is moved down and right.
    """

    indices: Tensor
    flips: Tensor | None = None
    shifts: Tensor | None = None


def plan_epoch(
    train: Tensor, recipe: Recipe, seed: int, epoch: int, side: int, device: torch.device
) -> tuple[Batch, ...]:
    """Draw every random choice about the images of one epoch before it begins.

    They come from the seed and the epoch's number alone, so that a run resumed in mid-epoch sees
    the same batches. A last batch of a single image, which batch normalisation cannot take, joins
    the one before.
    """
    generator = torch.Generator().manual_seed(stream(seed, "epoch", epoch))
    order = train[torch.randperm(len(train), generator=generator)].to(device)
    flips = (torch.rand(len(train), generator=generator) < 0.5).to(device)
    reach = round(side * MAX_SHIFT)
    shifts = torch.randint(-reach, reach + 1, (len(train), 2), generator=generator).to(device)

    starts = list(range(0, len(train), recipe.batch_size))
    if len(starts) > 1 and len(train) - starts[-1] == 1:
        starts.pop()
    ends = [*starts[1:], len(train)]
    return tuple(
        Batch(
            order[start:end],
            None if recipe.augmentation == "none" else flips[start:end],
            shifts[start:end] if recipe.augmentation == "flip_shift" else None,
        )
        for start, end in zip(starts, ends, strict=True)
    )
