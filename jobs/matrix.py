"""A matrix, and the cells that it stands for."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.specification import (
    KEYS,
    KINDS,
    SEEDS,
    Chosen,
    Specification,
    folds_of,
    repeat,
    specify,
)
from registry.errors import RequestError, nearest

Settings = dict[str, Any]


@dataclass(frozen=True)
class Matrix:
    """Settings, and what is swept over; `jobs.matrix_file` reads one.

    Attributes
    ----------
    name, title : str
        The name under which results are found again; one line on what is asked.
    reported : str or None
        The reported table that stands beside the results, as ``paper.table``.
    base : dict
        Settings of every cell.
    sweep : dict
        Settings with a list of values each; every combination is a cell.
    exclude : tuple of dict
        Combinations to leave out; a list means any of its values.
    override : tuple of dict
        ``when`` (a combination) and ``set`` (base settings that differ there).
    """

    name: str
    title: str = ""
    reported: str | None = None
    base: Settings = field(default_factory=dict)
    sweep: dict[str, list[Any]] = field(default_factory=dict)
    exclude: tuple[Settings, ...] = ()
    override: tuple[Settings, ...] = ()

    def with_settings(self, settings: Mapping[str, Any]) -> "Matrix":
        """The matrix with some keys set: a list is swept over, anything else holds for all cells.

        What is set this way comes before the file's overrides.
        """
        base = without(settings, self.base)
        sweep = {
            key: [_stripped(settings, key, value) for value in values]
            for key, values in self.sweep.items()
            if key not in settings
        }
        for key, value in settings.items():
            sweep[key] = value if isinstance(value, list) else [value]
        return Matrix(
            self.name, self.title, self.reported, base, sweep, self.exclude, self.override
        )

    def specifications(self, fingerprint: Callable[[Chosen], str]) -> tuple[Specification, ...]:
        """Every cell, in order, each once.

        Parameters
        ----------
        fingerprint : callable
            Gives the content fingerprint of a chosen dataset.

        Raises
        ------
        RequestError
            A key, a name or a value that cannot be, or a parameter that no component takes.
        """
        cells: dict[str, Specification] = {}
        # seeds are most of a large matrix: the rest is done once
        made: dict[str, tuple[Specification, int]] = {}
        for settings in self._combinations():
            seeds = {key: settings.pop(key) for key in SEEDS if key in settings}
            rest = repr(settings)
            if rest not in made:
                example = specify(_join(settings), fingerprint)
                made[rest] = (example, folds_of(example))
            example, folds = made[rest]
            for each in _every_fold(folds, seeds):
                cell = repeat(example, each)
                cells.setdefault(cell.id, cell)
        self._check_parameters()
        if not cells:
            raise RequestError(f"matrix '{self.name}' has no cell left: every one is excluded")
        return tuple(cells.values())

    def _combinations(self) -> Iterator[Settings]:
        for settings in (self.base, self.sweep, *self.exclude, *self._overriding()):
            for key, value in settings.items():
                _check_key(key)
                _check_names(key, value)
        for values in itertools.product(*self.sweep.values()):
            swept = dict(zip(self.sweep, values, strict=True))
            settings = self.base | swept
            if any(_matches(settings, combination) for combination in self.exclude):
                continue
            for override in self.override:
                if _matches(settings, override["when"]):
                    differing = override["set"].items()
                    settings |= {key: value for key, value in differing if key not in swept}
            yield settings

    def _overriding(self) -> Iterator[Settings]:
        for override in self.override:
            yield from (override["when"], override["set"])

    def _check_parameters(self) -> None:
        """Each ``kind.parameter`` is one of a component that the matrix has somewhere."""
        sets = [override["set"] for override in self.override]
        for key in itertools.chain(self.base, self.sweep, *sets):
            kind, _, parameter = key.partition(".")
            if not parameter:
                continue
            chosen = self.sweep.get(kind) or [table.get(kind) for table in (self.base, *sets)]
            names = sorted({_name(value) for value in chosen if value is not None})
            known = {p for name in names for p in KINDS[kind].get(name).parameters.model_fields}
            if names and parameter not in known:
                raise RequestError(
                    f"'{key}': none of {', '.join(names)} has a parameter '{parameter}'"
                    + nearest(parameter, known)
                )


def _check_key(key: str) -> None:
    kind, _, parameter = key.partition(".")
    if kind not in KEYS or (parameter and kind not in KINDS):
        raise RequestError(f"there is no setting '{key}'{nearest(kind, KEYS)}")


def _check_names(key: str, value: Any) -> None:
    if key in KINDS:
        for option in value if isinstance(value, list) else [value]:
            KINDS[key].get(_name(option))


def _join(settings: Settings) -> Settings:
    """Put each ``kind.parameter`` into its component, where the component has that parameter.

    One sweep may hold components with and without it (``none`` has no radius): the parameter then
    says nothing about those without, and the cells that differ in it alone are one.
    """
    joined: Settings = {key: value for key, value in settings.items() if "." not in key}
    for key, value in settings.items():
        kind, _, parameter = key.partition(".")
        if not parameter or kind not in joined:
            continue
        component = KINDS[kind].get(_name(joined[kind]))
        if parameter in component.parameters.model_fields:
            table = joined[kind] if isinstance(joined[kind], Mapping) else {"name": joined[kind]}
            joined[kind] = {parameter: value} | table
    return joined


def without(settings: Mapping[str, Any], base: Settings) -> Settings:
    """What is left of a base where these settings come before it."""
    return {
        key: _stripped(settings, key, value) for key, value in base.items() if key not in settings
    }


def _stripped(settings: Mapping[str, Any], kind: str, value: Any) -> Any:
    """A component's table without the parameters that ``kind.parameter`` settings replace."""
    if not isinstance(value, Mapping):
        return value
    return {key: inner for key, inner in value.items() if f"{kind}.{key}" not in settings}


def _every_fold(folds: int, seeds: Settings) -> Iterator[Settings]:
    """All folds of a protocol that has several, unless the seeds name one."""
    if "fold" in seeds:
        yield seeds
        return
    for fold in range(folds):
        yield seeds | {"fold": fold}


def _matches(settings: Settings, combination: Settings) -> bool:
    return all(_is_one_of(key, settings.get(key), value) for key, value in combination.items())


def _is_one_of(key: str, value: Any, wanted: Any) -> bool:
    options: Sequence[Any] = wanted if isinstance(wanted, list) else [wanted]
    if key not in KINDS or value is None:
        return value in options
    # A plain name means the component by any of its names, whatever its parameters.
    own = KINDS[key].get(_name(value)).name
    names = [KINDS[key].get(option).name for option in options if isinstance(option, str)]
    return value in options or own in names


def _name(value: Any) -> str:
    return str(value.get("name") if isinstance(value, Mapping) else value)
