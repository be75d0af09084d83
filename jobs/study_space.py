"""What a study searches over: ranges as they are written, and those that components declare."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from bench.specification import KINDS, SEEDS, Recipe, choose
from jobs.matrix import Settings
from jobs.study import Choice, Numeric, Range
from registry.component import Search
from registry.errors import RequestError, nearest

#: What is measured; values on another of these cannot be compared.
MEASURED_ON = ("dataset", "protocol")
#: Values of a range that a grid takes where the file does not say how many.
POINTS = 5


class _Written(BaseModel):
    """A range as a file has it; what is left out is as the component declares it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    low: float | None = None
    high: float | None = None
    log: bool | None = None
    each: Literal["position"] | None = None
    points: int | None = None


@dataclass(frozen=True)
class _Domain:
    """What a setting can be: numbers, or some values; and the range that is declared for it."""

    whole: bool = False
    many: bool = False
    choices: tuple[Any, ...] = ()
    search: Search | None = None


def read_range(key: str, written: Any, base: Settings, space: Mapping[str, Any]) -> Range:
    """One entry of a study's space.

    Parameters
    ----------
    written : list or mapping
        Values to choose from; or ``low``, ``high``, ``log``, ``points``, ``each`` of a range.
    base, space : mapping
        The study's, which say whose parameter it is.

    Raises
    ------
    RequestError
        There is no such setting, it is no such thing, or the range holds nothing.
    """
    domain = _domain(key, base, space)
    if isinstance(written, list):
        return _choice(key, written, domain)
    if not isinstance(written, Mapping):
        raise RequestError(
            f"space of '{key}' is {written!r}: give a list of values, or {{ low = …, high = … }}"
        )
    if domain.choices:
        if written:
            raise RequestError(
                f"'{key}' is one of {_listed(domain.choices)}, no range: give a list of them, or "
                "{} for all"
            )
        return _choice(key, list(domain.choices), domain)
    return _numeric(key, _parse(key, written), domain)


def _choice(key: str, values: list[Any], domain: _Domain) -> Choice:
    if not domain.choices:
        raise RequestError(
            f"'{key}' is a number, no categorical: give {{ low = …, high = … }} in place of a list"
        )
    for value in values:
        _check_allowed(key, value, domain.choices)
    if len(values) < 2 or len(set(map(repr, values))) < len(values):
        raise RequestError(f"space of '{key}' is {values!r}: give two different values or more")
    return Choice(choices=tuple(values))


def _check_allowed(key: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if key in KINDS:
        if not isinstance(value, str):
            raise RequestError(f"space of '{key}': {value!r} is no name")
        KINDS[key].get(value)
    elif value not in allowed or isinstance(value, bool) != isinstance(allowed[0], bool):
        hint = nearest(str(value), map(str, allowed))
        raise RequestError(f"'{key}' cannot be {value!r}{hint}")


def _numeric(key: str, written: _Written, domain: _Domain) -> Numeric:
    search = domain.search
    low = written.low if written.low is not None else search.low if search else None
    high = written.high if written.high is not None else search.high if search else None
    if low is None or high is None:
        raise RequestError(f"no range is declared for '{key}': give {{ low = …, high = … }}")
    log = written.log if written.log is not None else bool(search and search.log)
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise RequestError(f"the range of '{key}' is empty: {low} is not below {high}")
    if log and low <= 0:
        raise RequestError(f"the range of '{key}' is logarithmic: {low} is not above 0")
    if domain.whole and (low != int(low) or high != int(high)):
        raise RequestError(f"'{key}' is a whole number: {low} to {high} is no range of it")
    positions = None
    if written.each is not None:
        if not domain.many:
            raise RequestError(f"'{key}' is one number for all positions, not one for each")
        positions = 0  # until the backbone is known
    points = _points(low, high, log, domain.whole, written.points or POINTS)
    return Numeric(
        low=low, high=high, log=log, whole=domain.whole, positions=positions, points=points
    )


def _points(low: float, high: float, log: bool, whole: bool, count: int) -> tuple[float, ...]:
    """Values for a grid, the ends among them."""
    if count < 2:
        raise RequestError(f"points = {count}: a range has two ends at least")
    first, last = (math.log(low), math.log(high)) if log else (low, high)
    steps = [first + (last - first) * i / (count - 1) for i in range(1, count - 1)]
    # As a person would write them: a 0.49999999999999994 would be another cell than a matrix's 0.5.
    between = [float(f"{math.exp(step) if log else step:.9g}") for step in steps]
    values = [low, *between, high]
    return tuple(dict.fromkeys(float(round(v)) if whole else float(v) for v in values))


def _parse(key: str, written: Mapping[str, Any]) -> _Written:
    for name in written:
        if name not in _Written.model_fields:
            raise RequestError(
                f"space of '{key}': there is no '{name}'{nearest(name, _Written.model_fields)}"
            )
    try:
        return _Written.model_validate(dict(written))
    except ValidationError as error:
        first = error.errors()[0]
        raise RequestError(
            f"space of '{key}': {first['loc'][0]} = {first['input']!r}: {first['msg']}"
        ) from None


def _domain(key: str, base: Settings, space: Mapping[str, Any]) -> _Domain:
    kind, _, parameter = key.partition(".")
    if key in SEEDS or key in MEASURED_ON:
        raise RequestError(f"'{key}' is no parameter to tune: it says what is measured")
    if key in KINDS:
        return _Domain(choices=tuple(component.name for component in KINDS[key]))
    if not parameter and key in Recipe.model_fields:
        return _domain_of(Recipe.model_fields[key])
    if not parameter or kind not in KINDS:
        known = [*Recipe.model_fields, *(k for k in KINDS if k not in MEASURED_ON)]
        raise RequestError(f"there is no setting '{key}' to search{nearest(key, known)}")
    names = _names(kind, base, space)
    fields = {
        name: field
        for component in names
        for name, field in KINDS[kind].get(component).parameters.model_fields.items()
    }
    if parameter not in fields:
        owners = " or ".join(f"'{name}'" for name in names)
        raise RequestError(
            f"{kind} {owners} has no parameter '{parameter}'{nearest(parameter, fields)}"
        )
    return _domain_of(fields[parameter])


def _names(kind: str, base: Settings, space: Mapping[str, Any]) -> list[str]:
    """The components of that kind that the study has."""
    if kind in space and isinstance(space[kind], list):
        return [str(name) for name in space[kind]]
    if kind in space:
        return [component.name for component in KINDS[kind]]
    if kind not in base:
        raise RequestError(f"'{kind}' is not set")
    return [choose(kind, base[kind]).name]


def _domain_of(field: FieldInfo) -> _Domain:
    search = next((m for m in field.metadata if isinstance(m, Search)), None)
    kinds = list(_alternatives(field.annotation))
    for kind in kinds:
        if get_origin(kind) is Literal:
            return _Domain(choices=get_args(kind))
    if bool in kinds:
        return _Domain(choices=(False, True))
    many = any(get_origin(kind) in (tuple, list) for kind in kinds)
    return _Domain(whole=float not in kinds, many=many, search=search)


def _alternatives(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [kind for part in get_args(annotation) for kind in _alternatives(part)]
    return [annotation]


def _listed(values: tuple[Any, ...]) -> str:
    return ", ".join(map(str, values))
