"""Several modules at each position, one after the other: ``hfc+se``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import create_model
from torch import nn

from registry.catalog import ATTENTIONS, Attention
from registry.component import Family, Parameters
from registry.errors import RequestError
from registry.site import Site

MARK = "+"
#: What one version number is multiplied by, to make room for the next one.
VERSIONS = 1000


@dataclass(frozen=True)
class Part:
    """One of the modules, and what its parameters are called in the stack.

    Attributes
    ----------
    prefix : str
        The module's name; with a number where it is not the first of that name.
    component : Attention
        The module.
    """

    prefix: str
    component: Attention

    def own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The module's parameters, by its own names, out of the stack's."""
        names = {f"{self.prefix}_{name}": name for name in self.component.parameters.model_fields}
        return {names[key]: value for key, value in values.items() if key in names}

    def among(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The module's parameters, by the names that they have in the stack."""
        return {f"{self.prefix}_{name}": value for name, value in values.items()}


class StackParameters(Parameters):
    """The parameters of all modules: ``hfc_radius`` is the ``radius`` of ``hfc``.

    Where a module is there twice, those of the second one begin with ``hfc2_``.
    """

    parts: ClassVar[tuple[Part, ...]] = ()

    @classmethod
    def parse(cls, values: Mapping[str, Any], owner: str) -> Self:
        """Each module's parameters as it would have them alone; see `Parameters.parse`."""
        parsed = dict(values)
        for part in cls.parts:
            own = part.component.parse(part.own(values))
            parsed |= part.among(own.model_dump())
        return super().parse(parsed, owner)


def stack(name: str) -> Attention:
    """The component of a name like ``hfc+se``.

    Raises
    ------
    RequestError
        There is no such module, or one that adds nothing.
    """
    parts = tuple(_parts(name))
    return Attention(
        kind="attention",
        name=MARK.join(part.component.name for part in parts),
        build=lambda site, parameters: _build(parts, site, parameters),
        summary=f"At each position, in this order: {', '.join(p.component.name for p in parts)}",
        citation="; ".join(part.component.citation for part in parts),
        parameters=_parameters(parts),
        version=_version(parts),
        count=lambda site, parameters: _count(parts, site, parameters),
    )


def _parts(name: str) -> Iterator[Part]:
    seen: dict[str, int] = {}
    for given in name.split(MARK):
        component = ATTENTIONS.get(given.strip())
        if component.name == "none":
            raise RequestError(f"attention '{name}': '{given}' adds nothing, so leave it out")
        seen[component.name] = number = seen.get(component.name, 0) + 1
        yield Part(component.name if number == 1 else f"{component.name}{number}", component)


def _parameters(parts: tuple[Part, ...]) -> type[Parameters]:
    fields: dict[str, Any] = {}
    for part in parts:
        own = part.component.parameters.model_fields
        named = part.among({name: (field.annotation, field) for name, field in own.items()})
        if clash := sorted(fields.keys() & named.keys()):
            raise RequestError(f"two modules of a stack have a parameter '{clash[0]}'")
        fields |= named
    base = type("StackParameters", (StackParameters,), {"parts": parts})
    return create_model("StackParameters", __base__=base, **fields)


def _version(parts: tuple[Part, ...]) -> int:
    """The versions of all modules, three digits each, so that whichever goes up shows."""
    version = 0
    for part in parts:
        version = version * VERSIONS + part.component.version
    return version


def _each(
    parts: tuple[Part, ...], parameters: Parameters
) -> Iterator[tuple[Attention, Parameters]]:
    values = parameters.model_dump()
    for part in parts:
        yield part.component, part.component.parse(part.own(values))


def _build(parts: tuple[Part, ...], site: Site, parameters: Parameters) -> nn.Module:
    return nn.Sequential(*(one.build(site, own) for one, own in _each(parts, parameters)))


def _count(parts: tuple[Part, ...], site: Site, parameters: Parameters) -> int:
    return sum(one.count(site, own) for one, own in _each(parts, parameters))


ATTENTIONS.add_family(
    Family(
        pattern="A+B",
        mark=MARK,
        make=stack,
        summary="Modules stacked at each position, in order; hfc_radius is the radius of hfc",
        citation="See each module's",
        examples=("hfc+se", "bam_original+ours+simam", "se+se"),
    )
)
