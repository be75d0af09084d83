"""What every backbone must do, whoever wrote it.

A new component is tested by being registered: nothing here names one.
"""

import pytest
import torch
from torch import Tensor, nn

from registry.catalog import Attention, Backbone
from registry.model import build_model, find_sites
from registry.site import Site
from tests.registry.components import (
    every_backbone,
)


@every_backbone
@pytest.mark.parametrize(("channels", "size"), [(1, 64), (3, 48)])
def test_backbone_gives_logits_and_its_positions(
    component: Backbone, channels: int, size: int
) -> None:
    model, positions = component.build(channels, 5, component.parse({}))
    assert positions
    assert len({position.path for position in positions}) == len(positions)
    sites = find_sites(model, positions, channels=channels, size=size)  # checks the channels
    assert [site.channels for site in sites] == [position.channels for position in positions]
    logits = model.eval()(torch.randn(2, channels, size, size))
    assert logits.shape == (2, 5)
    assert logits.isfinite().all()


class Scale(nn.Module):
    """An attention that counts how often it is passed."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(site.channels, 1, 1))
        self.passed = 0

    def forward(self, x: Tensor) -> Tensor:
        self.passed += 1
        return x * self.gain


@every_backbone
def test_backbone_trains_with_attention_at_each_position(component: Backbone) -> None:
    attention = Attention(
        "attention",
        "scale",
        lambda site, _: Scale(site),
        "",
        "",
        count=lambda site, _: site.channels,
    )
    model = build_model(
        component,
        component.parse({}),
        attention,
        attention.parse({}),
        channels=1,
        classes=7,
        size=64,
    )
    nn.functional.cross_entropy(model(torch.randn(2, 1, 64, 64)), torch.tensor([0, 6])).backward()
    inserted = [module for module in model.modules() if isinstance(module, Scale)]
    _, positions = component.build(1, 7, component.parse({}))
    assert [module.passed for module in inserted] == [1] * len(positions)
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name


@every_backbone
def test_backbone_is_drawn_from_the_seed(component: Backbone) -> None:
    states = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        states.append(component.build(1, 7, component.parse({}))[0].state_dict())
    first, same, other = states
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)
