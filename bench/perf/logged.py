"""What logging an epoch costs: metrics, journal and ingest together."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch.nn import functional

from bench.cost.latency import time_in_turn
from bench.engine import EpochResult, PartResult
from bench.execution import Execution
from bench.metrics import confusion_matrix
from bench.perf.engine import engine_cell, engine_epoch
from bench.perf.epoch_log import EpochLog, epoch_log
from bench.perf.faces import FacesCell
from bench.perf.plan import Plan
from bench.perf.row import Row, row_of
from bench.perf.steps import Say, Task

#: Logged epochs in a round: one takes about a millisecond.
EPOCHS = 100


def logging_rows(plan: Plan, execution: Execution, say: Say) -> Iterator[Row]:
    """The cost of logging an epoch, in milliseconds and as a share of the epoch."""
    load = plan.loads[0]
    cell = engine_cell(plan.epoch_images, load, plan.size, "fp32")
    where = f"{load.backbone} b{load.batch} {plan.size} fp32"
    say(f"logging, beside epochs of {plan.epoch_images} images, {where}")
    with (
        TemporaryDirectory(prefix="ferbench-perf-") as folder,
        epoch_log(Path(folder), cell) as log,
    ):
        trained = engine_epoch(cell, execution, lambda _result: None)
        tasks = {"logging": _logged_epochs(cell, log), "epoch": trained}
        times = time_in_turn(tasks, plan.rounds, warm_up=1)
    seconds = times["logging"] / EPOCHS
    parts = "metrics + journal + ingest"
    yield row_of(f"logging an epoch ({parts}) / 1 ms", seconds / 1e-3)
    what = f"logging an epoch ({parts}) / training it, {plan.epoch_images} images, {where}"
    yield row_of(what, seconds / times["epoch"])


def _logged_epochs(cell: FacesCell, log: EpochLog) -> Task:
    """Work out and log the metrics of further epochs, from logits that are no better each time."""
    generator = torch.Generator().manual_seed(0)
    labels = {
        part: torch.from_numpy(cell.samples.labels[indices])
        for part, indices in cell.split.parts.items()
    }
    classes = len(cell.samples.classes)
    logits = {
        part: torch.randn(len(true), classes, generator=generator) for part, true in labels.items()
    }
    numbers = count(1)

    def score(part: str) -> PartResult:
        loss = functional.cross_entropy(logits[part].double(), labels[part])
        predicted = logits[part].argmax(dim=1)
        return PartResult(
            float(loss), confusion_matrix(labels[part].numpy(), predicted.numpy(), classes)
        )

    def run() -> None:
        for _ in range(EPOCHS):
            parts = {part: score(part) for part in labels}
            if not np.isfinite(parts[cell.specification.monitored].balanced_accuracy):
                raise ArithmeticError("no class was tested on")
            log.write(EpochResult(next(numbers), parts, lr=1e-4, seconds=1, images_per_second=1))

    return run
