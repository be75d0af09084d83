"""The comparison's work done by MLflow: its tracking client on its SQLite store.

One `log_batch` call an epoch carries all figures, and at most a thousand a call where a whole run
is logged at once: what https://mlflow.org/docs/latest/ml/tracking/ advises for many metrics, and
the most that it takes. No server stands between: the client writes the file itself.
"""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from bench.metrics import measure
from benchmarks.epochs import CLASSES, Epoch

#: Metrics that MLflow takes in one call.
LARGEST_BATCH = 1000
MONITORED = "balanced_accuracy"


class MLflow:
    """A tracking store in one file."""

    def __init__(self, folder: Path) -> None:
        from mlflow import MlflowClient

        self.url = f"sqlite:///{folder / 'mlflow.db'}"
        self.client = MlflowClient(self.url)
        self.experiment = self.client.create_experiment("runs")
        self.names: dict[int, str] = {}

    def log(self, seed: int, epochs: tuple[Epoch, ...], live: bool) -> None:
        """See `benchmarks.epochs.Side`."""
        run = self._start(seed)
        if live:
            for epoch in epochs:
                self.client.log_batch(run, metrics=_metrics(epoch))
        else:
            metrics = [metric for epoch in epochs for metric in _metrics(epoch)]
            for start in range(0, len(metrics), LARGEST_BATCH):
                self.client.log_batch(run, metrics=metrics[start : start + LARGEST_BATCH])
        self.client.set_terminated(run)

    def _start(self, seed: int) -> str:
        run = self.client.create_run(self.experiment, run_name=str(seed))
        self.names[seed] = str(run.info.run_id)
        return self.names[seed]

    def spread(self, seed: int, runs: int, epochs: int) -> None:
        """See `benchmarks.epochs.Side`; runs are made by the client, their metrics by SQL."""
        for ahead in range(1, runs):
            self._start(seed + ahead)
        copy = (
            "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) "
            "SELECT key, value, timestamp, :copy, (step - 1 + :ahead) % :epochs + 1, is_nan "
            "FROM metrics WHERE run_uuid = :first"
        )
        with create_engine(self.url).begin() as connection:
            for ahead in range(1, runs):
                which = {"copy": self.names[seed + ahead], "first": self.names[seed]}
                connection.execute(text(copy), which | {"ahead": ahead, "epochs": epochs})

    def best(self) -> dict[int, int]:
        """From each run's history: the search for runs knows a metric's last value alone."""
        found = {}
        for seed, run in self.names.items():
            history = self.client.get_metric_history(run, MONITORED)
            found[seed] = max(history, key=lambda metric: (metric.value, -metric.step)).step
        return found


def _metrics(epoch: Epoch) -> list[Any]:
    """8 scalars and 4 figures of each of the 7 classes: what ferbench keeps of an epoch."""
    from mlflow.entities import Metric

    found = measure(epoch.confusion)
    values: dict[str, float] = {
        "lr": epoch.lr,
        "seconds": epoch.seconds,
        "images_per_second": epoch.images_per_second,
        "peak_memory": epoch.peak_memory,
        "loss": epoch.loss,
        "accuracy": float(found.accuracy),
        MONITORED: float(found.balanced_accuracy),
        "macro_f1": float(found.macro_f1),
    }
    for label, name in enumerate(CLASSES):
        values[f"support/{name}"] = int(found.support[label])
        values[f"recall/{name}"] = float(found.recall[label])
        values[f"precision/{name}"] = float(found.precision[label])
        values[f"f1/{name}"] = float(found.f1[label])
    now = int(time.time() * 1000)
    return [Metric(name, value, now, epoch.number) for name, value in values.items()]
