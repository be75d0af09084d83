"""What a list of cells will cost on this machine."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from bench.data import Roots, load_cell
from bench.model import model_key, model_of
from bench.specification import Specification
from registry.samples import Samples

#: Images in the timed step; a real batch takes somewhat less time per image.
TIMED_BATCH = 4
#: A forward pass is about a third of a training step.
FORWARD_SHARE = 1 / 3


@dataclass(frozen=True)
class Estimate:
    """Cost of training, rough: one step of each model is timed in float32 on one CPU thread.

    Attributes
    ----------
    images : int
        Passes of an image through training.
    seconds : float
        Of one thread.
    """

    images: int
    seconds: float


def estimate(cells: Sequence[Specification], roots: Roots) -> Estimate:
    """Time a step of each different model among the cells, and count the images."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several wait for each other where the machine is busy
    try:
        return _estimate(cells, roots)
    finally:
        torch.set_num_threads(threads)


def _estimate(cells: Sequence[Specification], roots: Roots) -> Estimate:
    timed: dict[str, float] = {}
    images, seconds = 0, 0.0
    for cell in cells:
        samples, split = load_cell(cell, roots)
        key = model_key(cell)
        if key not in timed:
            timed[key] = _seconds_per_image(cell, samples)
        trained = len(split.train)
        watched = sum(len(indices) for indices in split.parts.values()) - trained
        images += trained * cell.recipe.epochs
        seconds += timed[key] * (trained + FORWARD_SHARE * watched) * cell.recipe.epochs
    return Estimate(images, seconds)


def _seconds_per_image(cell: Specification, samples: Samples) -> float:
    channels = samples.images.shape[1]
    model = model_of(cell, channels, len(samples.classes))
    images = torch.randn(TIMED_BATCH, channels, cell.recipe.size, cell.recipe.size)
    seconds = []
    for _ in range(2):  # the first step also pays for what is set up once
        started = time.perf_counter()
        model(images).square().mean().backward()
        seconds.append(time.perf_counter() - started)
    return min(seconds) / TIMED_BATCH
