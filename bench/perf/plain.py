"""The training loop that everybody writes, for the engine to be measured against.

PIL images, torchvision's transforms, a `DataLoader` with workers, float32, and the loss and the
number of right answers read back after every batch. Its workers live on between epochs, which not
everybody asks for, so that starting them is not held against it.
"""

import os

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from bench.engine import EVALUATION_BATCH, make_optimizer
from bench.model import model_of
from bench.perf.faces import FacesCell
from bench.perf.steps import CHANNELS, CLASSES, Task, finish
from bench.pixels import MAX_SHIFT

MOST_WORKERS = 4
#: Of the faces' pixels; what exactly is taken off and divided by costs nothing.
MEAN, DEVIATION = (0.5,), (0.25,)


class _Pictures(Dataset[tuple[Tensor, int]]):
    """PIL images with a transform, as torchvision's folder datasets give them."""

    def __init__(
        self, images: NDArray[np.uint8], labels: NDArray[np.int64], transform: v2.Transform
    ) -> None:
        self.pictures = [Image.fromarray(image[0]) for image in images]
        self.labels = labels.tolist()
        self.transform = transform

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(self.pictures[index]), self.labels[index]


def plain_epoch(cell: FacesCell, device: torch.device, threads: int) -> Task:
    """A task that trains one epoch of the cell's model, and evaluates the test part."""
    torch.set_num_threads(threads)
    model = model_of(cell.specification, CHANNELS, CLASSES).to(device)
    return epoch_of(model, cell, device)


def epoch_of(model: nn.Module, cell: FacesCell, device: torch.device) -> Task:
    """The same with a model that is there."""
    training, testing = (_loader(cell, part, device) for part in ("train", "test"))
    optimizer = make_optimizer(cell.specification.recipe, model)

    def run() -> None:
        _train(model, optimizer, training, device)
        _test(model, testing, device)
        finish(device)

    return run


def _loader(cell: FacesCell, part: str, device: torch.device) -> DataLoader[tuple[Tensor, int]]:
    recipe = cell.specification.recipe
    indices = cell.split.parts[part]
    to_input = [
        v2.Resize((recipe.size, recipe.size)),
        v2.ToImage(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize(MEAN, DEVIATION),
    ]
    augmented = [
        v2.RandomHorizontalFlip(),
        v2.RandomAffine(0, translate=(MAX_SHIFT, MAX_SHIFT)),
        *to_input,
    ]
    training = part == "train"
    return DataLoader(
        _Pictures(
            cell.samples.images[indices],
            cell.samples.labels[indices],
            v2.Compose(augmented if training else to_input),
        ),
        batch_size=recipe.batch_size if training else EVALUATION_BATCH,
        shuffle=training,
        num_workers=min(MOST_WORKERS, os.cpu_count() or 1),
        persistent_workers=True,
        pin_memory=device.type == "cuda",
    )


def _train(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    loader: DataLoader[tuple[Tensor, int]],
    device: torch.device,
) -> tuple[float, int]:
    """Loss summed over the images, and how many were right."""
    model.train()
    total, right = 0.0, 0
    for batch, targets in loader:
        images, labels = batch.to(device), targets.to(device)
        logits = model(images)
        loss = functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        right += int((logits.argmax(dim=1) == labels).sum().item())
    return total, right


def _test(
    model: nn.Module, loader: DataLoader[tuple[Tensor, int]], device: torch.device
) -> tuple[float, int]:
    """Loss summed over the images, and how many were right."""
    model.eval()
    total, right = 0.0, 0
    with torch.no_grad():
        for batch, targets in loader:
            images, labels = batch.to(device), targets.to(device)
            logits = model(images)
            total += functional.cross_entropy(logits, labels).item() * len(labels)
            right += int((logits.argmax(dim=1) == labels).sum().item())
    return total, right
