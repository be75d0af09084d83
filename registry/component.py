"""A component is a named thing that can be swept; a registry finds it by its name."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from registry.errors import RequestError, nearest
from registry.plugins import Source, built_in, installed


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


@dataclass(frozen=True)
class Family(Generic[C]):
    """Components that are too many to register: each is made when its name is asked for.

    Attributes
    ----------
    pattern : str
        How such names look, for lists: ``"timm:NAME"``.
    mark : str
        What is in each of these names and in no other.
    make : Callable
        Gives the component of that name, or raises a `RequestError`.
    summary, citation : str
        One line each, for lists.
    examples : tuple[str, ...]
        Names that the conformance tests try.
    """

    pattern: str
    mark: str
    make: Callable[[str], C]
    summary: str
    citation: str
    examples: tuple[str, ...]


class Registry(Generic[C]):
    """Components of one kind, found by importing what may hold some when first asked.

    These are the modules of a package and, after those, the modules that other packages name under
    the entry point ``ferbench.KIND``. One that cannot be imported, or registers what cannot be, is
    left out as a whole and told in `problems`; all the others go on working.

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
        self._families: dict[str, Family[C]] = {}
        self._made: dict[str, C] = {}
        self._problems: list[str] = []
        self._discovered: set[str] = set()

    def add(self, component: C) -> None:
        """Register; a name or alias that is taken is a fault of whoever wrote the component."""
        if not component.build.__module__.startswith(f"{self.package}."):
            self._discover_built_in()  # so that the names of this package are taken first
        names = (component.name, *component.aliases)
        for name in names:
            if name in self._names:
                raise RequestError(
                    f"two {self.kind} components are called '{name}': "
                    f"{self._components[self._names[name]].build.__module__} and "
                    f"{component.build.__module__}"
                )
        self._names |= dict.fromkeys(names, component.name)
        self._components[component.name] = component

    def add_family(self, family: Family[C]) -> None:
        """Register a rule that makes components; see `Family`."""
        self._families[family.mark] = family

    def get(self, name: str) -> C:
        """The component of that name or alias.

        Raises
        ------
        RequestError
            No such component; the message offers the nearest right name, and tells which packages
            are left out.
        """
        self._discover()
        if name in self._names:
            return self._components[self._names[name]]
        for family in self._families.values():
            if family.mark in name:
                if name not in self._made:
                    self._made[name] = family.make(name)
                return self._made[name]
        left_out = "".join(f"\n{problem}" for problem in self._problems)
        raise RequestError(
            f"there is no {self.kind} '{name}'{nearest(name, self._names)}{left_out}"
        )

    def __iter__(self) -> Iterator[C]:
        self._discover()
        return iter(sorted(self._components.values(), key=lambda component: component.name))

    @property
    def families(self) -> tuple[Family[C], ...]:
        """The rules that make further components."""
        self._discover()
        return tuple(self._families.values())

    @property
    def problems(self) -> tuple[str, ...]:
        """A plain sentence for each module or package that is left out."""
        self._discover()
        return tuple(self._problems)

    def _discover(self) -> None:
        self._discover_built_in()
        if "installed" not in self._discovered:
            self._discovered.add("installed")
            for source in installed(f"ferbench.{self.kind}"):
                if self._read(source) and not self._has_any_of(source):
                    self._problems.append(f"{source.name} registers no {self.kind}")

    def _discover_built_in(self) -> None:
        if "built in" not in self._discovered:
            self._discovered.add("built in")
            for source in built_in(self.package):
                self._read(source)

    def _read(self, source: Source) -> bool:
        before = dict(self._components), dict(self._names), dict(self._families)
        try:
            source.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001  (a stranger's may raise anything)
            self._components, self._names, self._families = before
            told = error if isinstance(error, RequestError) else repr(error)
            self._problems.append(f"{source.name} is left out: {told}")
            return False
        return True

    def _has_any_of(self, source: Source) -> bool:
        makers = (
            *(component.build for component in self._components.values()),
            *(family.make for family in self._families.values()),
        )
        package = source.module.partition(".")[0]
        return any(make.__module__.partition(".")[0] == package for make in makers)
