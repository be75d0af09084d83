"""The engine, the plain loop and the bound do the same work."""

import pickle
from collections import Counter
from contextlib import contextmanager

import pytest
import torch
from torch import nn

from bench.cost.latency import time_in_turn
from bench.execution import Execution
from bench.perf import engine
from bench.perf.engine import ENDLESS, engine_cell, engine_rows
from bench.perf.plain import epoch_of, plain_epoch
from bench.perf.plan import Load, Plan
from bench.perf.steps import inference, made_up, training
from bench.specification import Recipe

CPU = torch.device("cpu")
LOAD = Load(backbone="resnet18", batch=8)
IMAGES = 30  # of which 23 are trained on, 7 tested on


class Recording(nn.Module):
    """A linear classifier that keeps the shape of what it was given, and whether it learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(16, 7))
        self.seen: Counter[tuple[bool, tuple[int, ...]]] = Counter()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen[self.training, tuple(x.shape)] += 1
        logits: torch.Tensor = self.body(x)
        return logits


@pytest.fixture
def recorded(monkeypatch):
    """Every model that is built, in the order of building."""
    built: list[Recording] = []

    def build(*_: object) -> Recording:
        built.append(Recording())
        return built[-1]

    monkeypatch.setattr("bench.engine.model_of", build)
    monkeypatch.setattr(engine, "model_of", build)
    return built


def test_all_three_train_and_test_batches_of_the_same_sizes(recorded):
    cell = engine_cell(IMAGES, LOAD, 32, "fp32")
    engine.engine_epoch(cell, Execution(device="cpu"), lambda _result: None)()
    engine._synthetic_epoch(cell, CPU)()
    plain = Recording()
    epoch_of(plain, cell, CPU)()
    trained, tested = len(cell.split.train), len(cell.split.test)
    assert trained + tested == IMAGES
    full, rest = divmod(trained, LOAD.batch)
    expected = Counter({(True, (LOAD.batch, 1, 32, 32)): full, (False, (tested, 1, 32, 32)): 1})
    expected[True, (rest, 1, 32, 32)] += 1
    assert [model.seen for model in (*recorded, plain)] == [expected] * 3


def test_the_plain_loop_learns(recorded):
    cell = engine_cell(IMAGES, LOAD, 32, "fp32")
    model = Recording()
    before = model.body[2].weight.detach().clone()
    epoch_of(model, cell, CPU)()
    assert not torch.equal(before, model.body[2].weight)


def test_the_plain_loop_can_be_sent_to_its_process():
    cell = engine_cell(28, Load(backbone="mobilenet_v2", batch=8), 32, "fp32")
    sent = pickle.loads(pickle.dumps((cell, CPU, torch.get_num_threads())))
    plain_epoch(*sent)()


def test_rows_are_ratios_of_the_times(recorded, monkeypatch):
    seconds = {"plain": 6.0, "engine fp32": 4.0, "synthetic fp32": 3.0}
    seconds |= {"engine bf16": 2.0, "synthetic bf16": 1.0}

    @contextmanager
    def not_started(*_: object):
        yield lambda: None

    def timed(tasks, rounds, warm_up):
        assert list(tasks) == list(seconds)
        assert warm_up == 1
        return {
            name: torch.full((rounds,), value).double().numpy() for name, value in seconds.items()
        }

    monkeypatch.setattr(engine, "time_in_turn", timed)
    monkeypatch.setattr(engine, "aside", not_started)
    plan = Plan(size=32, images=IMAGES, loads=(LOAD,), rounds=2)
    rows = list(engine_rows(plan, Execution(device="cpu"), lambda _text: None))
    assert {row.what.partition(", resnet18 b8 32")[0]: row.ratio for row in rows} == {
        "epoch images/s, engine fp32 / plain loop fp32": 1.5,
        "epoch images/s, engine fp32 / synthetic input fp32": 0.75,
        "epoch images/s, engine bf16 / plain loop fp32": 3.0,
        "epoch images/s, engine bf16 / synthetic input bf16": 0.5,
    }


def test_epochs_do_not_run_out(recorded):
    cell = engine_cell(IMAGES, LOAD, 32, "fp32")
    assert cell.specification.recipe.epochs == ENDLESS
    numbers: list[int] = []
    epoch = engine.engine_epoch(
        cell, Execution(device="cpu"), lambda result: numbers.append(result.epoch)
    )
    time_in_turn({"epoch": epoch}, rounds=3, warm_up=1)
    assert numbers == [1, 2, 3, 4]


def test_training_changes_a_model_and_inference_does_not():
    images, labels = made_up(4, 8, CPU)
    model = nn.Sequential(nn.BatchNorm2d(1), nn.Flatten(), nn.Linear(64, 7))

    def state() -> list[torch.Tensor]:
        return [value.clone() for value in model.state_dict().values()]

    fresh = state()
    inference(model, Recipe(precision="bf16"), images)()
    assert all(map(torch.equal, fresh, state()))
    training(model, Recipe(), images, labels)()
    assert not any(map(torch.equal, fresh, state()))
