"""Reading a study from a TOML file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.specification import KINDS
from jobs.matrix import Settings, without
from jobs.study import Study
from jobs.study_space import read_range
from registry.errors import RequestError, nearest

#: A study's name becomes that of folders and files.
NAME = re.compile(r"\w[\w.-]*")


class StudyFile(BaseModel):
    """The sections of a study file, as they were written; see `jobs.study.Study`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str
    title: str = ""
    base: Settings
    space: dict[str, Any]
    sampler: str | dict[str, Any] = "tpe"
    pruner: str | dict[str, Any] = "none"
    objectives: list[str] = ["balanced_accuracy"]
    seeds: int = 1
    trials: int = 20
    seed: int = 0

    def with_settings(self, settings: Mapping[str, Any]) -> StudyFile:
        """The same with settings of its base replaced.

        Raises
        ------
        RequestError
            One is searched over, or is a list.
        """
        for key, value in settings.items():
            if key in self.space:
                raise RequestError(f"'{key}' is searched over: it cannot be set as well")
            if isinstance(value, list):
                raise RequestError(f"{key} = {value!r}: a study has one value for each setting")
        return self.model_copy(update={"base": without(settings, self.base) | dict(settings)})

    def study(
        self, *, name: str = "", trials: int | None = None, optimistic: bool = False
    ) -> Study:
        """The study that is meant; empty name and no trials leave the file's.

        Raises
        ------
        RequestError
            The message says what cannot be.
        """
        chosen = name or self.name
        if not NAME.fullmatch(chosen):
            raise RequestError(f"'{chosen}' is no name for a study: use letters, digits, - and _")
        space = {key: read_range(key, value, self.base, self.space) for key, value in self._space}
        try:
            return Study.model_validate(
                {
                    "name": chosen,
                    "title": self.title,
                    "base": self.base,
                    "space": space,
                    "sampler": _named(self.sampler),
                    "pruner": _named(self.pruner),
                    "objectives": tuple(self.objectives),
                    "seeds": self.seeds,
                    "trials": self.trials if trials is None else trials,
                    "seed": self.seed,
                    "optimistic": optimistic,
                }
            )
        except ValidationError as error:
            raise RequestError(f"study '{chosen}': {_sentence(error)}") from None

    @property
    def _space(self) -> list[tuple[str, Any]]:
        return list(self.space.items())


def load_study_file(name: str) -> StudyFile:
    """A shipped study by its name, or a TOML file by its path.

    Raises
    ------
    RequestError
        There is no such study, or the file is not one; the message says where.
    """
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError(f"cannot read {path}: {error}") from None
        return _parse(path.stem, text, str(path))
    shipped = {study.name: study for study in shipped_studies()}
    if name not in shipped:
        raise RequestError(f"there is no study '{name}'{nearest(name, shipped)}")
    return shipped[name]


def shipped_studies() -> tuple[StudyFile, ...]:
    """The studies that come with the package, by name."""
    found = (file for file in files("jobs").joinpath("studies").iterdir())
    tomls = sorted((f for f in found if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(
        _parse(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8"), file.name)
        for file in tomls
    )


def _parse(name: str, text: str, where: str) -> StudyFile:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{where}: {error}") from None
    known = set(StudyFile.model_fields) - {"name"}
    for section in content:
        if section not in known:
            raise RequestError(f"{where}: there is no section '{section}'{nearest(section, known)}")
    for section in ("base", "space"):
        if not isinstance(content.get(section), Mapping):
            raise RequestError(f"{where}: the section [{section}] is missing")
    content |= {section: _flat(content[section]) for section in ("base", "space")}
    try:
        return StudyFile.model_validate(content | {"name": name})
    except ValidationError as error:
        raise RequestError(f"{where}: {_sentence(error)}") from None


def _named(value: str | dict[str, Any]) -> dict[str, Any]:
    return {"name": value} if isinstance(value, str) else value


def _flat(table: Mapping[str, Any]) -> Settings:
    """``attention.radius = {}`` is a table in a table to TOML, and one key to us."""
    flat: Settings = {}
    for key, value in table.items():
        if key in KINDS and isinstance(value, Mapping) and "name" not in value:
            flat |= {f"{key}.{inner}": inner_value for inner, inner_value in value.items()}
        else:
            flat[key] = value
    return flat


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    return f"{place} = {first['input']!r}: {reason}" if place else reason
