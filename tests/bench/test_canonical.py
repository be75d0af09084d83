"""One model, one identity: names and parameters that mean the same are the same cell."""

from typing import Any

import pytest

from registry.errors import RequestError
from tests.bench.builders import spec


@pytest.mark.parametrize("name", ["hfc", "lfc", "hfc_mean", "hfc_random"])
@pytest.mark.parametrize("profile", ["ideal", "gaussian"])
def test_an_order_counts_with_a_butterworth_profile_only(name: str, profile: str) -> None:
    def of(**parameters: Any) -> str:
        return spec(attention={"name": name, **parameters}).id

    assert of(profile=profile, order=5) == of(profile=profile)
    assert of(order=5, profile=profile) == of(profile=profile, order=7)
    assert of(profile="butterworth", order=5) != of(profile="butterworth")


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("ours+bam", "hfc+bam"),
        (" hfc + bam ", "hfc+bam"),
        ({"name": "hfc+se", "hfc_radius": 0.25, "se_reduction": 16}, "hfc+se"),
        ({"name": "ours+se", "hfc_order": 4}, "hfc+se"),
    ],
)
def test_a_stack_has_one_identity(one: Any, same: str) -> None:
    assert spec(attention=one).id == spec(attention=same).id
    assert spec(attention=one).attention.name == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hfc+se", "hfc"),
        ("hfc+se", "se+hfc"),
        ("se+se", "se"),
        ({"name": "hfc+se", "hfc_radius": 0.4}, "hfc+se"),
        ({"name": "hfc+hfc", "hfc_radius": 0.4}, {"name": "hfc+hfc", "hfc2_radius": 0.4}),
    ],
)
def test_stacks_that_differ_have_two(one: Any, other: Any) -> None:
    assert spec(attention=one).id != spec(attention=other).id


def test_a_stack_with_nothing_in_it_is_refused() -> None:
    with pytest.raises(RequestError, match=r"'none\+se': 'none' adds nothing, so leave it out"):
        spec(attention="none+se")


def test_weights_that_are_not_asked_for_say_nothing() -> None:
    plain = spec(backbone="timm:resnet18")
    assert spec(backbone={"name": "timm:resnet18", "tag": "a1_in1k"}).id == plain.id
    assert plain.id != spec(backbone="resnet18").id


def test_the_weights_that_timm_chooses_are_written_out() -> None:
    start = {"name": "timm:resnet18", "pretrained": True}
    chosen = spec(backbone=start).backbone.parameters["tag"]
    assert spec(backbone=start | {"tag": chosen}).id == spec(backbone=start).id
    assert spec(backbone=start | {"tag": "a2_in1k"}).id != spec(backbone=start).id
    with pytest.raises(RequestError, match=r"tag = 'best'.*there are: a1_in1k, a2_in1k"):
        spec(backbone=start | {"tag": "best"})
