"""What a job of a study does: carries out its trials, one after the other, that nobody else has."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import optuna
import submitit
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from jobs.stopping import Stopping
from jobs.study import Study
from jobs.study_draw import draw, pruner_of, sampler_of
from jobs.study_lease import Lease, is_held, lives, take
from jobs.study_objective import Objective, Told
from jobs.study_storage import Place, quiet
from jobs.worker import patience, take_one_gpu

log = logging.getLogger(__name__)

#: Seconds between two looks at trials that others hold.
POLL = 1.0
#: What the one worker holds that waits for the others.
WATCH = "watch"
#: So many workers may die of a trial.
MOST_LIVES = 3
_STATES = {
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


@dataclass(frozen=True)
class TrialLease:
    """A trial, and the right to carry it out."""

    trial: FrozenTrial
    lease: Lease


@dataclass(frozen=True)
class StudyWorker:
    """A job: pickled by submitit, called on whatever machine it runs on.

    Attributes
    ----------
    study : Study
        Several workers may have the same.
    place : Place
        Where Optuna keeps it; created before.
    leases : Path
        The folder of the leases of its trials.
    epochs : int
        Of a whole trial; the pruner's measure.
    objective : Objective
        What a trial is worth.
    stop_file : Path
        While it exists, nothing is begun.
    """

    study: Study
    place: Place
    leases: Path
    epochs: int
    objective: Objective
    stop_file: Path

    def __call__(self) -> bool:
        """Carry out trials until none is left, or until a stop is asked for.

        Returns
        -------
        bool
            Whether every trial is over or with others.
        """
        logging.basicConfig(format="%(asctime)s %(message)s")
        logging.getLogger("jobs").setLevel(logging.INFO)
        take_one_gpu()
        storage = self.place.open()
        stopping = Stopping(self.stop_file)
        with stopping.listening(), quiet():
            return self._work(storage, stopping)

    def checkpoint(self) -> submitit.helpers.DelayedSubmission:
        """What submitit runs when the job is requeued: the same; what was done is on the disk."""
        return submitit.helpers.DelayedSubmission(self)

    def _work(self, storage: BaseStorage, stopping: Stopping) -> bool:
        while not stopping.asked():
            lease = self._next(storage) or self._watch(storage, stopping)
            if lease is None:
                return not stopping.asked()
            if not self._carry_out(storage, lease, stopping):
                return False
        return False

    def _watch(self, storage: BaseStorage, stopping: Stopping) -> TrialLease | None:
        """Wait for a trial whose worker dies; one that has nothing to do is enough for that."""
        deadline = time.monotonic() + patience()
        with ExitStack() as watch:
            watching = False
            while self._open(storage) and not stopping.asked():
                if not watching and (lease := take(self.leases, WATCH)):
                    watch.callback(lease.give_back)
                    watch.enter_context(lease.heartbeat())
                    watching = True
                if not watching and time.monotonic() >= deadline:
                    return None
                time.sleep(POLL)
                if (found := self._next(storage)) is not None:
                    return found
        return None

    def _next(self, storage: BaseStorage) -> TrialLease | None:
        """The first trial that is not over and that nobody has."""
        for trial in self._open(storage):
            lease = take(self.leases, lease_of(trial.number))
            if lease is None:
                continue
            if trial.number in [left.number for left in self._open(storage)]:
                return TrialLease(trial, lease)
            lease.give_back()  # another one has told it meanwhile
        return None

    def _carry_out(self, storage: BaseStorage, taken: TrialLease, stopping: Stopping) -> bool:
        """Carry out a trial; False where it was stopped, to go on later.

        Where an exception comes out of it, the lease stays behind and counts.
        """
        frozen, lease = taken.trial, taken.lease
        with lease.heartbeat():
            study = self._load(storage, frozen.number)
            study.get_trials(deepcopy=False)  # Optuna's cache can write to what it has read only
            # It waits, or runs since a worker that is no more began it: what it drew is kept.
            storage.set_trial_state_values(frozen._trial_id, state=TrialState.RUNNING)
            trial = optuna.Trial(study, frozen._trial_id)
            told = self._told(trial, lease, stopping)
            if told is not None and lease.newest:
                _tell(study, trial, told)
        lease.give_back()
        return told is not None

    def _told(self, trial: optuna.Trial, lease: Lease, stopping: Stopping) -> Told | None:
        if lease.life > MOST_LIVES:
            return Told("failed", reason=f"{MOST_LIVES} workers died of it")
        settings = draw(trial, self.study.space)
        log.info("trial %d, life %d: %s", trial.number, lease.life, settings)
        return self.objective(trial, settings, stopping)

    def _open(self, storage: BaseStorage) -> list[FrozenTrial]:
        trials = self._load(storage).get_trials(deepcopy=False)
        return [trial for trial in counted(trials, self.study) if not trial.state.is_finished()]

    def _load(self, storage: BaseStorage, number: int = 0) -> optuna.Study:
        """The study as it stands now, with what proposes trial `number`."""
        return optuna.load_study(
            study_name=self.study.name,
            storage=storage,
            sampler=sampler_of(self.study, number),
            pruner=pruner_of(self.study.pruner, self.epochs),
        )


def lease_of(number: int) -> str:
    """Name of the lease of a trial."""
    return f"trial-{number:04d}"


def counted(trials: Sequence[FrozenTrial], study: Study) -> list[FrozenTrial]:
    """The trials that make up a study: the first so many that did not fail.

    A point of a grid that failed has none to take its place.
    """
    grid = study.sampler.name == "grid"
    kept = [trial for trial in trials if grid or trial.state != TrialState.FAIL]
    return kept[: study.trials]


def lives_left(trials: Sequence[FrozenTrial], leases: Path) -> int:
    """How many more workers these trials can take: each that ends or dies brings it down."""
    return sum(
        max(0, MOST_LIVES + 1 - max(lives(leases, lease_of(trial.number)), default=0))
        for trial in trials
        if not trial.state.is_finished() and not is_held(leases, lease_of(trial.number))
    )


def _tell(study: optuna.Study, trial: optuna.Trial, told: Told) -> None:
    trial.set_user_attr("cells", list(told.cells))
    trial.set_user_attr("scores", list(told.scores))
    trial.set_user_attr("reason", told.reason)
    values = list(told.values) if told.state == "complete" else None
    study.tell(trial, values=values, state=_STATES[told.state])
    log.info("trial %d: %s %s %s", trial.number, told.state, values or "", told.reason)
