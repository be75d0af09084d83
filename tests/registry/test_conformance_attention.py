"""What every attention module must do, whoever wrote it.

A new component is tested by being registered: nothing here names one.
"""

import copy
import functools
import io
import pickle
import re

import pytest
import torch
from torch import Tensor, nn

from registry.catalog import BACKBONES, Attention, Backbone
from registry.model import build_model, find_sites, parameter_count
from registry.site import Position, Site
from tests.registry.components import (
    all_of,
    attempt,
    draw,
    every_attention,
    make,
    nudge,
    trained,
)


@every_attention
@pytest.mark.parametrize("channels", [16, 24, 64])
@pytest.mark.parametrize("size", [1, 2, 7, 8])
def test_attention_keeps_shape_and_type(component: Attention, channels: int, size: int) -> None:
    site = Site(channels, size, size)
    module = make(component, site)
    for mode in (True, False):
        module.train(mode)
        y = module(draw(site))
        assert y.shape == (4, channels, size, size)
        assert y.dtype == torch.float32
        assert y.isfinite().all()


@every_attention
@pytest.mark.parametrize(("height", "width"), [(7, 5), (1, 6), (6, 1), (8, 9)])
def test_attention_takes_maps_that_are_not_square_or_says_why_not(
    component: Attention, height: int, width: int
) -> None:
    site = Site(16, height, width)
    module, refusal = attempt(lambda: make(component, site))
    if refusal:
        assert f"{height} × {width}" in refusal
        return
    y = module(draw(site))
    assert y.shape == (4, 16, height, width)
    assert y.isfinite().all()


@every_attention
def test_attention_takes_maps_of_another_size_or_says_why_not(component: Attention) -> None:
    module = make(component, Site(16, 8, 8))
    x = draw(Site(16, 6, 6))
    y, refusal = attempt(lambda: module(x))
    if refusal:
        assert re.search("8 × 8.* 6 × 6", refusal)
        return
    assert y.shape == x.shape


@every_attention
@pytest.mark.parametrize(
    ("computed", "given"),
    [(half, given) for half in (torch.bfloat16, torch.float16) for given in (torch.float32, half)],
)
def test_attention_keeps_the_type_under_autocast(
    component: Attention, computed: torch.dtype, given: torch.dtype
) -> None:
    site = Site(32, 7, 7)
    module = make(component, site)
    for mode in (True, False):
        module.train(mode)
        x = draw(site).to(given).requires_grad_()
        with torch.autocast("cpu", computed):
            y = module(x)
        y.float().square().sum().backward()
        assert y.dtype == given
        for tensor in (y, x.grad, *(weight.grad for weight in module.parameters())):
            assert tensor is None or tensor.isfinite().all()


@every_attention
def test_attention_in_double_agrees_with_single(component: Attention) -> None:
    site = Site(32, 8, 8)
    module = trained(make(component, site), site)
    x = draw(site, seed=3)
    single = module(x)
    double = module.double()(x.double())
    assert double.dtype == torch.float64
    torch.testing.assert_close(single.double(), double, rtol=1e-3, atol=1e-4)


@every_attention
def test_attention_sends_gradients_to_every_parameter(component: Attention) -> None:
    site = Site(64, 8, 8)
    module = make(component, site)
    nudge(module)
    reached = dict.fromkeys((name for name, _ in module.named_parameters()), 0.0)
    # in evaluation too: before a batch norm a bias has no gradient in training, by design
    for mode in (True, False):
        module.train(mode)
        for seed in (1, 2):
            module.zero_grad()
            x = draw(site, seed=seed).requires_grad_()
            module(x).square().sum().backward()
            assert x.grad is not None
            assert x.grad.isfinite().all()
            for name, weight in module.named_parameters():
                if mode:
                    assert weight.grad is not None, name
                if weight.grad is not None:
                    assert weight.grad.isfinite().all(), name
                    reached[name] += weight.grad.abs().max().item()
    assert all(size > 0 for size in reached.values()), reached


@every_attention
@pytest.mark.parametrize("channels", [16, 24, 32, 64, 96, 160, 256])
def test_attention_counts_its_parameters(component: Attention, channels: int) -> None:
    site = Site(channels, 7, 7)
    assert component.count(site, component.parse({})) == parameter_count(make(component, site))


@every_attention
def test_attention_survives_state_dict_copy_and_pickle(component: Attention) -> None:
    site = Site(32, 8, 8)
    module = trained(make(component, site), site)
    x = draw(site, seed=3)
    expected = module(x)
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    other = make(component, site, seed=1).eval()
    other.load_state_dict(torch.load(file, weights_only=True))
    for twin in (other, copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        torch.testing.assert_close(twin(x), expected, rtol=0, atol=0)


@every_attention
def test_attention_treats_the_images_of_a_batch_alone_in_evaluation(component: Attention) -> None:
    site = Site(32, 8, 8)
    module = trained(make(component, site), site)
    x = draw(site, seed=3)
    for image in range(len(x)):
        torch.testing.assert_close(module(x[image, None])[0], module(x)[image])


@every_attention
def test_attention_trains_on_one_image_or_says_why_not(component: Attention) -> None:
    site = Site(32, 8, 8)
    module = make(component, site)
    x = draw(site, images=1)
    y, refusal = attempt(lambda: module(x), ValueError)
    if refusal:  # by a batch norm on pooled maps
        assert "more than 1 value per channel" in refusal
        assert any(isinstance(one, nn.BatchNorm1d | nn.BatchNorm2d) for one in module.modules())
        y = module.eval()(x)
    assert y.isfinite().all()


@every_attention
def test_attention_changes_no_input_and_draws_nothing(component: Attention) -> None:
    site = Site(32, 8, 8)
    module = make(component, site)
    x = draw(site)
    before, stream = x.clone(), torch.get_rng_state()
    module(x)
    assert torch.equal(x, before)
    assert torch.equal(torch.get_rng_state(), stream)


@functools.cache
def places(name: str) -> tuple[Site, ...]:
    """What an attention module finds in a backbone that is given small images."""
    backbone: Backbone = BACKBONES.get(name)
    model, positions = backbone.build(1, 7, backbone.parse({}))
    return find_sites(model, positions, channels=1, size=48)


@every_attention
@pytest.mark.parametrize("backbone", [one.name for one in all_of("backbone")])
def test_attention_fits_every_backbone(component: Attention, backbone: str) -> None:
    for site in places(backbone):
        module = make(component, site)
        x = draw(site, images=2).requires_grad_()
        module(x).square().mean().backward()
        for tensor in (x, *module.parameters()):
            assert tensor.grad is not None
            assert tensor.grad.isfinite().all()


class Small(nn.Module):
    """A backbone with a place before and after its one pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(1, 16, 3), nn.Conv2d(16, 16, 3)
        self.head = nn.Linear(16, 7)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.second(nn.functional.max_pool2d(self.first(x).relu(), 2))
        return torch.as_tensor(self.head(maps.mean((2, 3))))


@every_attention
def test_attention_trains_in_a_model(component: Attention) -> None:
    positions = (Position("first", 16), Position("second", 16))
    backbone = Backbone("backbone", "small", lambda *_: (Small(), positions), "", "")
    model = build_model(
        backbone,
        backbone.parse({}),
        component,
        component.parse({}),
        channels=1,
        classes=7,
        size=18,
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(2):
        loss = nn.functional.cross_entropy(model(torch.randn(4, 1, 18, 18)), torch.arange(4))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.isfinite().all(), name
