"""What was measured, kept: one file a measurement, in the runs folder.

``costs/<hash>.json`` holds a `CostRecord`. Like a journal it is never changed; a table of the
results database is made from these files, and can be made again.
"""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from bench.runs import Runs, write_once
from bench.specification import Chosen, Frozen
from registry.errors import RequestError


class Ratios(Frozen):
    """A model's figures over those of its vanilla backbone, in the same measurement."""

    parameters: float = 1.0
    flops: float = 1.0
    latency: float = 1.0
    throughput: float = 1.0
    peak_memory: float = 1.0


class CostRow(Frozen):
    """What one model costs.

    Attributes
    ----------
    model : str
        ``resnet18/hfc``, with the parameters that differ from the defaults.
    backbone, attention : Chosen
        The model, in full.
    size, batch : int
        Side of the images in pixels; how many at once for throughput and peak memory.
    device : str
        ``cpu`` or ``cuda``; the machine is in the record.
    parameters : int
        That are trained.
    flops : int
        Floating-point operations for one image; see `bench.cost.flops`.
    flops_by_operation : dict of str to int
        The same, by kind.
    latency_ms_p50, latency_ms_p95 : float
        Percentiles of the time for one image, in milliseconds.
    throughput : float
        Images a second at the batch size, from the median time.
    peak_memory : int
        Most bytes in tensors at the batch size, weights among them; see `bench.cost.memory`.
    to_vanilla : Ratios
        The figures over those of the backbone without attention.
    """

    model: str
    backbone: Chosen
    attention: Chosen
    size: int
    batch: int
    device: str
    parameters: int
    flops: int
    flops_by_operation: dict[str, int]
    latency_ms_p50: float
    latency_ms_p95: float
    throughput: float
    peak_memory: int
    to_vanilla: Ratios


class CostRecord(Frozen):
    """One measurement.

    Attributes
    ----------
    measured_at : datetime
        In UTC.
    settings : dict
        Image size, batch size, channels, classes, rounds.
    environment : dict
        Machine, versions, threads, as in a journal; see `bench.environment.describe`.
    rows : tuple of CostRow
        Each backbone before its models.
    """

    version: Literal[1] = 1
    measured_at: datetime
    settings: dict[str, Any]
    environment: dict[str, Any]
    rows: tuple[CostRow, ...]


def keep(runs: Runs, record: CostRecord) -> Path:
    """Write a record, named by its content, and tell where."""
    text = record.model_dump_json(indent=1)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    path = runs.cost(digest)
    write_once(path, text)
    return path


def kept(runs: Runs) -> tuple[CostRecord, ...]:
    """Every record in the runs folder, oldest first.

    Raises
    ------
    RequestError
        A file there is no record; the message names it.
    """
    records = [read(path) for path in runs.costs()]
    return tuple(sorted(records, key=lambda record: record.measured_at))


def read(path: Path) -> CostRecord:
    """A record that was kept.

    Raises
    ------
    RequestError
        The file is none, or cannot be read.
    """
    try:
        return CostRecord.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise RequestError(f"{path} is not a record of costs: {error}") from None
