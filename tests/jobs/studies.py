"""Studies small enough for a test: a function with a known optimum, and training that learns."""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial
from torch import nn

from bench.execution import Execution
from bench.home import Home
from bench.runs import Runs
from bench.store.database import Store
from jobs.study import Choice, Numeric, Study
from jobs.study_objective import Told, Training
from jobs.study_run import Prepared, open_study, prepare, trials_of, worker_for
from jobs.study_worker import StudyWorker
from registry.catalog import BACKBONES, Backbone
from registry.site import Position

#: A program that carries out a pickled worker.
PROGRAM = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))()"
#: Settings that learn something in a second.
BASE = {
    "dataset": {"name": "faces", "subjects": 10, "frames": 4},
    "protocol": "subject",
    "backbone": "test_small",
    "attention": "none",
    "size": 32,
    "epochs": 3,
    "batch_size": 4,
}
LR = {"lr": Numeric(low=1e-6, high=1e-1, log=True)}
RADIUS = {"attention.radius": Numeric(low=0.02, high=0.95, points=(0.02, 0.25, 0.5, 0.75, 0.95))}
BOWL = RADIUS | {"attention.profile": Choice(choices=("ideal", "gaussian", "butterworth"))}


def small(channels: int, classes: int, _parameters: Any) -> tuple[nn.Module, tuple[Position, ...]]:
    """A backbone that learns something within a test, unlike a deep one."""
    model = nn.Sequential(
        nn.Conv2d(channels, 8, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(8),
        nn.Flatten(),
        nn.Linear(512, classes),
    )
    return model, (Position("1", 8),)


def register_small() -> None:
    """Make it known in this process, once."""
    if "test_small" not in [component.name for component in BACKBONES]:
        BACKBONES.add(Backbone("backbone", "test_small", small, "For tests.", "none"))


@dataclass(frozen=True)
class Bowl:
    """In place of training: best at a radius of 0.3 with the gaussian profile, where it is 1."""

    def __call__(self, trial: optuna.Trial, settings: dict[str, Any], _stopping: Any) -> Told:
        score = 1 - (settings["attention.radius"] - 0.3) ** 2
        if "attention.profile" in settings:
            score -= 0.2 * (settings["attention.profile"] != "gaussian")
        return Told("complete", (score,), scores=(score,))


@dataclass(frozen=True)
class SmallTraining:
    """Real training, in whatever process it is unpickled in."""

    training: Training

    def __call__(self, trial: optuna.Trial, settings: dict[str, Any], stopping: Any) -> Told | None:
        register_small()
        return self.training(trial, settings, stopping)


def home_in(folder: Path) -> Home:
    return Home(Store(str(folder / "results.db")), Runs(folder / "results.runs"), {})


def begun(study: Study, home: Home, where: str = "inline") -> Prepared:
    register_small()
    prepared = prepare(study, home, where)
    open_study(prepared, home)
    return prepared


def worker_of(
    prepared: Prepared, home: Home, objective: Any = None, **execution: Any
) -> StudyWorker:
    """A worker that trains deterministically, or has another objective."""
    settings = {"device": "cpu", "threads": 1, "deterministic": True, "checkpoint_every": 0.0}
    folder = home.runs.root.parent / "stop-here"
    folder.mkdir(exist_ok=True)
    worker = worker_for(prepared, home, Execution(**settings | execution), folder, None)
    chosen = objective or SmallTraining(worker.objective)
    return StudyWorker(
        worker.study, worker.place, worker.leases, worker.epochs, chosen, worker.stop_file
    )


def start(worker: StudyWorker, folder: Path) -> subprocess.Popen[bytes]:
    path = folder / f"worker-{time.monotonic_ns()}.pkl"
    path.write_bytes(pickle.dumps(worker))
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stderr=log)


def in_a_fork(worker: StudyWorker) -> int:
    """Carry out a worker that trains nothing in a process of its own; the code it ends with."""
    pid = os.fork()
    if pid == 0:
        try:
            worker()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def wait_until(happened: Any, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@contextmanager
def beside(action: Callable[[], None]) -> Iterator[None]:
    """Do something else meanwhile; what it says on failure is said here."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(action)
        yield
        future.result()


def told(prepared: Prepared) -> list[tuple[Any, ...]]:
    """What makes two runs of a study the same."""
    return [in_short(trial) for trial in trials_of(prepared)]


def in_short(trial: FrozenTrial) -> tuple[Any, ...]:
    attributes = {k: v for k, v in trial.user_attrs.items() if k in ("cells", "scores", "reason")}
    return (
        trial.number,
        trial.state.name,
        trial.values,
        trial.params,
        trial.intermediate_values,
        attributes,
    )
