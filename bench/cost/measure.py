"""Measures models beside their vanilla backbones."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from bench.cost.flops import count_flops
from bench.cost.latency import Seconds, time_in_turn
from bench.cost.memory import peak_memory
from bench.cost.models import Model
from bench.cost.record import CostRecord, CostRow, Ratios, keep
from bench.environment import describe
from bench.execution import Execution
from bench.journal import now
from bench.runs import Runs
from bench.specification import Frozen
from registry.model import parameter_count

#: Timings at the batch size, which take about as long as the many at batch 1.
THROUGHPUT_ROUNDS = 7
#: Of weights and images, which change no cost but by chance.
SEED = 0


class CostSettings(Frozen):
    """What is measured.

    Attributes
    ----------
    size, channels, classes : int
        The images' side and channels, and how many classes there are; the defaults are the paper's.
    batch : int
        Images at once for throughput and peak memory.
    rounds : int
        How often each model is timed on one image.
    """

    size: int = Field(224, ge=8, le=1024)
    batch: int = Field(32, ge=1)
    channels: int = Field(1, ge=1)
    classes: int = Field(7, ge=2)
    rounds: int = Field(50, ge=5)


def measure_costs(
    models: Sequence[Model], settings: CostSettings, execution: Execution
) -> tuple[CostRow, ...]:
    """What each model costs, and its vanilla backbone, in evaluation mode and without gradient.

    The models of one backbone are timed in turn. Images lie on the device when the clock starts,
    and logits when it stops.

    Returns
    -------
    tuple of CostRow
        Backbones in the order in which they are first named, each before its models.

    Raises
    ------
    RequestError
        A model cannot be built for this size, or the device is not there.
    """
    groups: dict[str, dict[str, Model]] = {}
    for model in models:
        vanilla = model.vanilla
        group = groups.setdefault(vanilla.label, {vanilla.label: vanilla})
        group[model.label] = model
    execution.apply()
    rows: list[CostRow] = []
    for group in groups.values():
        rows += _measure_group(tuple(group.values()), settings, execution.torch_device)
    return tuple(rows)


def measure_and_keep(
    models: Sequence[Model], settings: CostSettings, execution: Execution, runs: Runs
) -> tuple[tuple[CostRow, ...], Path]:
    """Measure as `measure_costs` does, and keep a record beside the journals; the rows, and where.

    Raises
    ------
    RequestError
        As `measure_costs`.
    """
    rows = measure_costs(models, settings, execution)
    record = CostRecord(
        measured_at=now(),
        settings=settings.model_dump(),
        environment=describe(execution),
        rows=rows,
    )
    return rows, keep(runs, record)


def _measure_group(
    models: Sequence[Model], settings: CostSettings, device: torch.device
) -> list[CostRow]:
    """Rows of one backbone's models, of which the first is vanilla."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        images = torch.randn(settings.batch, settings.channels, settings.size, settings.size)
        built = [m.build(settings.channels, settings.classes, settings.size) for m in models]
    images = images.to(device, memory_format=torch.channels_last)
    networks = {
        model.label: network.to(device).to(memory_format=torch.channels_last)
        for model, network in zip(models, built, strict=True)
    }
    single = time_in_turn(_runs(networks, images[:1]), settings.rounds)
    whole = time_in_turn(_runs(networks, images), THROUGHPUT_ROUNDS)
    rows: list[CostRow] = []
    for model in models:
        network = networks[model.label]
        row = _row(model, network, images, single[model.label], whole[model.label])
        rows.append(row.model_copy(update={"to_vanilla": _ratios(row, (rows or [row])[0])}))
    return rows


def _runs(networks: dict[str, nn.Module], images: Tensor) -> dict[str, Callable[[], None]]:
    def run(network: nn.Module) -> None:
        with torch.inference_mode():
            network(images)
        if images.device.type == "cuda":
            torch.cuda.synchronize(images.device)

    return {name: partial(run, network) for name, network in networks.items()}


def _row(
    model: Model, network: nn.Module, images: Tensor, single: Seconds, whole: Seconds
) -> CostRow:
    flops = count_flops(network, images[:1])
    return CostRow(
        model=model.label,
        backbone=model.backbone,
        attention=model.attention,
        size=images.shape[-1],
        batch=len(images),
        device=images.device.type,
        parameters=parameter_count(network),
        flops=flops.total,
        flops_by_operation=dict(flops.by_operation),
        latency_ms_p50=1000 * float(np.percentile(single, 50)),
        latency_ms_p95=1000 * float(np.percentile(single, 95)),
        throughput=len(images) / float(np.median(whole)),
        peak_memory=peak_memory(network, images),
        to_vanilla=Ratios(),
    )


def _ratios(row: CostRow, vanilla: CostRow) -> Ratios:
    return Ratios(
        parameters=row.parameters / vanilla.parameters,
        flops=row.flops / vanilla.flops,
        latency=row.latency_ms_p50 / vanilla.latency_ms_p50,
        throughput=row.throughput / vanilla.throughput,
        peak_memory=row.peak_memory / vanilla.peak_memory,
    )
