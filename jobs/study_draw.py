"""Optuna's side of a study: what a trial draws, what proposes it, and what ends it early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from optuna import Trial
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner, WilcoxonPruner
from optuna.samplers import (
    BaseSampler,
    GPSampler,
    GridSampler,
    NSGAIISampler,
    QMCSampler,
    RandomSampler,
    TPESampler,
)

from jobs.matrix import Settings
from jobs.study import Choice, Numeric, Pruner, Range, Study


def draw(trial: Trial, space: Mapping[str, Range]) -> Settings:
    """The settings of a trial; what it has drawn before stays as it is."""
    settings: Settings = {}
    for key, range_ in space.items():
        names = names_of(key, range_)
        drawn = [_suggest(trial, name, range_) for name in names]
        settings[key] = drawn if names != [key] else drawn[0]
    return settings


def names_of(key: str, range_: Range) -> list[str]:
    """The names of a setting's values among a trial's parameters: one for each position."""
    if isinstance(range_, Numeric) and range_.positions is not None:
        return [f"{key}[{index}]" for index in range(range_.positions)]
    return [key]


def distributions(space: Mapping[str, Range]) -> dict[str, BaseDistribution]:
    """What each parameter is drawn from."""
    return {
        name: _distribution(range_)
        for key, range_ in space.items()
        for name in names_of(key, range_)
    }


def grid(space: Mapping[str, Range]) -> dict[str, list[Any]]:
    """The values that a grid takes of each parameter."""
    return {
        name: list(range_.choices) if isinstance(range_, Choice) else _grid_points(range_)
        for key, range_ in space.items()
        for name in names_of(key, range_)
    }


def grid_size(space: Mapping[str, Range]) -> int:
    """How many points the grid has."""
    size = 1
    for values in grid(space).values():
        size *= len(values)
    return size


def sampler_of(study: Study, number: int) -> BaseSampler:
    """What proposes the parameters of a trial.

    A new one for each: what it draws depends on the study's seed, the trial's number and the trials
    before it, and not on what the process did since it began.
    """
    seed = int(np.random.SeedSequence([study.seed, number]).generate_state(1)[0])
    startup = study.sampler.startup
    match study.sampler.name:
        case "tpe":
            return TPESampler(seed=seed, n_startup_trials=startup)
        case "gp":
            return GPSampler(seed=seed, n_startup_trials=startup)
        case "qmc":  # one sequence: all trials must scramble it alike
            return QMCSampler(seed=study.seed, scramble=True, warn_independent_sampling=False)
        case "grid":
            return _Grid(grid(study.space), seed=study.seed)
        case "random":
            return RandomSampler(seed=seed)
        case "nsga2":
            return NSGAIISampler(seed=seed, population_size=study.sampler.population)


def pruner_of(pruner: Pruner, epochs: int) -> BasePruner:
    """What ends a trial early.

    Parameters
    ----------
    epochs : int
        Of a whole trial, over all its cells.
    """
    match pruner.name:
        case "none":
            return NopPruner()
        case "median":
            return MedianPruner(n_startup_trials=pruner.startup, n_warmup_steps=pruner.warmup)
        case "hyperband":
            least = min(pruner.minimum, epochs)
            return HyperbandPruner(
                min_resource=least, max_resource=epochs, reduction_factor=pruner.reduction
            )
        case "wilcoxon":
            return WilcoxonPruner(p_threshold=pruner.p)


class _Grid(GridSampler):
    """A grid whose end stops no loop: the study has as many trials as the grid has points."""

    def after_trial(self, *_: Any, **__: Any) -> None:
        """Leave it to the worker to find that no trial is left."""


def _suggest(trial: Trial, name: str, range_: Range) -> Any:
    if isinstance(range_, Choice):
        return trial.suggest_categorical(name, range_.choices)
    if range_.whole:
        return trial.suggest_int(name, int(range_.low), int(range_.high), log=range_.log)
    return trial.suggest_float(name, range_.low, range_.high, log=range_.log)


def _distribution(range_: Range) -> BaseDistribution:
    if isinstance(range_, Choice):
        return CategoricalDistribution(range_.choices)
    if range_.whole:
        return IntDistribution(int(range_.low), int(range_.high), log=range_.log)
    return FloatDistribution(range_.low, range_.high, log=range_.log)


def _grid_points(range_: Numeric) -> list[Any]:
    return [int(point) if range_.whole else point for point in range_.points]
