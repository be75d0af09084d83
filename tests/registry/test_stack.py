"""Stacked modules: the parts, in order, with the parameters that each would have alone."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from registry.attention.stack import stack
from registry.catalog import ATTENTIONS
from registry.component import Search
from registry.errors import RequestError
from registry.site import Site

SITE = Site(32, 8, 8)


def make(name: str, **parameters: Any) -> Any:
    component = ATTENTIONS.get(name)
    return component.build(SITE, component.parse(parameters))


def test_a_stack_is_its_parts_in_order() -> None:
    torch.manual_seed(0)
    both = make("hfc+se", hfc_radius=0.4, se_reduction=4)
    torch.manual_seed(0)
    first, second = make("hfc", radius=0.4), make("se", reduction=4)
    x = torch.randn(2, 32, 8, 8)
    torch.testing.assert_close(both(x), second(first(x)), rtol=0, atol=0)
    assert not torch.allclose(both(x), first(second(x)))


def test_counts_add_up() -> None:
    # C + 49 of Table 2, and 2C²/r + C/r + C
    component = ATTENTIONS.get("ours+se")
    assert component.count(SITE, component.parse({})) == (32 + 49) + (2 * 32 * 2 + 2 + 32)


def test_a_module_twice_has_its_own_parameters_twice() -> None:
    component = ATTENTIONS.get("se+se")
    assert set(component.parameters.model_fields) == {"se_reduction", "se2_reduction"}
    first, second = make("se+se", se2_reduction=2)
    assert first.fc1.out_channels == 32 // 16
    assert second.fc1.out_channels == 32 // 2


def test_parameters_keep_their_ranges() -> None:
    fields = ATTENTIONS.get("simam+hfc").parameters.model_fields
    assert [one for one in fields["simam_e_lambda"].metadata if isinstance(one, Search)] == [
        Search(1e-6, 1e-1, log=True)
    ]


def test_parameters_are_canonical_as_they_would_be_alone() -> None:
    component = ATTENTIONS.get("se+hfc")
    assert component.parse({"hfc_order": 7}) == component.parse({})
    many = component.parse({"hfc_radius": [0.1, 0.2]})
    assert many.model_dump(mode="json")["hfc_radius"] == [0.1, 0.2]


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("hfc+se", {"radius": 0.3}, r"'hfc\+se' has no parameter 'radius'; did you mean 'hfc_ra"),
        ("hfc+se", {"hfc_radius": 2}, "attention 'hfc': radius = 2: Input should be less than 1"),
        ("hfc+es", {}, "no attention 'es'; did you mean"),
        ("hfc+", {}, "no attention ''"),
        ("vanilla+se", {}, "'vanilla' adds nothing"),
    ],
)
def test_what_cannot_be_stacked_is_told(name: str, values: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        ATTENTIONS.get(name).parse(values)


def test_the_version_shows_each_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    hfc, se = ATTENTIONS.get("hfc"), ATTENTIONS.get("se")
    known = {"hfc": hfc, "se": se}
    monkeypatch.setattr(ATTENTIONS, "get", known.__getitem__)
    versions = set()
    for one, other in [(1, 1), (2, 1), (1, 2), (2, 2), (1, 12), (11, 2)]:
        known |= {"hfc": replace(hfc, version=one), "se": replace(se, version=other)}
        versions.add(stack("hfc+se").version)
    assert len(versions) == 6
