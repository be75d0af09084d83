"""What the trials of a study say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.importance import FanovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState

from bench.study.trials import TrialRow

#: Stands wherever a study is shown whose trials were judged by the test part.
OPTIMISTIC = "optimistic: tuned on the test part, so its figures are no estimate of anything"


@dataclass(frozen=True)
class Findings:
    """A study as it stands.

    Attributes
    ----------
    target : int
        Trials that it is to have.
    optimistic : bool
        Whether trials were judged by the test part.
    definition : mapping
        What was searched, and how.
    trials : tuple of TrialRow
        Every one, those that failed among them.
    best : TrialRow or None
        The complete one with the highest first objective; of equals the first.
    front : tuple of int
        Numbers of the trials that no other one beats in every objective.
    importances : dict
        Share of the variance of the first objective that each parameter explains (fANOVA: Hutter,
        Hoos & Leyton-Brown, ICML 2014); empty where fewer than two parameters or trials vary.
    """

    name: str
    title: str
    objectives: tuple[str, ...]
    target: int
    optimistic: bool
    definition: Mapping[str, Any]
    trials: tuple[TrialRow, ...]
    best: TrialRow | None
    front: tuple[int, ...]
    importances: Mapping[str, float]

    @property
    def states(self) -> Mapping[str, int]:
        """How many trials are in each state."""
        return Counter(trial.state for trial in self.trials)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of what is drawn, in the order of the space."""
        names = dict.fromkeys(name for trial in self.trials for name in trial.parameters)
        return tuple(names)


def find(study: optuna.Study, rows: Sequence[TrialRow], definition: Mapping[str, Any]) -> Findings:
    """Draw a study's findings.

    Parameters
    ----------
    rows : sequence of TrialRow
        Its trials.
    definition : mapping
        A dumped `jobs.study.Study`.
    """
    objectives = tuple(definition["objectives"])
    complete = [row for row in rows if row.state == "complete"]
    first = objectives[0]
    return Findings(
        name=study.study_name,
        title=str(definition["title"]),
        objectives=objectives,
        target=int(definition["trials"]),
        optimistic=bool(definition["optimistic"]),
        definition=definition,
        trials=tuple(rows),
        best=max(complete, key=lambda row: row.values[first], default=None),
        front=tuple(sorted(trial.number for trial in study.best_trials)) if complete else (),
        importances=_importances(study),
    )


def _importances(study: optuna.Study) -> dict[str, float]:
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    drawn = {name for trial in complete for name in trial.params}
    scores = {trial.values[0] for trial in complete}
    if len(drawn) < 2 or len(scores) < 2:
        return {}
    evaluator = FanovaImportanceEvaluator(seed=0)
    return get_param_importances(study, evaluator=evaluator, target=lambda t: float(t.values[0]))
