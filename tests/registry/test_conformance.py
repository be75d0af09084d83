"""What every attention module and every backbone must do, whoever wrote it.

A new component is tested by being registered: nothing here names one.
"""

import ast
import copy
import io
import json
import pickle
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import registry.attention
import registry.backbone
from registry.catalog import ATTENTIONS, BACKBONES, Attention, Backbone
from registry.component import Component, Search
from registry.model import build_model, find_sites, parameter_count
from registry.site import Site

every_attention = pytest.mark.parametrize("component", list(ATTENTIONS), ids=lambda one: one.name)
every_backbone = pytest.mark.parametrize("component", list(BACKBONES), ids=lambda one: one.name)
every_component = pytest.mark.parametrize(
    "component", [*ATTENTIONS, *BACKBONES], ids=lambda one: f"{one.kind}-{one.name}"
)


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


# --- attention ---


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
@pytest.mark.parametrize("given", [torch.float32, torch.bfloat16])
def test_attention_keeps_the_type_under_autocast(component: Attention, given: torch.dtype) -> None:
    site = Site(32, 7, 7)
    module = make(component, site)
    for mode in (True, False):
        module.train(mode)
        x = draw(site).to(given).requires_grad_()
        with torch.autocast("cpu", torch.bfloat16):
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
    if any(isinstance(layer, nn.BatchNorm1d) for layer in module.modules()):
        with pytest.raises(ValueError, match="more than 1 value per channel"):
            module(x)
    else:
        assert module(x).isfinite().all()


@every_attention
def test_attention_changes_no_input_and_draws_nothing(component: Attention) -> None:
    site = Site(32, 8, 8)
    module = make(component, site)
    x = draw(site)
    before, stream = x.clone(), torch.get_rng_state()
    module(x)
    assert torch.equal(x, before)
    assert torch.equal(torch.get_rng_state(), stream)


@every_attention
@pytest.mark.parametrize("backbone", list(BACKBONES), ids=lambda one: one.name)
def test_attention_fits_every_backbone(component: Attention, backbone: Backbone) -> None:
    model = build_model(
        backbone,
        backbone.parse({}),
        component,
        component.parse({}),
        channels=1,
        classes=7,
        size=48,
    )
    loss = nn.functional.cross_entropy(model(torch.randn(2, 1, 48, 48)), torch.tensor([0, 6]))
    loss.backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name


# --- backbones ---


@every_backbone
@pytest.mark.parametrize("channels", [1, 2, 3])
@pytest.mark.parametrize("size", [48, 64])
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


@every_backbone
def test_backbone_is_drawn_from_the_seed(component: Backbone) -> None:
    states = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        states.append(component.build(1, 7, component.parse({}))[0].state_dict())
    first, same, other = states
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


# --- what a component carries ---


@every_component
def test_component_is_documented(component: Component) -> None:
    assert len(component.summary) > 20
    assert len(component.summary) < 100
    assert not component.summary.endswith(".")
    assert len(component.citation) > 20
    assert component.version >= 1


@every_component
def test_component_parameters_are_complete_and_plain(component: Component) -> None:
    defaults = component.parse({})
    plain = json.loads(json.dumps(defaults.model_dump(mode="json"), allow_nan=False))
    assert component.parse(plain) == defaults
    assert set(plain) == set(component.parameters.model_fields)
    hash(defaults)


@every_component
def test_component_parameters_say_where_to_search(component: Component) -> None:
    for name, field in component.parameters.model_fields.items():
        kinds = set(plain_types(field.annotation))
        searches = [entry for entry in field.metadata if isinstance(entry, Search)]
        if kinds & {int, float} and not name.endswith("seed"):
            assert len(searches) == 1, f"{name} has no default range"
            for end in (searches[0].low, searches[0].high):
                component.parse({name: type(field.default)(end)})
            assert searches[0].low <= field.default <= searches[0].high
        else:
            assert not searches


def plain_types(annotation: Any) -> Iterator[Any]:
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return
    if not arguments:
        yield annotation
    for argument in arguments:
        yield from plain_types(argument)


# --- is anything left out? ---


def declared(package: Any, decorator: str) -> dict[str, str]:
    """Names in ``@decorator("name", …)`` in the package's files, without importing them."""
    names = {}
    for path in Path(package.__path__[0]).glob("*.py"):
        if path.name == "__init__.py":
            continue
        found = [
            call.args[0].value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            for call in node.decorator_list
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == decorator
            and isinstance(call.args[0], ast.Constant)
        ]
        assert found, f"{path.name} registers nothing"
        names.update(dict.fromkeys(map(str, found), path.name))
    return names


def covered_by(prefix: str) -> dict[str, set[str]]:
    """The components that each test of this file with that prefix is parametrised over."""
    tests = {}
    for name, test in vars(sys.modules[__name__]).items():
        if name.startswith(prefix):
            (mark,) = [mark for mark in test.pytestmark if mark.args[0] == "component"]
            tests[name] = {component.name for component in mark.args[1]}
    return tests


@pytest.mark.parametrize(
    ("package", "kind"), [(registry.attention, "attention"), (registry.backbone, "backbone")]
)
def test_nothing_registered_goes_untested(package: Any, kind: str) -> None:
    names = set(declared(package, kind))
    tests = {**covered_by(f"test_{kind}_"), **covered_by("test_component_")}
    assert len(tests) >= 5
    for test, covered in tests.items():
        assert names <= covered, f"{test} leaves out {sorted(names - covered)}"
