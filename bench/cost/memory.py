"""The most memory that tensors hold during a forward pass."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate

import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile


def peak_memory(model: nn.Module, images: Tensor) -> int:
    """Most bytes that tensors hold at once in a forward pass over these images, without gradient.

    Weights and images are in it. It is what PyTorch's own allocator gives out, on the CPU as on a
    GPU, so that both mean the same; what libraries take beside that (LAPACK, cuDNN's kernels) is
    not in it.
    """
    if images.device.type == "cuda":
        return _on_cuda(model, images)
    return _held(model, images) + _on_cpu(model, images)


def _on_cuda(model: nn.Module, images: Tensor) -> int:
    before = torch.cuda.memory_allocated(images.device)
    torch.cuda.reset_peak_memory_stats(images.device)
    with torch.inference_mode():
        model(images)
    # other models may lie on the device too
    during = torch.cuda.max_memory_allocated(images.device) - before
    return _held(model, images) + during


def _held(model: nn.Module, images: Tensor) -> int:
    tensors = [*model.parameters(), *model.buffers(), images]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _on_cpu(model: nn.Module, images: Tensor) -> int:
    with (
        torch.inference_mode(),
        _silenced(),
        profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler,
    ):
        model(images)
    events = profiler.profiler.kineto_results.events()
    changes = (event.nbytes() for event in events if event.name() == "[memory]")
    return max(accumulate(changes), default=0)


@contextmanager
def _silenced() -> Iterator[None]:
    """Nothing on the standard error: PyTorch's profiler talks of itself there, from C++."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
