"""A matrix file and the cells that it stands for."""

import itertools
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from bench.specification import KEYS, KINDS, Chosen, Specification, choose, specify
from registry.catalog import PROTOCOLS
from registry.errors import RequestError, nearest

SECTIONS = ("title", "reported", "base", "sweep", "exclude", "override")
Settings = dict[str, Any]


@dataclass(frozen=True)
class Matrix:
    """What a matrix file says.

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
        base = {key: value for key, value in self.base.items() if key not in settings}
        sweep = {key: value for key, value in self.sweep.items() if key not in settings}
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
        used: set[str] = set()
        cells: dict[str, Specification] = {}
        for settings in self._combinations():
            for whole in _every_fold(_join(settings, used)):
                cell = specify(whole, fingerprint)
                cells.setdefault(cell.id, cell)
        self._check_used(used)
        if not cells:
            raise RequestError(f"matrix '{self.name}' has no cell left: every one is excluded")
        return tuple(cells.values())

    def _combinations(self) -> Iterator[Settings]:
        for key in (*self.base, *self.sweep):
            _check_key(key)
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

    def _check_used(self, used: set[str]) -> None:
        for key in (*self.base, *self.sweep):
            kind, _, parameter = key.partition(".")
            if parameter and key not in used:
                chosen = self.sweep.get(kind, [self.base.get(kind)])
                names = sorted({_name(value) for value in chosen})
                known = {p for name in names for p in KINDS[kind].get(name).parameters.model_fields}
                raise RequestError(
                    f"'{key}': none of {', '.join(names)} has a parameter '{parameter}'"
                    + nearest(parameter, known)
                )


def load_matrix(name: str) -> Matrix:
    """A shipped matrix by its name, or a TOML file by its path.

    Raises
    ------
    RequestError
        There is no such matrix, or the file is not one; the message says where.
    """
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError(f"cannot read {path}: {error}") from None
        return _parse(path.stem, text, str(path))
    shipped = {matrix.name: matrix for matrix in shipped_matrices()}
    if name not in shipped:
        raise RequestError(f"there is no matrix '{name}'{nearest(name, shipped)}")
    return shipped[name]


def shipped_matrices() -> tuple[Matrix, ...]:
    """The matrices that come with the package, by name."""
    found = (file for file in files("jobs").joinpath("matrices").iterdir())
    tomls = sorted((f for f in found if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(
        _parse(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"), file.name)
        for file in tomls
    )


def _parse(name: str, text: str, where: str) -> Matrix:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{where}: {error}") from None
    for section in content:
        if section not in SECTIONS:
            hint = nearest(section, SECTIONS)
            raise RequestError(f"{where}: there is no section '{section}'{hint}")
    sweep = _flat(content.get("sweep", {}))
    for key, values in sweep.items():
        if not isinstance(values, list) or not values:
            raise RequestError(f"{where}: sweep of '{key}' is {values!r}: give a list of values")
    for override in content.get("override", []):
        if set(override) != {"when", "set"}:
            raise RequestError(f"{where}: an override has exactly 'when' and 'set'")
    return Matrix(
        name=name,
        title=content.get("title", ""),
        reported=content.get("reported"),
        base=_flat(content.get("base", {})),
        sweep=sweep,
        exclude=tuple(_flat(combination) for combination in content.get("exclude", [])),
        override=tuple(
            {part: _flat(settings) for part, settings in override.items()}
            for override in content.get("override", [])
        ),
    )


def _flat(table: Mapping[str, Any]) -> Settings:
    """Settings with one key each: ``attention.radius = 0.3`` is a table to TOML, a key to us.

    A component's table with ``name`` in it is a value and stays one.
    """
    flat: Settings = {}
    for key, value in table.items():
        if isinstance(value, Mapping) and "name" not in value:
            flat |= {f"{key}.{inner}": inner_value for inner, inner_value in value.items()}
        else:
            flat[key] = value
    return flat


def _check_key(key: str) -> None:
    kind, _, parameter = key.partition(".")
    if kind not in KEYS or (parameter and kind not in KINDS):
        raise RequestError(f"there is no setting '{key}'{nearest(kind, KEYS)}")


def _join(settings: Settings, used: set[str]) -> Settings:
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
            used.add(key)
            table = joined[kind] if isinstance(joined[kind], Mapping) else {"name": joined[kind]}
            joined[kind] = {parameter: value} | table
    return joined


def _every_fold(settings: Settings) -> Iterator[Settings]:
    """All folds of a protocol that has several, unless the settings name one."""
    if "fold" in settings or "protocol" not in settings:
        yield settings
        return
    chosen = choose("protocol", settings["protocol"])
    protocol = PROTOCOLS.get(chosen.name)
    for fold in range(protocol.folds(protocol.parse(chosen.parameters))):
        yield settings | {"fold": fold}


def _matches(settings: Settings, combination: Settings) -> bool:
    return all(_is_one_of(settings.get(key), value) for key, value in combination.items())


def _is_one_of(value: Any, wanted: Any) -> bool:
    options: Sequence[Any] = wanted if isinstance(wanted, list) else [wanted]
    return value in options or (isinstance(value, Mapping) and value.get("name") in options)


def _name(value: Any) -> str:
    return str(value.get("name") if isinstance(value, Mapping) else value)
