"""Reading a matrix from a TOML file."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.matrix import Matrix, Settings
from registry.errors import RequestError, nearest
from registry.reported import reported_table


class _Override(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    when: Settings
    set: Settings


class _File(BaseModel):
    """The sections of a matrix file; see `jobs.matrix.Matrix`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = ""
    reported: str | None = None
    base: Settings = {}
    sweep: Settings = {}
    exclude: list[Settings] = Field(default=[], description="[[exclude]]")
    override: list[_Override] = Field(default=[], description="[[override]]")


def load_matrix(name: str) -> Matrix:
    """A shipped matrix by its name, or a TOML file by its path.

    Raises
    ------
    RequestError
        There is no such matrix, or the file is not one; the message says where.
    """
    path = Path(name)
    shipped = {matrix.name: matrix for matrix in shipped_matrices()}
    if name in shipped and not path.is_file():
        return shipped[name]
    if not path.exists():
        missing = f"cannot read {path}: no such file"
        said = missing if path.suffix else f"there is no matrix '{name}'"
        raise RequestError(f"{said}{nearest(name, {*shipped, *_files_beside(path)})}")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"cannot read {path}: {error}") from None
    return _parse(path.stem, text, str(path))


def _files_beside(path: Path) -> list[str]:
    files = sorted(path.parent.glob("*.toml"))
    return [str(file) for file in files if file.name not in ("ferbench.toml", "pyproject.toml")]


def shipped_matrices() -> tuple[Matrix, ...]:
    """The matrices that come with the package, by name."""
    found = (file for file in files("jobs").joinpath("matrices").iterdir())
    tomls = sorted((f for f in found if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(
        _parse(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"), file.name)
        for file in tomls
    )


def _parse(name: str, text: str, where: str) -> Matrix:
    if name.startswith("."):  # its results lie in a folder of this name
        raise RequestError(f"{where}: a matrix's name cannot begin with a dot")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{where}: {error}") from None
    for section in content:
        if section not in _File.model_fields:
            hint = nearest(section, _File.model_fields)
            raise RequestError(f"{where}: there is no section '{section}'{hint}")
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RequestError(f"{where}: {place} = {first['input']!r}: {first['msg']}") from None
    if file.reported is not None:
        reported_table(file.reported)
    sweep = _flat(file.sweep)
    for key, values in sweep.items():
        if not isinstance(values, list) or not values:
            raise RequestError(f"{where}: sweep of '{key}' is {values!r}: give a list of values")
    return Matrix(
        name=name,
        title=file.title,
        reported=file.reported,
        base=_flat(file.base),
        sweep=sweep,
        exclude=tuple(_flat(combination) for combination in file.exclude),
        override=tuple(
            {"when": _flat(override.when), "set": _flat(override.set)} for override in file.override
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
