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
#: Seconds after which no model is timed, unless it is the first of its backbone.
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
    rates = _rates([alike[0] for alike in repeats.values()], roots)
    sizes: dict[str, tuple[int, int]] = {}
    images, seconds = 0, 0.0
    for alike in repeats.values():
        cell = alike[0]
        split = f"{cell.dataset} {cell.protocol} {cell.fold}"
        if split not in sizes:
            sizes[split] = _sizes(cell, roots)
        trained, watched = sizes[split]
        epochs = len(alike) * cell.recipe.epochs
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
    models = {model_key(cell): cell for cell in cells}
    timed: dict[str, dict[str, float]] = defaultdict(dict)
    started = time.perf_counter()
    for key, cell in _in_turns(models):
        alike = timed[_backbone(cell)]
        if not alike or time.perf_counter() - started < PATIENCE:
            alike[key] = _seconds_per_image(cell, load_samples(cell.dataset, roots))
    means = {backbone: fmean(alike.values()) for backbone, alike in timed.items()}
    return {
        key: timed[_backbone(cell)].get(key, means[_backbone(cell)]) for key, cell in models.items()
    }


def _in_turns(models: dict[str, Specification]) -> list[tuple[str, Specification]]:
    """The models, one of each backbone before a second of any."""
    alike: dict[str, list[tuple[str, Specification]]] = defaultdict(list)
    for key, cell in models.items():
        alike[_backbone(cell)].append((key, cell))
    return [model for turn in zip_longest(*alike.values()) for model in turn if model]


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
