"""A step of training and of inference on made-up images that lie on the device."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.engine import make_optimizer
from bench.precision import mixed
from bench.specification import Recipe

#: What is timed; and who is told what is being measured.
Task = Callable[[], object]
Say = Callable[[str], None]

CHANNELS, CLASSES = 1, 7


def made_up(batch: int, size: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Images (batch, 1, size, size), channels last, and labels (batch,)."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(batch, CHANNELS, size, size, generator=generator)
    labels = torch.randint(CLASSES, (batch,), generator=generator)
    return images.to(device, memory_format=torch.channels_last), labels.to(device)


def learner(model: nn.Module, recipe: Recipe) -> Callable[[Tensor, Tensor], None]:
    """A function that makes one step of the recipe's optimizer on images and labels."""
    optimizer = make_optimizer(recipe, model)

    def learn(images: Tensor, labels: Tensor) -> None:
        with mixed(recipe.precision, images.device):
            loss = functional.cross_entropy(model(images).float(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return learn


def training(model: nn.Module, recipe: Recipe, images: Tensor, labels: Tensor) -> Task:
    """One step on these images; over when the device is done."""
    learn = learner(model, recipe)

    def run() -> None:
        model.train()
        learn(images, labels)
        finish(images.device)

    return run


def inference(model: nn.Module, recipe: Recipe, images: Tensor) -> Task:
    """One forward pass over these images; over when the device is done."""

    def run() -> None:
        model.eval()
        with torch.inference_mode(), mixed(recipe.precision, images.device):
            model(images)
        finish(images.device)

    return run


def finish(device: torch.device) -> None:
    """Wait until a GPU has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
