"""The network that a specification names."""

from torch import nn

from bench.specification import Specification
from registry.catalog import ATTENTIONS, BACKBONES
from registry.model import build_model


def model_of(specification: Specification, channels: int, classes: int) -> nn.Module:
    """Build it; the weights are drawn from PyTorch's random state as it is.

    Raises
    ------
    RequestError
        The attention does not fit into the backbone at this input size.
    """
    backbone = BACKBONES.get(specification.backbone.name)
    attention = ATTENTIONS.get(specification.attention.name)
    return build_model(
        backbone,
        backbone.parse(specification.backbone.parameters),
        attention,
        attention.parse(specification.attention.parameters),
        channels=channels,
        classes=classes,
        size=specification.recipe.size,
    )


def model_key(specification: Specification) -> str:
    """The same text for every specification with the same network and input size."""
    chosen = (specification.backbone, specification.attention)
    return f"{[c.model_dump_json() for c in chosen]} {specification.recipe.size}"
