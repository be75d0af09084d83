"""Studies that were begun here: what became of them, and what to run next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna

from bench.home import Home
from bench.study.findings import OPTIMISTIC, Findings, find
from bench.study.trials import TrialRow, trial_row
from jobs.matrix import Settings, without
from jobs.study import Study
from jobs.study_draw import names_of
from jobs.study_lease import is_held
from jobs.study_run import load, stored_study
from jobs.study_storage import Place, place_of, places, study_names
from jobs.study_worker import lease_of
from registry.catalog import ATTENTIONS
from registry.errors import RequestError, nearest

#: The paper's module, and this benchmark's controls of it, which have its parameters.
MODULE, CONTROLS = "hfc", ("hfc_mean", "hfc_random")
#: What a winner stands beside: the paper's variants (Table 1) and the controls as they come.
COMPARED = ("none", "hfc", "lfc", "hfc_lfc", "hfc_lfc_hl", *CONTROLS)
#: The fewest with which a sign-flip test can reach 5 %.
FRESH_SEEDS = 6


@dataclass(frozen=True)
class Known:
    """A study that was begun: as it was defined, and as Optuna has it."""

    study: Study
    place: Place
    stored: optuna.Study

    def trials(self, home: Home) -> tuple[TrialRow, ...]:
        """Its trials as they are now."""
        folder = home.runs.root / "studies" / self.study.name
        return tuple(
            trial_row(trial, self.study.objectives, is_held(folder, lease_of(trial.number)))
            for trial in self.stored.get_trials(deepcopy=False)
        )

    def findings_in(self, trials: Sequence[TrialRow]) -> Findings:
        """What such trials say together."""
        return find(self.stored, trials, self.study.model_dump(mode="json"))

    def findings(self, home: Home) -> Findings:
        """What it has found so far."""
        return self.findings_in(self.trials(home))


def known_studies(home: Home) -> list[Known]:
    """Every study that was begun here, by name."""
    found = [(name, place) for place in places(home) if place.exists for name in study_names(place)]
    return [known for name, place in sorted(found, key=str) if (known := _known(name, place))]


def study_asked_for(home: Home, name: str) -> Known:
    """The study of this name; a file's name will do.

    Raises
    ------
    RequestError
        None of that name was begun here.
    """
    stem = name.rpartition("/")[2].removesuffix(".toml")
    place = place_of(home, stem)
    known = _known(stem, place) if place else None
    if known is None:
        names = [study.study.name for study in known_studies(home)]
        raise RequestError(f"no study '{stem}' was begun here{nearest(stem, names)}")
    return known


def matrix_of_the_winner(known: Known, findings: Findings) -> str:
    """A matrix file that compares the winner with the paper's variants and controls.

    Raises
    ------
    RequestError
        No trial is complete.
    """
    best = findings.best
    if best is None:
        raise RequestError(f"no trial of study '{known.study.name}' is complete yet")
    base, attention = _split(known.study, best.parameters)
    first = known.study.base.get("seed", 0) + known.study.seeds
    base["seed"] = None
    others = [*(name for name in COMPARED if name != attention), *_controls(attention)]
    lines = [
        f"# The best of {findings.states['complete']} complete trials of study "
        f"'{known.study.name}' (trial {best.number}), beside the paper's variants and controls.",
        "# The seeds are fresh: no trial of the study was trained with them.",
        *([f"# It is {OPTIMISTIC}."] if findings.optimistic else []),
        f"title = {_toml(_title(known.study, findings.optimistic))}",
        "",
        "[base]",
        *(f"{_toml(k)} = {_toml(v)}" for k, v in base.items() if v is not None),
        "",
        "[sweep]",
        "attention = [",
        *(f"    {_toml(one)}," for one in [*others, attention]),
        "]",
        f"seed = {_toml(list(range(first, first + FRESH_SEEDS)))}",
    ]
    return "\n".join(lines) + "\n"


def _known(name: str, place: Place) -> Known | None:
    stored = load(place, name)
    study = stored_study(stored)
    return Known(study, place, stored) if study else None


def _split(study: Study, drawn: Mapping[str, Any]) -> tuple[Settings, Any]:
    """Settings that all share, and the winner's attention as a value of its own."""
    settings: Settings = {}
    for key, range_ in study.space.items():
        names = names_of(key, range_)
        settings[key] = drawn[key] if names == [key] else [drawn[name] for name in names]
    settings = without(settings, study.base) | settings
    attention = {k.partition(".")[2]: v for k, v in settings.items() if k.startswith("attention.")}
    name = settings.pop("attention")
    table = dict(name) if isinstance(name, Mapping) else {"name": name}
    shared = {k: v for k, v in settings.items() if not k.startswith("attention.")}
    known = ATTENTIONS.get(table["name"]).parameters.model_fields
    winner = table | {k: v for k, v in attention.items() if k in known}
    return shared, winner if len(winner) > 1 else winner["name"]


def _controls(winner: Any) -> Iterator[dict[str, Any]]:
    """The module's controls with the winner's own parameters: others show nothing of it."""
    if isinstance(winner, Mapping) and winner["name"] == MODULE:
        yield from ({**winner, "name": control} for control in CONTROLS)


def _title(study: Study, optimistic: bool) -> str:
    note = " (optimistic: tuned on the test part)" if optimistic else ""
    return f"The winner of study {study.name} beside the paper's variants and controls{note}"


def _toml(value: Any) -> str:
    """A value as TOML writes it; JSON's form is one, but for tables."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)
