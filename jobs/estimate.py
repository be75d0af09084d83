"""What a list of cells will cost on this machine."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import fmean

import torch

from bench.data import Roots, load_cell, load_samples
from bench.model import model_key, model_of
from bench.specification import Specification
from registry.samples import Samples

#: Images in a timed step; a real batch takes somewhat less time per image.
TIMED_BATCH = 2
#: A forward pass is about a third of a training step.
FORWARD_SHARE = 1 / 3
#: Seconds of timing after which only a backbone that has not had its turn is timed: one of each is
#: first.
PATIENCE = 0.5


@dataclass(frozen=True)
class Estimate:
    """Cost of training, rough: a step of some models is timed in float32 on one CPU thread.

    Attributes
    ----------
    images : int
        Passes of an image through training, where all split seeds make parts of one size.
    seconds : float
        Of one thread.
    """

    images: int
    seconds: float


def estimate(cells: Sequence[Specification], roots: Roots) -> Estimate:
    """Count the images, and time a step of models among the cells.

    Each backbone is timed at each input size, with as many of its attentions as there is patience
    for; those left over count as the mean of the others.
    """
    repeats: dict[tuple[str, int], list[Specification]] = defaultdict(list)
    for cell in cells:
        repeats[cell.configuration, cell.fold].append(cell)
    rates = _rates([first for first, *_ in repeats.values()], roots)
    sizes: dict[str, tuple[int, int]] = {}
    images, seconds = 0, 0.0
    for cell, *others in repeats.values():
        split = f"{cell.dataset} {cell.protocol} {cell.fold}"
        if split not in sizes:
            sizes[split] = _sizes(cell, roots)
        trained, watched = sizes[split]
        epochs = (1 + len(others)) * cell.recipe.epochs
        images += epochs * trained
        seconds += epochs * rates[model_key(cell)] * (trained + FORWARD_SHARE * watched)
    return Estimate(images, seconds)


def _sizes(cell: Specification, roots: Roots) -> tuple[int, int]:
    """Images that are trained on, and images that are watched, in each epoch."""
    _, split = load_cell(cell, roots)
    trained = len(split.train)
    return trained, sum(len(indices) for indices in split.parts.values()) - trained


def _rates(cells: Sequence[Specification], roots: Roots) -> dict[str, float]:
    """Seconds that an image takes in training, by model."""
    models: dict[str, dict[str, Specification]] = defaultdict(dict)
    for cell in cells:
        models[_backbone(cell)][model_key(cell)] = cell
    timed: dict[str, dict[str, float]] = defaultdict(dict)
    started = time.perf_counter()
    for one_of_each in zip_longest(*(alike.values() for alike in models.values())):
        for cell in filter(None, one_of_each):
            alike = timed[_backbone(cell)]
            if not alike or time.perf_counter() - started < PATIENCE:
                alike[model_key(cell)] = _seconds_per_image(cell, load_samples(cell.dataset, roots))
    rates: dict[str, float] = {}
    for backbone, keys in models.items():
        rates |= dict.fromkeys(keys, fmean(timed[backbone].values())) | timed[backbone]
    return rates


def _backbone(cell: Specification) -> str:
    return f"{cell.backbone} {cell.recipe.size}"


def _seconds_per_image(cell: Specification, samples: Samples) -> float:
    channels = samples.images.shape[1]
    model = model_of(cell, channels, len(samples.classes))
    images = torch.randn(TIMED_BATCH, channels, cell.recipe.size, cell.recipe.size)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several wait for each other where the machine is busy
    try:
        started = time.perf_counter()
        model(images).square().mean().backward()
        return (time.perf_counter() - started) / TIMED_BATCH
    finally:
        torch.set_num_threads(threads)
