"""How much is measured, and on what."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from bench.specification import Frozen
from registry.errors import RequestError, nearest
from registry.reported import reported_tables

Part = Literal["attention", "decomposition", "engine", "packing", "logging", "growth"]
PARTS: tuple[Part, ...] = (
    "attention",
    "decomposition",
    "engine",
    "packing",
    "logging",
    "growth",
)

#: Runs of one model in what grows; see `bench.perf.many_runs`.
SEEDS = 20


class Load(Frozen):
    """A backbone and its batch size."""

    backbone: str
    batch: int = Field(ge=2)


class Plan(Frozen):
    """What is measured.

    Attributes
    ----------
    parts : tuple of str
        Of `PARTS`.
    size : int
        Side of the images in pixels.
    rounds : int
        How often each is timed, in turn with what it is compared to.
    loads : tuple of Load
        Backbones with their batch sizes.
    images : int
        In the dataset of the engine's epochs: a quarter is tested on, the rest trained on.
    epoch_images : int
        In the dataset of the epoch that logging is a share of; 213 is JAFFE.
    cells : tuple of int
        Sizes of the matrix and the store, ascending, each a multiple of 20.
    epochs : int
        Of each run in the store.
    """

    parts: tuple[Part, ...] = PARTS
    size: int = Field(224, ge=32, le=1024)
    rounds: int = Field(7, ge=2)
    loads: tuple[Load, ...] = (
        Load(backbone="resnet18", batch=16),
        Load(backbone="mobilenet_v2", batch=32),
    )
    images: int = Field(80, ge=28)
    epoch_images: int = Field(213, ge=28)
    cells: tuple[int, ...] = (100, 300, 1000, 3000, 10_000)
    epochs: int = Field(100, ge=1)

    @field_validator("cells")
    @classmethod
    def _whole_models(cls, cells: tuple[int, ...]) -> tuple[int, ...]:
        if len(cells) < 2 or list(cells) != sorted(set(cells)) or any(n % SEEDS for n in cells):
            raise ValueError(f"it must be a multiple of {SEEDS}, and more than that")
        return cells


FULL = Plan()
QUICK = Plan(size=48, rounds=3, images=40, cells=(100, 300, 1000), epochs=10)


def chosen(plan: Plan, parts: Sequence[str] = (), **settings: int | None) -> Plan:
    """A plan with what a person asked for.

    Parameters
    ----------
    parts : sequence of str
        Those to measure; all where none is named.
    settings
        ``size``, ``rounds``, and ``cells`` of the largest matrix; None leaves the plan's.

    Raises
    ------
    RequestError
        There is no such part, with the nearest that there is; or a number that cannot be.
    """
    for name in parts:
        if name not in PARTS:
            raise RequestError(f"there is no part '{name}'{nearest(name, PARTS)}")
    given: dict[str, Any] = {key: value for key, value in settings.items() if value is not None}
    if "cells" in given:
        smaller = [size for size in plan.cells if size < given["cells"]] or [SEEDS]
        given["cells"] = (*smaller, given["cells"])
    given["parts"] = tuple(part for part in PARTS if part in parts) or PARTS
    try:
        return Plan.model_validate(plan.model_dump() | given)
    except ValidationError as error:
        first = error.errors()[0]
        said = first["msg"].removeprefix("Value error, ")
        raise RequestError(
            f"--{first['loc'][0]} {settings[str(first['loc'][0])]}: {said}"
        ) from None


def papers_attentions() -> tuple[str, ...]:
    """The attentions of the reported tables, without ``none``, in the order of the tables."""
    rows = (row for table in reported_tables() for row in table.rows)
    return tuple(name for name in dict.fromkeys(row.attention for row in rows) if name != "none")
