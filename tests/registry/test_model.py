"""What `build_model` makes, counted by hand and compared with torchvision's own models."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.error import URLError

import pytest
import torch
import torchvision
from torch import Tensor, nn
from torchvision.models import MobileNet_V2_Weights, ResNet18_Weights, WeightsEnum

from registry.catalog import ATTENTIONS, BACKBONES, Backbone
from registry.errors import RequestError
from registry.model import attention_parameter_count, build_model, find_sites, parameter_count
from registry.site import Position

#: channels and side of the map at each position for images of 224 × 224 (§3: 112 at the first)
PLACES = {
    "resnet18": [(64, 112), (64, 56), (128, 28), (256, 14)],
    "mobilenet_v2": [(32, 112), (16, 112), (24, 56), (32, 28), (64, 14), (96, 14), (160, 7)],
}


def build(
    backbone: str,
    attention: str = "none",
    *,
    channels: int = 1,
    classes: int = 7,
    size: int = 48,
    pretrained: bool = False,
    **parameters: Any,
) -> nn.Module:
    one, other = BACKBONES.get(backbone), ATTENTIONS.get(attention)
    return build_model(
        one,
        one.parse({"pretrained": pretrained}),
        other,
        other.parse(parameters),
        channels=channels,
        classes=classes,
        size=size,
    )


@pytest.mark.parametrize(
    ("backbone", "attention", "total"),
    [
        # Table 2: 11.17M, +708, +23,808 and 2.23M, +767, +11,192
        ("resnet18", "none", 11_173_831),
        ("resnet18", "hfc", 11_173_831 + 708),
        ("resnet18", "bam", 11_173_831 + 23_808),
        ("resnet18", "bam_original", 11_173_831 + 24_164),
        ("mobilenet_v2", "none", 2_232_263),
        ("mobilenet_v2", "hfc", 2_232_263 + 767),
        ("mobilenet_v2", "bam", 2_232_263 + 11_192),
        ("mobilenet_v2", "bam_original", 2_232_263 + 11_485),
        # one more 7 × 7 kernel a position for each further pair
        ("resnet18", "hfc_lfc", 11_173_831 + 708 + 4 * 49),
        ("mobilenet_v2", "hfc_lfc_hl", 2_232_263 + 767 + 2 * 7 * 49),
        ("resnet18", "hfc_mean", 11_173_831 + 708),
        ("mobilenet_v2", "hfc_random", 2_232_263 + 767),
    ],
)
def test_models_have_the_papers_parameters(backbone: str, attention: str, total: int) -> None:
    plain = build(backbone)
    _, positions = BACKBONES.get(backbone).build(1, 7, BACKBONES.get(backbone).parse({}))
    sites = find_sites(plain, positions, channels=1, size=48)
    component = ATTENTIONS.get(attention)
    added = attention_parameter_count(component, component.parse({}), sites)
    assert parameter_count(build(backbone, attention)) == total
    assert parameter_count(plain) + added == total


def test_three_colours_cost_two_more_stem_kernels() -> None:
    assert parameter_count(build("resnet18", channels=3)) == 11_180_103


@pytest.mark.parametrize("backbone", PLACES)
def test_attention_stands_between_the_blocks(backbone: str) -> None:
    component = BACKBONES.get(backbone)
    model, positions = component.build(1, 7, component.parse({}))
    sites = find_sites(model, positions, channels=1, size=224)
    assert [(site.channels, site.height) for site in sites] == PLACES[backbone]
    assert all(site.height == site.width and site.count == len(sites) for site in sites)
    assert [site.index for site in sites] == list(range(len(sites)))


def test_attention_follows_the_last_block_of_each_width() -> None:
    # blocks of a width have one shape, so that only the next block's tells which is the last
    component = BACKBONES.get("mobilenet_v2")
    model, positions = component.build(1, 7, component.parse({}))
    for position in positions:
        index = int(position.path.removeprefix("features."))
        following = (Position(f"features.{index + 1}", 0),)
        with pytest.raises(RequestError) as told:
            find_sites(model, following, channels=1, size=48)
        assert f"shape (1, {position.channels}," not in str(told.value)


@pytest.mark.parametrize("backbone", PLACES)
def test_each_module_is_passed_once_and_in_order(backbone: str) -> None:
    model = build(backbone, "hfc", size=64).eval()
    seen: list[tuple[str, int, int]] = []

    def note(name: str) -> Callable[..., None]:
        return lambda _module, inputs, _output: seen.append((name, *inputs[0].shape[1:3]))

    for name, module in model.named_modules():
        if name.endswith(".attention"):
            module.register_forward_hook(note(name))
    model(torch.zeros(1, 1, 64, 64))
    # maps of 64 × 64 images are 3.5 times smaller than those of 224 × 224
    assert [(channels, side) for _, channels, side in seen] == [
        (channels, side * 2 // 7) for channels, side in PLACES[backbone]
    ]
    assert len({name for name, *_ in seen}) == len(seen)


def test_what_attention_gives_is_what_the_next_block_gets() -> None:
    model = build("resnet18", "bam").eval()
    given: dict[str, Tensor] = {}

    def note(name: str, of_input: bool) -> Callable[..., None]:
        def hook(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            given[name] = inputs[0] if of_input else output

        return hook

    for before, after in [("relu", "maxpool"), ("layer1", "layer2"), ("layer3", "layer4")]:
        model.get_submodule(f"{before}.attention").register_forward_hook(note(before, False))
        model.get_submodule(f"{before}.block").register_forward_hook(note("block", False))
        model.get_submodule(after).register_forward_hook(note(after, True))
        model(torch.randn(2, 1, 48, 48))
        assert given[before] is given[after]
        assert not torch.equal(given[before], given["block"])


@pytest.mark.parametrize("backbone", PLACES)
def test_without_attention_it_is_torchvisions_model(backbone: str) -> None:
    torch.manual_seed(3)
    ours = build(backbone, channels=3).eval()
    torch.manual_seed(3)
    theirs = getattr(torchvision.models, backbone)(num_classes=7).eval()
    assert list(ours.state_dict()) == list(theirs.state_dict())
    images = torch.randn(2, 3, 48, 48)
    torch.testing.assert_close(ours(images), theirs(images), rtol=0, atol=0)


@pytest.mark.parametrize("backbone", PLACES)
def test_a_grey_stem_is_drawn_as_torchvision_draws(backbone: str) -> None:
    stem = next(iter(build(backbone).parameters()))
    fan_out = stem.shape[0] * stem.shape[2] * stem.shape[3]
    spread = (2 / fan_out) ** 0.5
    assert stem.shape[1] == 1
    assert stem.std().item() == pytest.approx(spread, rel=4 / (2 * stem.numel()) ** 0.5)
    assert stem.abs().max() > 2 * spread  # normal: a uniform one would end at √3


@pytest.mark.parametrize("backbone", PLACES)
def test_insertion_leaves_the_backbone_as_it_was_drawn(backbone: str) -> None:
    torch.manual_seed(11)
    plain = build(backbone).state_dict()
    for attention in ("hfc", "bam_original", "hfc_mean"):
        torch.manual_seed(11)
        state = build(backbone, attention).state_dict()
        own = {
            name.replace(".block.", "."): value
            for name, value in state.items()
            if ".attention." not in name
        }
        assert list(own) == list(plain)
        # running statistics and counts of batches are among these
        assert all(torch.equal(own[name], plain[name]) for name in plain)


def test_a_model_is_built_in_training_mode_without_hooks() -> None:
    model = build("resnet18", "hfc")
    assert all(module.training for module in model.modules())
    assert not any(module._forward_hooks for module in model.modules())


def test_each_position_gets_its_own_radius() -> None:
    with pytest.raises(RequestError, match="radius has 2 values, but the backbone has 4"):
        build("resnet18", "hfc", radius=(0.1, 0.2))
    model = build("resnet18", "hfc", radius=(0.1, 0.2, 0.3, 0.4))
    radii = [
        model.get_submodule(f"{path}.attention").filter.radius  # type: ignore[union-attr]  # a dataclass on a module
        for path in ("relu", "layer1", "layer2", "layer3")
    ]
    assert radii == [0.1, 0.2, 0.3, 0.4]


class Twice(nn.Module):
    """A backbone whose activation is shared, as in many written by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.act = nn.ReLU()
        self.unused = nn.Conv2d(4, 4, 1)
        self.head = nn.Linear(4, 7)

    def forward(self, x: Tensor) -> Tensor:
        pooled = self.act(self.act(self.conv(x))).mean((2, 3))
        return torch.as_tensor(self.head(pooled))


@pytest.mark.parametrize(
    ("position", "message"),
    [
        (Position("stem", 4), "no sub-module 'stem'"),
        (Position("conv", 8), r"'conv' states 8 channels, but what leaves it is .*4, 48, 48"),
        (Position("act", 4), "'act' is passed 2 times"),
        (Position("unused", 4), "'unused' is passed 0 times"),
        (Position("head", 7), r"'head' states 7 channels, but what leaves it is of shape \(1, 7\)"),
    ],
)
def test_a_position_that_is_not_what_it_states_is_refused(position: Position, message: str) -> None:
    faulty: Backbone = replace(
        BACKBONES.get("resnet18"), build=lambda *_: (Twice(), (position,)), name="twice"
    )
    hfc = ATTENTIONS.get("hfc")
    with pytest.raises(RequestError, match=message):
        build_model(faulty, faulty.parse({}), hfc, hfc.parse({}), channels=1, classes=7, size=48)


# --- published weights; there is no network here, so that random ones stand in for them ---

PUBLISHED: dict[str, WeightsEnum] = {
    "resnet18": ResNet18_Weights.IMAGENET1K_V1,
    "mobilenet_v2": MobileNet_V2_Weights.IMAGENET1K_V1,
}


@pytest.fixture
def published(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> nn.Module:
    """A 3-channel model of 1000 classes, whose state dict is what torchvision 'downloads'."""
    torch.manual_seed(5)
    model: nn.Module = getattr(torchvision.models, request.param)().eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None
            module.running_mean.normal_(std=0.1)

    def get_state_dict(self: WeightsEnum, **_: object) -> dict[str, Tensor]:
        assert self is PUBLISHED[request.param]
        return model.state_dict()

    monkeypatch.setattr(type(PUBLISHED[request.param]), "get_state_dict", get_state_dict)
    return model


def features(model: nn.Module, images: Tensor) -> Tensor:
    """What enters the last layer."""
    kept: list[Tensor] = []
    last = [module for module in model.modules() if isinstance(module, nn.Linear)][-1]
    handle = last.register_forward_hook(lambda _module, inputs, _output: kept.append(inputs[0]))
    model.eval()(images)
    handle.remove()
    return kept[0]


@pytest.mark.parametrize("published", PUBLISHED, indirect=True)
def test_grey_gives_what_grey_thrice_gave(
    published: nn.Module, request: pytest.FixtureRequest
) -> None:
    backbone = request.node.callspec.params["published"]
    grey = torch.rand(2, 1, 64, 64)
    thrice = grey.expand(-1, 3, -1, -1)
    expected = features(published, thrice)
    assert expected.std() > 0
    torch.testing.assert_close(
        features(build(backbone, pretrained=True), grey), expected, rtol=1e-4, atol=1e-4
    )
    colour = build(backbone, channels=3, pretrained=True)
    torch.testing.assert_close(features(colour, thrice), expected, rtol=0, atol=0)
    assert colour(thrice).shape == (2, 7)
    with pytest.raises(RequestError, match="3 channels, or 1 of grey levels, not 2"):
        build(backbone, channels=2, pretrained=True)


@pytest.mark.parametrize("published", ["resnet18"], indirect=True)
def test_published_weights_stay_under_attention(published: nn.Module) -> None:
    model = build("resnet18", "hfc", pretrained=True)
    kernels = published.get_parameter("layer1.0.conv1.weight")
    assert torch.equal(model.get_parameter("layer1.block.0.conv1.weight"), kernels)


@pytest.mark.parametrize("error", [URLError("no route to host"), RuntimeError("invalid hash")])
def test_weights_that_cannot_be_had_are_told(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_state_dict(self: WeightsEnum, **_: object) -> None:
        raise error

    monkeypatch.setattr(ResNet18_Weights, "get_state_dict", get_state_dict)
    with pytest.raises(RequestError, match=r"ResNet18_Weights.IMAGENET1K_V1 cannot be had from"):
        build("resnet18", pretrained=True)
