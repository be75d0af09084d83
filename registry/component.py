"""A component is a named thing that can be swept; a registry finds it by its name."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from registry.errors import RequestError, nearest


class Parameters(BaseModel):
    """Base of every component's parameters: frozen, complete, nothing unknown let in."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def parse(cls, values: Mapping[str, Any], owner: str) -> Self:
        """Validated parameters, or a plain sentence about the first wrong one.

        Raises
        ------
        RequestError
            An unknown parameter (with the nearest right name) or a value out of range.
        """
        for name in values:
            if name not in cls.model_fields:
                hint = nearest(name, cls.model_fields)
                raise RequestError(f"{owner} has no parameter '{name}'{hint}")
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"][:1]) or "parameters"
            given = first.get("input")
            raise RequestError(f"{owner}: {where} = {given!r}: {first['msg']}") from None


@dataclass(frozen=True)
class Search:
    """Default range of a numeric parameter in a study, as ``Annotated`` metadata.

    A categorical parameter needs none: its ``Literal`` is its range.
    """

    low: float
    high: float
    log: bool = False


class NoParameters(Parameters):
    """For components that have nothing to choose."""


@dataclass(frozen=True)
class Component:
    """What every registered thing carries, whatever its kind.

    Attributes
    ----------
    kind : str
        ``"attention"``, ``"backbone"``, ``"dataset"`` or ``"protocol"``.
    name : str
        The one name that identities, tables and files use.
    build : Callable
        Makes the thing; each kind states its signature in ``registry.catalog``.
    summary : str
        One line: the first of the docstring.
    citation : str
        Where it comes from.
    parameters : type[Parameters]
        Its parameters, with a default for each.
    version : int
        Goes up when the same parameters begin to mean another result; part of a cell's identity.
    aliases : tuple[str, ...]
        Other names that a person may type.
    """

    kind: str
    name: str
    build: Callable[..., Any]
    summary: str
    citation: str
    parameters: type[Parameters] = NoParameters
    version: int = 1
    aliases: tuple[str, ...] = ()

    def parse(self, values: Mapping[str, Any]) -> Parameters:
        """The component's own parameters from plain values; see `Parameters.parse`."""
        return self.parameters.parse(values, f"{self.kind} '{self.name}'")


C = TypeVar("C", bound=Component)


class Registry(Generic[C]):
    """Components of one kind, found by importing each module of a package when first asked.

    Parameters
    ----------
    kind : str
        What a component is called in messages.
    package : str
        The package whose modules register components, one component or family a file.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self.package = package
        self._components: dict[str, C] = {}
        self._names: dict[str, str] = {}
        self._discovered = False

    def add(self, component: C) -> None:
        """Register; a name or alias that is taken is a fault of whoever wrote the component."""
        for name in (component.name, *component.aliases):
            if name in self._names:
                raise RequestError(
                    f"two {self.kind} components are called '{name}': "
                    f"{self._components[self._names[name]].build.__module__} and "
                    f"{component.build.__module__}"
                )
            self._names[name] = component.name
        self._components[component.name] = component

    def get(self, name: str) -> C:
        """The component of that name or alias.

        Raises
        ------
        RequestError
            No such component; the message offers the nearest right name.
        """
        self._discover()
        if name not in self._names:
            raise RequestError(f"there is no {self.kind} '{name}'{nearest(name, self._names)}")
        return self._components[self._names[name]]

    def __iter__(self) -> Iterator[C]:
        self._discover()
        return iter(sorted(self._components.values(), key=lambda component: component.name))

    def _discover(self) -> None:
        if self._discovered:
            return
        self._discovered = True
        package = importlib.import_module(self.package)
        for module in pkgutil.iter_modules(package.__path__, prefix=f"{self.package}."):
            importlib.import_module(module.name)
