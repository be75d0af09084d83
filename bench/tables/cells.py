"""The figures of one configuration, from its runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.statistics.comparison import Comparison
from bench.statistics.intervals import Estimate, t_interval
from bench.statistics.measured import Configuration, Score
from bench.statistics.settings import setting
from bench.tables.best import best_of
from bench.tables.content import Cell, Key
from bench.tables.estimates import score, score_of_class
from bench.tables.facts import Facts
from bench.tables.layout import Layout
from bench.tables.letters import Letters
from bench.tables.notes import evidence_note
from bench.tables.quantities import QUANTITIES


@dataclass(frozen=True)
class Source:
    """All that the cells of one table are made from.

    Attributes
    ----------
    baselines : mapping of str to Configuration
        By the setting that they share with others.
    comparisons : mapping of str to Comparison
        With the baseline, by the identity of the other.
    best : mapping of Key to (set of str, set of str)
        As `best_by_key` gives it.
    letters : Letters
        Gathers the notes.
    """

    layout: Layout
    facts: Facts
    baselines: Mapping[str, Configuration]
    comparisons: Mapping[str, Comparison]
    best: Mapping[Key, tuple[set[str], set[str]]]
    letters: Letters


def keys_of(layout: Layout, classes: Sequence[str]) -> list[Key]:
    """Every figure of a configuration with these classes, in the layout's order."""
    return [
        (metric, label)
        for metric in layout.metrics
        for label in (classes if QUANTITIES[metric].by_class else ("",))
    ]


def best_by_key(
    layout: Layout, facts: Facts, found: Sequence[Configuration]
) -> dict[Key, tuple[set[str], set[str]]]:
    """Of each score the best and those tied with it, as `best_of` gives them."""
    classes = dict.fromkeys(name for one in found for name in facts.classes.get(one.id, ()))
    return {
        (metric, name): best_of(
            [one for one in found if not name or name in facts.classes.get(one.id, ())],
            lambda one, metric=metric, name=name: _score_of(facts, one, metric, name),  # type: ignore[misc]  # (mypy: no types for a lambda's defaults)
        )
        for metric, name in keys_of(layout, tuple(classes))
        if QUANTITIES[metric].score
    }


def cell_of(source: Source, one: Configuration, key: Key) -> Cell:
    """The figure of that key."""
    metric, name = key
    if QUANTITIES[metric].score:
        return _score(source, one, metric, name)
    made = {"n": _runs, "parameters": _parameters, "added": _added, "epoch": _epoch, "gain": _gain}
    return made[metric](source, one)


def _score_of(facts: Facts, one: Configuration, metric: str, name: str) -> Score:
    return score_of_class(metric, facts.classes[one.id].index(name)) if name else score(metric)


def _score(source: Source, one: Configuration, metric: str, name: str) -> Cell:
    if name and name not in source.facts.classes.get(one.id, ()):
        return Cell()
    best, tied = source.best[metric, name]
    cell = _from(one.estimate(_score_of(source.facts, one, metric, name)))
    marks: tuple[str, ...] = ()
    if metric == "balanced_accuracy" and "gain" not in source.layout.metrics:
        marks = _significance(source, one)
    return replace(cell, best=one.id in best, tied=one.id in tied, marks=marks)


def _from(found: Estimate) -> Cell:
    return Cell(found.mean, found.sd, found.low, found.high, found.n)


def _runs(source: Source, one: Configuration) -> Cell:
    marks: tuple[str, ...] = ()
    if one.missing:
        marks = (source.letters.mark(f"{len(one.missing)} more asked for and without a result."),)
    return Cell(float(len(one.runs)), n=len(one.runs), marks=marks)


def _parameters(source: Source, one: Configuration) -> Cell:
    count = one.parameters
    return Cell(None if count is None else float(count), n=len(one.runs))


def _added(source: Source, one: Configuration) -> Cell:
    if one.attention == source.layout.baseline:
        return Cell(applies=False)
    base = source.baselines.get(setting(one))
    if base is None or base.parameters is None or one.parameters is None:
        return Cell()
    return Cell(float(one.parameters - base.parameters), n=len(one.runs))


def _epoch(source: Source, one: Configuration) -> Cell:
    epochs = [
        float(np.mean([source.facts.epochs[fold.cell] for fold in run.folds])) for run in one.runs
    ]
    return _from(t_interval(epochs))


def _gain(source: Source, one: Configuration) -> Cell:
    if one.attention == source.layout.baseline:
        return Cell(applies=False)
    comparison = source.comparisons.get(one.id)
    if comparison is None:
        return Cell(marks=(source.letters.mark("The baseline was not run in this setting."),))
    gain = comparison.gain
    marks = _significance(source, one)
    runs = max(len(one.runs), len(source.baselines[setting(one)].runs))
    if 0 < gain.n < runs:
        marks += (source.letters.mark(f"Over the {gain.n} that share split and seed."),)
    if gain.mean is None and runs:
        marks += (source.letters.mark("No run shares split and seed with one of the baseline."),)
    return replace(_from(gain), marks=marks)


def _significance(source: Source, one: Configuration) -> tuple[str, ...]:
    comparison = source.comparisons.get(one.id)
    text = evidence_note(comparison) if comparison else ""
    return (source.letters.mark(text),) if text else ()
