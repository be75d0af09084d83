"""How long the model of a cell takes for one image."""

from __future__ import annotations

import numpy as np
import torch

from bench.cost.latency import time_in_turn
from bench.data import Roots, load_samples
from bench.execution import Execution
from bench.model import model_of
from bench.specification import Specification

ROUNDS = 30


def latency(cell: Specification, roots: Roots, execution: Execution) -> float:
    """Median time of a forward pass of one image, in ms, on the device that trains.

    It belongs to this machine: trials of a study with this objective are comparable on one kind of
    machine only.
    """
    execution.apply()
    device = execution.torch_device
    samples = load_samples(cell.dataset, roots)
    channels = samples.images.shape[1]
    model = model_of(cell, channels, len(samples.classes)).to(device).eval()
    image = torch.zeros(1, channels, cell.recipe.size, cell.recipe.size, device=device)

    def run() -> None:
        model(image)
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    with torch.inference_mode():
        seconds = time_in_turn({"model": run}, rounds=ROUNDS)["model"]
    return 1000 * float(np.median(seconds))
