"""A model whose cost is asked for: a backbone with an attention, or without."""

from collections.abc import Iterable
from dataclasses import dataclass

from torch import nn

from bench.specification import Chosen, Specification, choose, label
from registry.catalog import ATTENTIONS, BACKBONES
from registry.model import build_model

#: Between backbone and attention, where a person types a model.
MARK = "/"
NONE = "none"


@dataclass(frozen=True)
class Model:
    """A backbone with an attention module at each of its positions.

    Attributes
    ----------
    backbone, attention : Chosen
        With every parameter written out.
    """

    backbone: Chosen
    attention: Chosen

    @property
    def label(self) -> str:
        """``resnet18/hfc(radius=0.4)``; the backbone alone where there is no attention."""
        backbone = label("backbone", self.backbone)
        if self.attention.name == NONE:
            return backbone
        return f"{backbone}{MARK}{label('attention', self.attention)}"

    @property
    def vanilla(self) -> "Model":
        """The same backbone without attention."""
        return Model(self.backbone, choose("attention", NONE))

    def build(self, channels: int, classes: int, size: int) -> nn.Module:
        """A model in evaluation mode, on the CPU, for images of channels × size × size.

        Raises
        ------
        RequestError
            The attention does not fit into the backbone at this size.
        """
        backbone = BACKBONES.get(self.backbone.name)
        attention = ATTENTIONS.get(self.attention.name)
        return build_model(
            backbone,
            backbone.parse(self.backbone.parameters),
            attention,
            attention.parse(self.attention.parameters),
            channels=channels,
            classes=classes,
            size=size,
        ).eval()


def parse_model(text: str) -> Model:
    """The model that ``BACKBONE`` or ``BACKBONE/ATTENTION`` names.

    Raises
    ------
    RequestError
        There is no such backbone or attention; the message offers the nearest.
    """
    backbone, mark, attention = text.partition(MARK)
    return Model(choose("backbone", backbone), choose("attention", attention if mark else NONE))


def models_of(specifications: Iterable[Specification]) -> tuple[Model, ...]:
    """The models of these cells, each once, in order."""
    models = (Model(cell.backbone, cell.attention) for cell in specifications)
    return tuple({model.label: model for model in models}.values())
