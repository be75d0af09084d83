"""Cells small enough to be trained in a test."""

from typing import Any

from bench.data import fingerprint_in
from bench.specification import Specification, specify


def tiny(**settings: Any) -> Specification:
    """A cell on ten drawn subjects with one frame a sequence, at 32×32, on the small backbone."""
    defaults = {
        "dataset": {"name": "faces", "subjects": 10, "frames": 1},
        "protocol": "subject",
        "backbone": "mobilenet_v2",
        "attention": "hfc",
        "size": 32,
        "epochs": 2,
        "batch_size": 16,
        "lr": 1e-3,
    }
    return specify(defaults | settings, fingerprint_in({}))
