"""Every attention module and every backbone, and what tests of all of them share."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from registry.catalog import ATTENTIONS, BACKBONES, Attention
from registry.component import Registry
from registry.errors import RequestError
from registry.site import Site

REGISTRIES: dict[str, Registry[Any]] = {"attention": ATTENTIONS, "backbone": BACKBONES}


def all_of(kind: str) -> list[Any]:
    """Every registered component, and the examples of those that are made when asked for."""
    named = [name for family in REGISTRIES[kind].families for name in family.examples]
    return [*REGISTRIES[kind], *(REGISTRIES[kind].get(name) for name in named)]


def every(*kinds: str) -> pytest.MarkDecorator:
    components = [component for kind in kinds for component in all_of(kind)]
    return pytest.mark.parametrize("component", components, ids=lambda one: one.name)


every_attention = every("attention")
every_backbone = every("backbone")
every_component = every(*REGISTRIES)


def make(component: Attention, site: Site, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    module: nn.Module = component.build(site, component.parse({}))
    return module


def draw(site: Site, images: int = 4, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    shape = (images, site.channels, site.height, site.width)
    return torch.randn(shape, generator=generator)


def trained(module: nn.Module, site: Site) -> nn.Module:
    """The module after two batches, so that whatever statistics it keeps are not blank."""
    module.train()
    for seed in (1, 2):
        module(draw(site, seed=seed))
    return module.eval()


def attempt(action: Callable[[], Any], refusal: type[Exception] = RequestError) -> tuple[Any, str]:
    """What comes of it, or else what is said against it."""
    try:
        return action(), ""
    except refusal as error:
        return None, str(error)


def nudge(module: nn.Module) -> None:
    """Leave the first weights: where a layer starts at zero, nothing reaches those before it."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in module.parameters():
            weight.add_(0.1 * torch.randn(weight.shape, generator=generator))
