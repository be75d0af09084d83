"""Backbones of timm: places between the stages, weights, and refusals before any training."""

from typing import Any

import pytest
import timm
import torch

from registry.catalog import ATTENTIONS, BACKBONES
from registry.errors import RequestError
from registry.model import build_model, find_sites, parameter_count

#: channels and side after each stage but the last for images of 64 × 64, by the papers' tables
PLACES = {
    # He et al. 2016, Table 1, and the stem before its max-pool
    "resnet18": [(64, 32), (64, 16), (128, 8), (256, 4)],
    # Liu et al. 2022, §2, in the widths of timm's smallest
    "convnext_atto": [(40, 16), (80, 8), (160, 4)],
    # Tan & Le 2019, Table 1: stages 2, 3, 4 and 6
    "efficientnet_b0": [(16, 32), (24, 16), (40, 8), (112, 4)],
    # Radosavovic et al. 2020, Table 5 of the appendix: 24, 56, 152, 368
    "regnetx_002": [(32, 32), (24, 16), (56, 8), (152, 4)],
}


def build(name: str, attention: str = "none", size: int = 64, **parameters: Any) -> Any:
    backbone, module = BACKBONES.get(f"timm:{name}"), ATTENTIONS.get(attention)
    return build_model(
        backbone,
        backbone.parse(parameters),
        module,
        module.parse({}),
        channels=1,
        classes=7,
        size=size,
    )


@pytest.mark.parametrize("name", PLACES)
def test_attention_stands_between_the_stages(name: str) -> None:
    component = BACKBONES.get(f"timm:{name}")
    model, positions = component.build(1, 7, component.parse({}))
    sites = find_sites(model, positions, channels=1, size=64)
    assert [(site.channels, site.height) for site in sites] == PLACES[name]


def test_resnet18_is_torchvisions_with_the_papers_places() -> None:
    assert parameter_count(build("resnet18")) == 11_173_831
    assert parameter_count(build("resnet18", "hfc")) == 11_173_831 + 708


@pytest.mark.parametrize("name", PLACES)
def test_without_attention_it_is_timms_model(name: str) -> None:
    torch.manual_seed(3)
    ours = build(name).eval()
    torch.manual_seed(3)
    theirs = timm.create_model(name, in_chans=1, num_classes=7).eval()
    images = torch.randn(2, 1, 64, 64)
    torch.testing.assert_close(ours(images), theirs(images), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("swin_tiny_patch4_window7_224", "its maps are NHWC, and attention here is for NCHW"),
        ("vit_tiny_patch16_224", r"does not take images of 64 × 64 .*doesn't match model \(224\)"),
        ("test_vit_relpos", "does not take images of 64 × 64"),
        ("hrnet_w18_small", "no sub-module 'stem'"),
        ("tresnet_m", "timm does not tell where its stages end"),
    ],
)
def test_a_model_without_maps_between_stages_is_refused(name: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        build(name, "se")


def test_tokens_are_no_map() -> None:
    with pytest.raises(RequestError, match=r"states 64 channels, but .* of shape \(1, 101, 64\)"):
        build("test_vit", "se", size=160)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("timm:convnext_ato", "timm has no such model; did you mean convnext_atto"),
        ("timm:zzzzzzzzzz", r"timm has no such model; see timm.list_models\(\)"),
        ("timm:resnet18.a1_in1k", "write 'timm:resnet18' .* pretrained = true and tag = 'a1_in1k'"),
        ("resnet81", "there is no backbone 'resnet81'; did you mean 'resnet18'"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(name: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        BACKBONES.get(name)


def test_the_published_weights_are_those_of_the_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bool]] = []
    create = timm.create_model

    def offline(name: str, pretrained: bool, **options: Any) -> Any:
        asked.append((name, pretrained))
        return create(name.partition(".")[0], **options)

    monkeypatch.setattr(timm, "create_model", offline)
    build("resnet18")
    build("resnet18", pretrained=True, tag="tv_in1k")
    assert asked == [("resnet18", False), ("resnet18.tv_in1k", True)]


def test_weights_that_cannot_be_had_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: Any, **__: Any) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(timm, "create_model", unreachable)
    with pytest.raises(RequestError, match=r"timm cannot make 'resnet18\..*': no route to host"):
        build("resnet18", pretrained=True)


def test_a_model_of_timm_without_weights_has_none_to_start_from() -> None:
    published = {name.partition(".")[0] for name in timm.list_pretrained()}
    name = next(name for name in timm.list_models() if name not in published)
    with pytest.raises(RequestError, match=r"tag = ''.*there are: none"):
        BACKBONES.get(f"timm:{name}").parse({"pretrained": True})
