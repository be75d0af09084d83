"""The network that a specification names."""

from collections.abc import Iterable

import torch
from torch import nn

from bench.data import Roots, load_samples
from bench.specification import Specification
from registry.catalog import ATTENTIONS, BACKBONES
from registry.model import build_model, find_sites
from registry.site import Site


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


def check_models(cells: Iterable[Specification], roots: Roots) -> None:
    """Try each attention at each place of its backbone, without weights: a misfit is told here.

    Raises
    ------
    RequestError
        See `model_of`.
    """
    # A large matrix has many attentions on few backbones, and those take long to make.
    sites: dict[str, tuple[Site, ...]] = {}
    checked = set()
    for cell in {cell.configuration: cell for cell in cells}.values():
        channels = load_samples(cell.dataset, roots).images.shape[1]
        place = f"{cell.backbone} {cell.recipe.size} {channels}"
        if (key := f"{cell.attention} {place}") in checked:
            continue
        checked.add(key)
        with torch.device("meta"):
            if place not in sites:
                sites[place] = _sites(cell, channels)
            attention = ATTENTIONS.get(cell.attention.name)
            for site in sites[place]:
                attention.build(site, attention.parse(cell.attention.parameters))


def _sites(specification: Specification, channels: int) -> tuple[Site, ...]:
    backbone = BACKBONES.get(specification.backbone.name)
    parameters = backbone.parse(specification.backbone.parameters)
    # However many classes there are, no place of an attention knows of them.
    model, positions = backbone.build(channels, 2, parameters)
    return find_sites(model, positions, channels=channels, size=specification.recipe.size)


def model_key(specification: Specification) -> str:
    """The same text for every specification with the same network and input size."""
    chosen = (specification.backbone, specification.attention)
    return f"{[c.model_dump_json() for c in chosen]} {specification.recipe.size}"
