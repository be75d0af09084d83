"""The model of a cell, as it was trained where its weights were kept."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from bench import checkpoint
from bench.data import load_cell
from bench.engine import Trainer
from bench.execution import Execution
from bench.figures.pictures import Picture
from bench.home import Home
from bench.pixels import Batch, Pixels
from bench.specification import Specification, label
from registry.samples import Samples
from registry.split import Split

RULES = ("best", "last")


@dataclass(frozen=True, eq=False)
class Trained:
    """A cell's model, and what it takes to show it an image.

    Attributes
    ----------
    cell : str
        Identity.
    specification : Specification
        Of the cell.
    samples, split : Samples, Split
        Its data.
    model : nn.Module
        In evaluation mode, on the CPU.
    pixels : Pixels
        Prepares images as in training.
    epoch : int or None
        After which the weights were kept; None where there are none, and the model is as it was
        before training.
    """

    cell: str
    specification: Specification
    samples: Samples
    split: Split
    model: nn.Module
    pixels: Pixels
    epoch: int | None

    @property
    def title(self) -> str:
        """``resnet18/hfc``."""
        backbone = label("backbone", self.specification.backbone)
        return f"{backbone}/{label('attention', self.specification.attention)}"

    @property
    def state(self) -> str:
        """In words: after which epoch, or that it is untrained and why."""
        if self.epoch is None:
            return f"cell {self.cell[:8]} UNTRAINED: it kept no weights (ferbench run --keep best)"
        return f"cell {self.cell[:8]} after epoch {self.epoch}"

    def from_dataset(self, indices: list[int]) -> Tensor:
        """Network input (N, C, size, size) of images of the dataset."""
        return self.pixels.batch(Batch(torch.tensor(indices)))

    def from_picture(self, picture: Picture) -> Tensor:
        """Network input (1, C, size, size) of a picture, resized and normalised as in training."""
        channels = self.samples.images.shape[1]
        square = picture.grey[None] if channels == 1 else picture.pixels
        if len(square) < channels:  # a grey picture, for a model of colours
            square = square.repeat(channels, axis=0)
        pixels = torch.from_numpy(square).float()[None]
        return self.pixels.normalise(self.pixels.resize(pixels))


def load_trained(home: Home, cell: str, specification: Specification) -> Trained:
    """Build the model of a cell and put its kept weights in: those of the best epoch first.

    Raises
    ------
    RequestError
        The data is not there, or is not what the cell was trained on.
    """
    samples, split = load_cell(specification, home.roots)
    with torch.random.fork_rng(devices=[]):
        trainer = Trainer(specification, samples, split, Execution(device="cpu"))
    epoch = None
    for rule in RULES:
        state = checkpoint.load(home.runs.weights(cell, rule), cell)
        if state is not None:
            trainer.model.load_state_dict(state["model"])
            epoch = int(state["epoch"])
            break
    model = trainer.model.eval()
    return Trained(cell, specification, samples, split, model, trainer.pixels, epoch)
