"""What a trained module would do to one image were its cut-off radius another one."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from torch import Tensor, nn

from bench.figures.attention import Stage, observe
from registry.attention.spectral import SpectralAttention
from registry.spectrum import HighPass

_lock = threading.Lock()


def radii(model: nn.Module) -> tuple[float, ...]:
    """The cut-off radius at each position; empty where the model has no high-pass filter."""
    return tuple(filter_.radius for _, filter_ in _filters(model))


def observe_with(model: nn.Module, image: Tensor, radius: float) -> tuple[Stage, ...]:
    """Every spectral attention module while one image goes through, all of that radius."""
    with _lock, _other_radius(model, radius):
        return observe(model, image)


@contextmanager
def _other_radius(model: nn.Module, radius: float) -> Iterator[None]:
    found = list(_filters(model))
    try:
        for module, filter_ in found:
            module.filter = replace(filter_, radius=radius)
        yield
    finally:
        for module, filter_ in found:
            module.filter = filter_


def _filters(model: nn.Module) -> Sequence[tuple[SpectralAttention, HighPass]]:
    return [
        (module, module.filter)
        for module in model.modules()
        if isinstance(module, SpectralAttention) and isinstance(module.filter, HighPass)
    ]
