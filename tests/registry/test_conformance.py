"""What every attention module and every backbone must do, whoever wrote it.

A new component is tested by being registered: nothing here names one.
"""

import ast
import copy
import functools
import importlib
import io
import json
import pickle
import re
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from registry.catalog import ATTENTIONS, BACKBONES, Attention, Backbone
from registry.component import Component, Registry, Search
from registry.errors import RequestError
from registry.model import build_model, find_sites, parameter_count
from registry.site import Position, Site

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


# --- backbones ---


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
    assert defaults == component.parameters()
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


def declared(package: str, decorator: str) -> set[str]:
    """Names in ``@decorator("name", …)`` in the package's files, without importing them."""
    names: set[str] = set()
    (folder,) = importlib.import_module(package).__path__
    for path in Path(folder).glob("*.py"):
        if path.name == "__init__.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = {
            str(call.args[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            for call in node.decorator_list
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id == decorator
            and isinstance(call.args[0], ast.Constant)
        }
        families = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and node.attr == "add_family"
        ]
        assert found or families, f"{path.name} registers nothing"
        names |= found
    return names


def covered_by(prefix: str) -> dict[str, set[str]]:
    """The components that each test of this file with that prefix is parametrised over."""
    tests = {}
    for name, test in vars(sys.modules[__name__]).items():
        if name.startswith(prefix):
            (mark,) = [mark for mark in test.pytestmark if mark.args[0] == "component"]
            tests[name] = {component.name for component in mark.args[1]}
    return tests


#: How many tests there are of each kind at least, beside those of all components.
LEAST = {"attention": 12, "backbone": 3}


@pytest.mark.parametrize("kind", REGISTRIES)
def test_nothing_registered_goes_untested(kind: str) -> None:
    registry = REGISTRIES[kind]
    assert registry.problems == ()
    assert all(family.examples for family in registry.families)
    names = {
        *declared(registry.package, kind),
        *(component.name for component in registry),
        *(registry.get(name).name for family in registry.families for name in family.examples),
    }
    own, shared = covered_by(f"test_{kind}_"), covered_by("test_component_")
    assert len(own) >= LEAST[kind]
    assert len(shared) >= 3
    for test, covered in (own | shared).items():
        assert names <= covered, f"{test} leaves out {sorted(names - covered)}"
