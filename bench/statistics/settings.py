"""Which configurations a comparison is of: by attention, in each setting that they share."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bench.cells import SHORTEST
from bench.statistics.comparison import Across, Comparison, as_family, compare
from bench.statistics.intervals import Estimate
from bench.statistics.measured import Configuration
from bench.statistics.paired import Outcome
from bench.statistics.stored import configurations
from bench.store.models import Cell
from registry.errors import RequestError, nearest


@dataclass(frozen=True)
class Scope:
    """What of the store a comparison looks at; names with or without parameters, None for all."""

    rule: str = "best"
    matrix: str | None = None
    dataset: str | None = None
    backbone: str | None = None
    protocol: str | None = None

    def configurations(self, session: Session) -> tuple[Configuration, ...]:
        """Those within it."""
        wanted = {"dataset": self.dataset, "backbone": self.backbone, "protocol": self.protocol}
        within = [_is(kind, name) for kind, name in wanted.items() if name is not None]
        found = configurations(session, self.rule, self.matrix, within)
        if not found:
            self._refuse(session, wanted)
        return found

    def _refuse(self, session: Session, wanted: Mapping[str, str | None]) -> None:
        """Say which of the names nothing here has, if it is one of them."""
        for kind, name in wanted.items():
            known = set(session.scalars(select(getattr(Cell, kind)).distinct()))
            known |= {label.partition("(")[0] for label in known}
            if name is not None and name not in known:
                hint = nearest(name, known)
                raise RequestError(f"nothing was run here with the {kind} '{name}'{hint}")


def _is(kind: str, name: str) -> ColumnElement[bool]:
    """Whether a cell's label is this name, with parameters or without."""
    label = getattr(Cell, kind)
    return or_(label == name, label.startswith(f"{name}(", autoescape=True))


def compare_all(session: Session, names: Sequence[str], scope: Scope) -> tuple[Comparison, ...]:
    """The first against each of the others, in each setting that has the first; one family.

    Parameters
    ----------
    names : sequence of str
        Attention labels (``hfc``, ``hfc(radius=0.4)``) or identities of configurations.
    scope : Scope
        Where to look.

    Raises
    ------
    RequestError
        Fewer than two names, or one that nothing in the scope has.
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise RequestError("two or more different models are needed, such as: compare hfc none")
    found = scope.configurations(session)
    chosen = {name: named(found, name) for name in names}
    return against(session, chosen.pop(names[0]), chosen)


def against(
    session: Session, firsts: Sequence[Configuration], rivals: Mapping[str, Sequence[Configuration]]
) -> tuple[Comparison, ...]:
    """Each of the first against each rival in its setting; missing where there is none. A family.

    Parameters
    ----------
    firsts : sequence of Configuration
        One for each setting.
    rivals : mapping of str to sequence of Configuration
        By the name that was asked for.
    """
    return as_family(
        [
            _against(session, first, name, others)
            for first in firsts
            for name, others in rivals.items()
        ]
    )


def named(found: Iterable[Configuration], name: str) -> tuple[Configuration, ...]:
    """Configurations of that attention, or the one whose identity begins so.

    Raises
    ------
    RequestError
        There is none.
    """
    found = tuple(found)
    by_label = tuple(one for one in found if one.attention == name)
    if by_label:
        return by_label
    by_id = tuple(one for one in found if len(name) >= SHORTEST and one.id.startswith(name))
    if len(by_id) == 1:
        return by_id
    labels = {one.attention for one in found}
    raise RequestError(f"nothing was run here with the attention '{name}'{nearest(name, labels)}")


def _against(
    session: Session, first: Configuration, name: str, others: Sequence[Configuration]
) -> Comparison:
    """Against the one of the same setting; else against the only one of the same data."""
    same = [one for one in others if setting(one) == setting(first)]
    if not same and len(others) == 1 and others[0].id.startswith(name):
        same = [one for one in others if _data(one) == _data(first)]
    if not same:
        return _missing(first, name)
    compared = compare(session, first, same[0], tuple(_unlike(first, same[0])))
    if first.attention != same[0].attention:
        return compared
    return replace(compared, first=_by_id(first), second=_by_id(same[0]))


def _by_id(one: Configuration) -> str:
    """A name where the attention's alone would be both's."""
    return f"{one.attention} ({one.id[:6]})"


def setting(one: Configuration) -> str:
    """All that two configurations share that differ in their attention alone."""
    return json.dumps(_shared(one), sort_keys=True)


def _shared(one: Configuration) -> dict[str, Any]:
    aside = {"attention", "seed", "split_seed", "fold"}
    return one.specification.model_dump(mode="json", exclude=aside)


def _data(one: Configuration) -> tuple[str, str]:
    return one.data, one.protocol


def _unlike(first: Configuration, second: Configuration) -> Iterable[str]:
    mine, theirs = _shared(first), _shared(second)
    recipes = mine.pop("recipe"), theirs.pop("recipe")
    for ours, others in ((mine, theirs), recipes):
        for key, value in ours.items():
            if others[key] != value:
                yield key


def _missing(first: Configuration, name: str) -> Comparison:
    nothing = Outcome("", 0, why=f"'{name}' was not run in this setting")
    return Comparison(
        first.attention,
        name,
        first.dataset,
        first.protocol,
        first.backbone,
        first.rule,
        first.optimistic,
        (),
        (first.estimate(), Estimate(0, why="no result")),
        Estimate(0, why=nothing.why),
        0,
        len(first.runs) + len(first.missing),
        None,
        Across(replace(nothing, name="across runs")),
        replace(nothing, name="sign-flip across runs"),
        Across(replace(nothing, name="across images")),
    )
