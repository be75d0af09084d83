"""ferbench's journal and store beside MLflow's SQLite store, on the same work, in one process.

    pip install 'ferbench[benchmarks]'
    python -m benchmarks.mlflow_store [--rounds 5] [--epochs 100] [--runs 1000] [--format json]

A run's epochs are logged, 8 scalars and 4 figures of each of 7 classes an epoch, and the best epoch
of each of many runs is found. ferbench flushes each epoch to the disk before it goes on and keeps
the confusion matrix beside the figures; MLflow keeps the figures. The two take turns, and each
ratio is MLflow's time over ferbench's within a round.

To have so many runs to search in, one logged run is copied in SQL on either side, with its epochs
turned so that each copy has another best one; both have to find the right one.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from bench.perf.row import Row, row_of
from benchmarks.epochs import Epoch, Side, best_of, training
from benchmarks.with_ferbench import Ferbench
from benchmarks.with_mlflow import MLflow

Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"wall time": time.perf_counter, "CPU time": time.process_time}


def compare(rounds: int, epochs: int, runs: int, folder: Path) -> list[Row]:
    """Every ratio, by either clock.

    Parameters
    ----------
    rounds : int
        In which both sides take turns; one more goes before, and is not counted.
    epochs, runs : int
        Of a run; to find the best epochs of.
    """
    data = training(epochs)
    sides: tuple[Side, Side] = (MLflow(folder), Ferbench(folder))
    logging = {
        live: _took([partial(_log, side, data, live) for side in sides], rounds)
        for live in (True, False)
    }
    first = 2 * rounds + 10
    for side in sides:
        side.log(first, data, live=False)
        side.spread(first, runs, epochs)
    expected = {first + ahead: (best_of(epochs) - 1 + ahead) % epochs + 1 for ahead in range(runs)}
    for side in sides:
        found = side.best()
        if {seed: found.get(seed) for seed in expected} != expected:
            raise SystemExit(f"{type(side).__name__} finds other best epochs than there are")
    searching = _took([partial(_search, side) for side in sides], rounds)
    log, search = f"log {epochs} epochs", f"best epoch of each of {runs} runs"
    return [
        *_rows(f"{log} one by one", logging[True]),
        *_rows(f"{log} at the run's end", logging[False]),
        *_rows(search, searching),
        *_rows(f"{log} one by one, then {search}", logging[True] + searching),
    ]


def _log(side: Side, data: tuple[Epoch, ...], live: bool, number: int) -> None:
    side.log(2 * number + live, data, live)


def _search(side: Side, _number: int) -> None:
    side.best()


def _took(works: Sequence[Callable[[int], object]], rounds: int) -> NDArray[np.float64]:
    """Seconds, (rounds, sides, clocks); a round before them warms up."""
    took = np.array([[_seconds(work, number) for work in works] for number in range(rounds + 1)])
    return took[1:]


def _rows(what: str, took: NDArray[np.float64]) -> list[Row]:
    """MLflow's time over ferbench's, round by round."""
    mlflow, ferbench = took[:, 0], took[:, 1]
    return [
        row_of(f"{what}, {clock}, MLflow / ferbench", mlflow[:, place] / ferbench[:, place])
        for place, clock in enumerate(CLOCKS)
    ]


def _seconds(work: Callable[[int], object], number: int) -> list[float]:
    begun = [clock() for clock in CLOCKS.values()]
    work(number)
    return [clock() - at for clock, at in zip(CLOCKS.values(), begun, strict=True)]


def main() -> None:
    """Parse, compare, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--format", choices=("table", "json"), default="table")
    asked = parser.parse_args()
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    try:
        about = f"MLflow {version('mlflow')}, {asked.rounds} rounds"
    except ModuleNotFoundError:
        sys.exit("this needs MLflow: pip install 'ferbench[benchmarks]'")
    with TemporaryDirectory(prefix="ferbench-mlflow-") as folder:
        rows = compare(asked.rounds, asked.epochs, asked.runs, Path(folder))
    if asked.format == "json":
        json.dump([asdict(row) for row in rows], sys.stdout, indent=2)
        return
    print(about)  # noqa: T201  (the terminal is what this is for)
    for row in rows:
        print(f"{row.ratio:6.1f} ×  ({row.low:.1f} to {row.high:.1f})  {row.what}")  # noqa: T201  (likewise)


if __name__ == "__main__":
    main()
