"""A study as a value: what is searched, how, by what measure, and how often."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from bench.specification import LARGEST_SEED, Frozen
from bench.study.objectives import Objective
from jobs.matrix import Matrix, Settings


class Numeric(Frozen):
    """Numbers between two ends, both included.

    Attributes
    ----------
    log : bool
        Whether the logarithm is what is drawn evenly.
    whole : bool
        Whole numbers only.
    positions : int or None
        One value for each of the backbone's positions; None: one for all.
    points : tuple of float
        The values that a grid takes.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False
    positions: int | None = None
    points: tuple[float, ...] = ()


class Choice(Frozen):
    """One of several values that have no order."""

    choices: tuple[str | int | float | bool, ...]


Range = Numeric | Choice


class Sampler(Frozen):
    """What proposes parameters.

    Attributes
    ----------
    startup : int
        Trials that are drawn at random before TPE and GP have anything to go by.
    population : int
        Trials of a generation of NSGA-II.
    """

    name: Literal["tpe", "gp", "qmc", "grid", "random", "nsga2"] = "tpe"
    startup: int = Field(10, ge=1)
    population: int = Field(10, ge=2)


class Pruner(Frozen):
    """What ends a trial early.

    Attributes
    ----------
    startup : int
        Trials that must be complete before the median prunes any.
    warmup : int
        Epochs of a trial in which the median prunes nothing.
    minimum : int
        Epochs that Hyperband gives every trial.
    reduction : int
        Hyperband lets one in so many go on.
    p : float
        Error probability of Wilcoxon's test over seeds against the best trial so far.
    """

    name: Literal["none", "median", "hyperband", "wilcoxon"] = "none"
    startup: int = Field(5, ge=1)
    warmup: int = Field(0, ge=0)
    minimum: int = Field(1, ge=1)
    reduction: int = Field(3, ge=2)
    p: float = Field(0.1, gt=0, lt=1)


class Study(Frozen):
    """What is searched for.

    Attributes
    ----------
    name, title : str
        The name under which it is found again; one line on what is asked.
    base : mapping
        Settings of every trial.
    space : mapping
        What a trial draws, by the setting's name.
    objectives : tuple of str
        Balanced accuracy on the monitored part; then what else is to be small.
    seeds : int
        Cells of a trial: the same training seeds in each, so that trials can be compared in pairs.
    trials : int
        Of the study in all; those that failed are not counted.
    seed : int
        Of what the sampler draws.
    optimistic : bool
        Whether the test part may be what is tuned on.
    """

    name: str
    title: str = ""
    base: Settings
    space: dict[str, Range]
    sampler: Sampler = Sampler()
    pruner: Pruner = Pruner()
    objectives: tuple[Objective, ...] = ("balanced_accuracy",)
    seeds: int = Field(1, ge=1)
    trials: int = Field(20, ge=1)
    seed: int = Field(0, ge=0, le=LARGEST_SEED)
    optimistic: bool = False

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.objectives[:1] != ("balanced_accuracy",):
            raise ValueError("balanced_accuracy comes first")
        if len(set(self.objectives)) < len(self.objectives):
            raise ValueError("an objective is named twice")
        if not self.space:
            raise ValueError("nothing is searched: the space is empty")
        if len(self.objectives) > 1 and self.pruner.name != "none":
            raise ValueError("a trial is pruned by one objective only: set the pruner to none")
        if self.pruner.name == "wilcoxon" and self.pruner.p * 2 ** (self.seeds - 1) <= 1:
            raise ValueError(
                f"over {self.seeds} seeds, Wilcoxon's test can never reach p < {self.pruner.p} "
                "before the last one: give it more seeds, or take another pruner"
            )
        return self

    @cached_property
    def definition(self) -> dict[str, Any]:
        """All that makes trials comparable: another definition is another study."""
        return self.model_dump(mode="json", exclude={"name", "title", "trials"})

    @property
    def fingerprint(self) -> str:
        """Identity of the definition."""
        text = json.dumps(self.definition, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def matrix(self) -> str:
        """The name under which the cells of its trials are asked for."""
        return f"study-{self.name}"

    def trial(self, settings: Settings) -> Matrix:
        """The cells of a trial that drew these settings."""
        first = self.base.get("seed", 0)
        drawn = {key: [value] for key, value in settings.items()}
        seeds = {"seed": [first + index for index in range(self.seeds)]}
        return Matrix(self.matrix, self.title, base=self.base).with_settings(drawn | seeds)
