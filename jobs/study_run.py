"""A study from its file to its trials: what is refused, what is open, and who carries it out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
import torch
from optuna.trial import FrozenTrial, TrialState, create_trial

from bench.data import fingerprint_in
from bench.execution import Execution
from bench.home import Home
from bench.program import Code
from bench.runs import check_own
from bench.study.objectives import DIRECTIONS
from jobs.local import LocalPlan, Outcome, Work, run_workers
from jobs.matrix import Settings
from jobs.matrix_run import prepare as prepare_cells
from jobs.study import Numeric, Study
from jobs.study_draw import grid_size
from jobs.study_lease import take
from jobs.study_objective import Training
from jobs.study_storage import Place, place_for, place_of, quiet
from jobs.study_worker import StudyWorker, counted, lives_left
from jobs.submission import new_folder
from registry.catalog import BACKBONES
from registry.errors import RequestError

#: Under these names a study in Optuna's storage says what it is.
FINGERPRINT = "fingerprint"
STUDY = "study"
POLL = 0.1


@dataclass(frozen=True)
class Prepared:
    """A study that can be carried out.

    Attributes
    ----------
    place : Place
        Where it is kept, or will be.
    epochs : int
        Of a whole trial.
    """

    study: Study
    place: Place
    epochs: int

    def leases(self, home: Home) -> Path:
        """The folder of the leases of its trials."""
        return home.runs.root / "studies" / self.study.name


def prepare(study: Study, home: Home, where: str) -> Prepared:
    """Check that the study can be carried out, and find where it is kept; writes nothing.

    Parameters
    ----------
    where : str
        See `jobs.placement.Placement`.

    Raises
    ------
    RequestError
        A trial cannot be trained, or is judged by the test part; or the study is there already and
        is another one.
    """
    study = _at_positions(study, home)
    if study.sampler.name == "grid":
        study = study.model_copy(update={"trials": min(study.trials, grid_size(study.space))})
    epochs = max(_epochs(study, settings, home) for settings in _corners(study))
    place = place_of(home, study.name)
    if place is None:
        return Prepared(study, place_for(home, where), epochs)
    _check_same(study, stored_study(load(place, study.name)))
    if where == "slurm" and place.of_a_file:
        raise RequestError(
            f"study '{study.name}' is kept in {place}, which a cluster's jobs must not open: go on "
            "with --where local, or begin anew with --name"
        )
    return Prepared(study, place, epochs)


def load(place: Place, name: str) -> optuna.Study:
    """The study as Optuna has it, to look at."""
    with quiet():
        return optuna.load_study(study_name=name, storage=place.open())


def stored_study(found: optuna.Study) -> Study | None:
    """What the study was defined as; None where its maker died before saying so."""
    stored = found.user_attrs.get(STUDY)
    return Study.model_validate(stored) if stored else None


def open_study(prepared: Prepared, home: Home) -> optuna.Study:
    """Make the study where it is new, and queue up trials until it has its number.

    In one process at a time, and before any worker: Optuna's tables cannot be made by several.
    """
    check_own(home.runs.root)
    study = prepared.study
    with _alone(prepared.leases(home)), quiet():
        prepared.place.create()
        found = optuna.create_study(
            study_name=study.name,
            storage=prepared.place.open(),
            directions=[DIRECTIONS[objective] for objective in study.objectives],
            load_if_exists=True,
        )
        found.set_user_attr(FINGERPRINT, study.fingerprint)
        found.set_user_attr(STUDY, study.model_dump(mode="json"))
        found.set_metric_names(list(study.objectives))
        missing = study.trials - len(counted(found.get_trials(deepcopy=False), study))
        for _ in range(missing):
            found.add_trial(create_trial(state=TrialState.WAITING))
    return found


def worker_for(
    prepared: Prepared,
    home: Home,
    execution: Execution,
    folder: Path,
    database: str | None,
    code: Code | None = None,
) -> StudyWorker:
    """What a job of the study does.

    Parameters
    ----------
    folder : Path
        Of the submission.
    database, code
        See `jobs.study_objective.Training`.
    """
    training = Training(prepared.study, home.runs, home.roots, execution, database, code)
    return StudyWorker(
        study=prepared.study,
        place=prepared.place,
        leases=prepared.leases(home),
        epochs=prepared.epochs,
        objective=training,
        stop_file=folder / "stop",
    )


def run_here(prepared: Prepared, home: Home, local: LocalPlan, tick: Callable[[], None]) -> Outcome:
    """Carry the study out on this machine, and wait for it."""
    folder = new_folder(home.runs)
    worker = worker_for(prepared, home, local.execution, folder, home.store.url)

    def next_worker() -> Work:
        return Work(worker, lives_left(trials_of(prepared), prepared.leases(home)))

    return run_workers(next_worker, folder, local, tick)


def run_inline(prepared: Prepared, home: Home, execution: Execution) -> Outcome:
    """Carry the study out in this process."""
    folder = new_folder(home.runs)
    return Outcome(completed=worker_for(prepared, home, execution, folder, home.store.url)())


def trials_of(prepared: Prepared) -> list[FrozenTrial]:
    """The trials that make up the study, as they stand."""
    found = load(prepared.place, prepared.study.name)
    return counted(found.get_trials(deepcopy=False), prepared.study)


def _at_positions(study: Study, home: Home) -> Study:
    """Give each range of one value for each position as many as the backbone has."""
    if not any(isinstance(r, Numeric) and r.positions is not None for r in study.space.values()):
        return study
    if any(key.partition(".")[0] == "backbone" for key in study.space):
        raise RequestError("one value for each position needs one backbone: do not search over it")
    count = _positions(study, home)
    space = {
        key: range_.model_copy(update={"positions": count})
        if isinstance(range_, Numeric) and range_.positions is not None
        else range_
        for key, range_ in study.space.items()
    }
    return study.model_copy(update={"space": space})


def _positions(study: Study, home: Home) -> int:
    """How many positions the backbone of a trial has."""
    one = {k: r.low if isinstance(r, Numeric) else r.choices[0] for k, r in study.space.items()}
    cell = study.trial(one).specifications(fingerprint_in(home.roots))[0]
    backbone = BACKBONES.get(cell.backbone.name)
    with torch.device("meta"):
        _, positions = backbone.build(1, 2, backbone.parse(cell.backbone.parameters))
    return len(positions)


def _corners(study: Study) -> Iterator[Settings]:
    """Settings at the ends of every range, and with every choice: what can be wrong shows there."""
    ends = {
        key: [_all_positions(range_, end) for end in (range_.low, range_.high)]
        if isinstance(range_, Numeric)
        else list(range_.choices)
        for key, range_ in study.space.items()
    }
    first: Settings = {key: values[0] for key, values in ends.items()}
    yield first
    for key, values in ends.items():
        for value in values[1:]:
            yield first | {key: value}


def _all_positions(range_: Numeric, value: float) -> Any:
    number = int(value) if range_.whole else value
    return number if range_.positions is None else [number] * range_.positions


def _epochs(study: Study, settings: Settings, home: Home) -> int:
    """Of a trial with these settings, if it may be."""
    cells = prepare_cells(study.trial(settings), home).cells
    for cell in cells:
        if cell.monitored == "test" and not study.optimistic:
            raise RequestError(
                f"protocol '{cell.protocol.name}' holds no validation part out: the study would "
                "tune on the test part, which is what is reported. Take another protocol, such as "
                "--set protocol=subject, or --optimistic, which is shown wherever the study is"
            )
    return sum(cell.recipe.epochs for cell in cells)


def _check_same(study: Study, stored: Study | None) -> None:
    """Refuse another study under the same name: trials of two spaces are never mixed."""
    if stored is None or stored.fingerprint == study.fingerprint:
        return
    old, new = stored.definition, study.definition
    differing = [key for key in new if old.get(key) != new[key]]
    raise RequestError(
        f"study '{study.name}' is there already with another {' and '.join(differing)}: its trials "
        "and these cannot be mixed; give this one a name of its own with --name"
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    try:
        while (lease := take(folder, "opening")) is None:
            time.sleep(POLL)
    except OSError as error:
        raise RequestError(f"cannot write {folder}: {error}") from None
    try:
        with lease.heartbeat():
            yield
    finally:
        lease.give_back()


def unfinished(trials: Sequence[FrozenTrial]) -> int:
    """How many trials are not over."""
    return sum(not trial.state.is_finished() for trial in trials)
