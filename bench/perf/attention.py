"""Each attention of the paper against its vanilla backbone."""

from collections.abc import Iterator

import torch
from torch import nn

from bench.cost.latency import Seconds, time_in_turn
from bench.cost.models import NONE, parse_model
from bench.perf.plan import Load, Plan, papers_attentions
from bench.perf.row import Row, row_of
from bench.perf.steps import CHANNELS, CLASSES, Say, inference, made_up, training
from bench.specification import Recipe


def attention_rows(plan: Plan, device: torch.device, say: Say) -> Iterator[Row]:
    """Images per second in training and inference, divided by those of the backbone alone."""
    for load in plan.loads:
        for recipe in (Recipe(precision="fp32"), Recipe(precision="bf16")):
            where = f"{load.backbone} b{load.batch} {plan.size} {recipe.precision}"
            say(f"attention modules, {where}")
            times = _times(load, recipe, plan, device)
            for kind, seconds in times.items():
                for name in papers_attentions():
                    what = f"{kind} images/s, {name} / {NONE}, {where}"
                    yield row_of(what, seconds[NONE] / seconds[name])


def _times(
    load: Load, recipe: Recipe, plan: Plan, device: torch.device
) -> dict[str, dict[str, Seconds]]:
    images, labels = made_up(load.batch, plan.size, device)
    models = {
        name: _network(f"{load.backbone}/{name}", plan.size, device)
        for name in (NONE, *papers_attentions())
    }
    train = {name: training(model, recipe, images, labels) for name, model in models.items()}
    infer = {name: inference(model, recipe, images) for name, model in models.items()}
    return {
        "inference": time_in_turn(infer, plan.rounds, warm_up=1),
        "training": time_in_turn(train, plan.rounds, warm_up=1),
    }


def _network(name: str, size: int, device: torch.device) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = parse_model(name).build(CHANNELS, CLASSES, size)
    return model.to(device).to(memory_format=torch.channels_last)
