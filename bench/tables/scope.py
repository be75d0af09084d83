"""Which configurations of a store stand in a table, and in which order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from bench.statistics.measured import Configuration
from bench.tables.layout import DIMENSIONS, Layout
from registry.reported import ReportedTable, reported_table

#: Characters that tell two contents of a dataset apart.
_SHORT = 8


@dataclass(frozen=True)
class Place:
    """Where a configuration stands; without one, the table asks for what was never run."""

    labels: Mapping[str, str]
    setting: str
    configuration: Configuration | None


def chosen(
    layout: Layout, found: Iterable[Configuration], aside: Sequence[str] = ()
) -> list[Configuration]:
    """Those that the layout's ``only`` lets in, whatever they are in the dimensions set aside."""
    return [
        one
        for one in found
        if all(
            dimension in aside or any(_is(getattr(one, dimension), name) for name in names)
            for dimension, names in layout.only.items()
        )
    ]


def places(layout: Layout, found: Sequence[Configuration]) -> list[Place]:
    """Each of them, and what a reported table prints in between and was not run; in order."""
    placed = [
        Place(labels_of(one), setting, one)
        for group in _alike(found).values()
        for one, setting in zip(group, _settings(group), strict=True)
    ]
    placed += [Place(labels, "", None) for labels in _not_run(layout, found)]
    return sorted(placed, key=lambda place: _order(layout, place))


def labels_of(one: Configuration) -> dict[str, str]:
    """Its names by dimension."""
    return {dimension: getattr(one, dimension) for dimension in DIMENSIONS}


def _is(label: str, name: str) -> bool:
    return label == name or label.startswith(f"{name}(")


def _alike(found: Sequence[Configuration]) -> dict[tuple[str, ...], list[Configuration]]:
    """By their names; more than one where data or recipe differ."""
    groups = defaultdict(list)
    for one in found:
        groups[tuple(labels_of(one).values())].append(one)
    return groups


def _settings(group: Sequence[Configuration]) -> list[str]:
    """What each has that not all of them have."""
    flat = [_flat(one.specification.model_dump(mode="json")) for one in group]
    keys = [
        key
        for key in dict.fromkeys(key for each in flat for key in each)
        if key not in ("seed", "split_seed", "fold")
        and len({repr(each.get(key)) for each in flat}) > 1
    ]
    return [", ".join(f"{key}={_short(key, each.get(key))}" for key in keys) for each in flat]


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, "" if key == "recipe" else f"{before}{key}.")
        else:
            flat[before + key] = value
    return flat


def _short(key: str, value: Any) -> str:
    return str(value)[:_SHORT] if key == "data" else str(value)


def _not_run(layout: Layout, found: Sequence[Configuration]) -> list[dict[str, str]]:
    """What the reported table prints, the layout asks for, and no configuration stands for."""
    if layout.reported is None:
        return []
    table = reported_table(layout.reported)
    done = {(one.protocol, *_names(one)) for one in found}
    protocols = sorted({one.protocol for one in found}) or _asked_protocols(layout, table)
    return [
        {**row, "protocol": protocol}
        for protocol, row in product(protocols, _rows(table))
        if all(_wanted(layout, found, dimension, name) for dimension, name in row.items())
        and (protocol, *row.values()) not in done
    ]


def _rows(table: ReportedTable) -> list[dict[str, str]]:
    return [
        {"dataset": row.dataset, "backbone": row.backbone, "attention": row.attention}
        for row in table.rows
    ]


def _names(one: Configuration) -> tuple[str, str, str]:
    spec = one.specification
    return spec.dataset.name, spec.backbone.name, spec.attention.name


def _asked_protocols(layout: Layout, table: ReportedTable) -> list[str]:
    return list(layout.only.get("protocol", (table.protocol,)))


def _wanted(layout: Layout, found: Sequence[Configuration], dimension: str, name: str) -> bool:
    if dimension in layout.only:
        return name in layout.only[dimension]
    return any(_is(getattr(one, dimension), name) for one in found)


def _order(layout: Layout, place: Place) -> tuple[Any, ...]:
    return (
        *(_rank(layout, dimension, place.labels[dimension]) for dimension in layout.rows),
        *(_rank(layout, dimension, place.labels[dimension]) for dimension in layout.columns),
        place.setting,
    )


def _rank(layout: Layout, dimension: str, label: str) -> tuple[int, str]:
    """In the layout's own order, else in that of the reported table, else by name."""
    order = list(layout.only.get(dimension, ()))
    if not order and layout.reported is not None and dimension != "protocol":
        order = [row[dimension] for row in _rows(reported_table(layout.reported))]
    if dimension == "attention" and not order:
        order = [layout.baseline]
    ranks = [rank for rank, name in enumerate(order) if _is(label, name)]
    return (ranks[0] if ranks else len(order)), label
