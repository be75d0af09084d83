"""The engine against the loop that everybody writes, and against made-up images without data."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from bench.cost.latency import Seconds, time_in_turn
from bench.engine import EVALUATION_BATCH, Trainer
from bench.execution import Execution
from bench.model import model_of
from bench.perf.aside import aside
from bench.perf.epoch_log import epoch_log
from bench.perf.faces import FacesCell, faces_cell
from bench.perf.plain import plain_epoch
from bench.perf.plan import Load, Plan
from bench.perf.row import Row, row_of
from bench.perf.steps import CHANNELS, CLASSES, Say, Task, finish, learner, made_up
from bench.precision import mixed
from bench.specification import Recipe

#: More epochs than anybody waits for.
ENDLESS = 1_000_000


def engine_rows(plan: Plan, execution: Execution, say: Say) -> Iterator[Row]:
    """Images per second of whole epochs, divided by those of the plain loop and of the bound."""
    for load in plan.loads:
        where = f"{load.backbone} b{load.batch} {plan.size}"
        say(f"engine, {where}")
        times = _times(load, plan, execution)
        for precision in ("fp32", "bf16"):
            engine = times[f"engine {precision}"]
            yield row_of(
                f"epoch images/s, engine {precision} / plain loop fp32, {where}",
                times["plain"] / engine,
            )
            yield row_of(
                f"epoch images/s, engine {precision} / synthetic input {precision}, {where}",
                times[f"synthetic {precision}"] / engine,
            )


def _times(load: Load, plan: Plan, execution: Execution) -> dict[str, Seconds]:
    device = execution.torch_device
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ferbench-perf-")))
        tasks: dict[str, Task] = {}
        for precision in ("fp32", "bf16"):
            cell = engine_cell(plan.images, load, plan.size, precision)
            if precision == "fp32":
                # settings of the engine's process, its memory's above all, are not everybody's
                plain = aside(plain_epoch, cell, device, torch.get_num_threads())
                tasks["plain"] = stack.enter_context(plain)
            log = stack.enter_context(epoch_log(folder / precision, cell))
            tasks[f"engine {precision}"] = engine_epoch(cell, execution, log.write)
            tasks[f"synthetic {precision}"] = _synthetic_epoch(cell, device)
        return time_in_turn(tasks, plan.rounds, warm_up=1)


def engine_cell(images: int, load: Load, size: int, precision: str) -> FacesCell:
    """A cell on so many faces that are mirrored and shifted."""
    settings = {"size": size, "batch_size": load.batch, "precision": precision}
    recipe = Recipe.model_validate({**settings, "epochs": ENDLESS, "augmentation": "flip_shift"})
    return faces_cell(images, load.backbone, recipe)


def engine_epoch(cell: FacesCell, execution: Execution, log: Callable[..., None]) -> Task:
    """The next epoch of a training as a cell has it, evaluation and logging included."""
    trainer = Trainer(cell.specification, cell.samples, cell.split, execution)
    epochs = trainer.epochs(after_batch=lambda: None)
    return lambda: log(next(epochs))


def _synthetic_epoch(cell: FacesCell, device: torch.device) -> Task:
    """As many steps and forward passes, of the same sizes, on images that are there already."""
    recipe = cell.specification.recipe
    trained = Counter(_batches(len(cell.split.train), recipe.batch_size))
    tested = Counter(_batches(len(cell.split.test), EVALUATION_BATCH))
    made = {size: made_up(size, recipe.size, device) for size in {*trained, *tested}}
    model = model_of(cell.specification, CHANNELS, CLASSES).to(device)
    model = model.to(memory_format=torch.channels_last)
    learn = learner(model, recipe)

    def run() -> None:
        model.train()
        for size in trained.elements():
            learn(*made[size])
        model.eval()
        with torch.inference_mode(), mixed(recipe.precision, device):
            for size in tested.elements():
                model(made[size][0])
        finish(device)

    return run


def _batches(images: int, batch: int) -> list[int]:
    return [min(batch, images - start) for start in range(0, images, batch)]
