"""Singular values of many small matrices at once, and their gradient.

On a CPU, LAPACK takes one matrix after the other, and MKL shares each among all threads, which for
matrices of this size wait for each other longer than they work: ten times longer where the machine
has anything else to do. Here a thread has matrices of its own. Each is decomposed by itself, so
that the bits are the same whatever the number of threads.
"""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

#: Matrices that stay together: so many begin on the same boundary of memory as a new tensor does,
#: and MKL's last bits depend on that.
BLOCK = 16
#: Cubed sides in a block, from where a second thread saves more than it costs to start.
WORTH_A_THREAD = BLOCK * 24**3


def singular_values(maps: Tensor) -> Tensor:
    """Singular values of finite matrices (…, n, n), descending, as (…, n).

    LAPACK's own values and vectors, to the bit: errors are those of `torch.linalg.svdvals`.
    """
    if torch.is_grad_enabled() and maps.requires_grad:
        return torch.as_tensor(_decompose(maps)[1])
    return torch.as_tensor(_values(maps))


@torch.library.custom_op("ferbench::singular_values", mutates_args=())
def _values(maps: Tensor) -> Tensor:
    (values,) = _shared(lambda matrices: (torch.linalg.svdvals(matrices),), maps)
    return values


@torch.library.custom_op("ferbench::svd", mutates_args=())
def _decompose(maps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    left, values, right = _shared(torch.linalg.svd, maps)
    return left, values, right


@_values.register_fake
def _(maps: Tensor) -> Tensor:
    return maps.new_empty(maps.shape[:-1])


@_decompose.register_fake
def _(maps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    return torch.empty_like(maps), maps.new_empty(maps.shape[:-1]), torch.empty_like(maps)


def _keep_vectors(ctx: Any, inputs: tuple[Tensor], output: tuple[Tensor, Tensor, Tensor]) -> None:
    left, _, right = output
    ctx.save_for_backward(*inputs, left, right)


def _gradient(ctx: Any, _left: Tensor, by_values: Tensor, _right: Tensor) -> Tensor:
    maps, left, right = ctx.saved_tensors
    if torch.is_grad_enabled():  # a second derivative is asked for: PyTorch's vectors have one
        left, _, right = torch.linalg.svd(maps)
    # U diag(g) Vᵀ divides by no gap between singular values
    gradient: Tensor = (left * by_values.unsqueeze(-2)) @ right
    return gradient


_decompose.register_autograd(_gradient, setup_context=_keep_vectors)


@_values.register_vmap
def _(_info: Any, in_dims: tuple[int], maps: Tensor) -> tuple[Tensor, int]:
    return torch.as_tensor(_values(maps.movedim(in_dims[0], 0))), 0


@_decompose.register_vmap
def _(_info: Any, in_dims: tuple[int], maps: Tensor) -> tuple[Any, tuple[int, int, int]]:
    return _decompose(maps.movedim(in_dims[0], 0)), (0, 0, 0)


def _shared(decompose: Callable[[Tensor], Any], maps: Tensor) -> Iterator[Tensor]:
    """What `decompose` makes of matrices (…, n, n), shared out among the threads of a CPU."""
    matrices = maps.detach().reshape(math.prod(maps.shape[:-2]), *maps.shape[-2:])
    with _one_thread_each() as threads:
        first, *others = matrices.split(_share(matrices, threads))
        with ThreadPoolExecutor(max(1, len(others))) as pool:
            later = [pool.submit(decompose, part) for part in others]
            parts = [decompose(first), *(one.result() for one in later)]
    for results in zip(*parts, strict=True):
        whole = torch.cat(results)  # contiguous, whatever LAPACK's order and the number of threads
        yield whole.view(*maps.shape[:-2], *whole.shape[1:])


def _share(matrices: Tensor, threads: int) -> int:
    """How many matrices a thread has."""
    worth_it = BLOCK * matrices.shape[-1] ** 3 >= WORTH_A_THREAD
    blocks = math.ceil(len(matrices) / BLOCK)
    if matrices.is_cuda or not worth_it:
        return max(1, len(matrices))
    return max(1, math.ceil(blocks / threads)) * BLOCK


@contextmanager
def _one_thread_each() -> Iterator[int]:
    """Keep PyTorch and MKL to one thread in each of Python's; gives how many there were."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield threads
    finally:
        torch.set_num_threads(threads)
