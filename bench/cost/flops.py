"""Floating-point operations of one forward pass, by PyTorch's counter and two formulas of our own.

PyTorch counts convolutions and matrix products, an addition and a multiplication as two operations;
what is done once for each element (normalisation, activation, gates) it counts as none. It counts
the Fourier transform and the singular values as none too, and those are what spectral attention
consists of. They are added here:

Fourier transform
    5 N log₂ N for N complex numbers, and half of that where one side is real: the count of the
    radix-2 algorithm, by which FFTW states its speed whatever algorithm runs (Frigo & Johnson, "The
    Design and Implementation of FFTW3", Proceedings of the IEEE 93(2), 2005, §V).
Singular values
    Golub & Van Loan, "Matrix Computations", 4th edition, Figure 8.6.1, for m × n with m ≥ n: values
    alone 4mn² − 4n³/3 (Golub-Reinsch) or 2mn² + 2n³ (R-SVD); with both sets of vectors
    14mn² + 8n³ or 6mn² + 20n³. The less is counted, as LAPACK takes the better way.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import FlopCounterMode

from registry import decomposition  # noqa: F401  (its operators have formulas below)

Shape = Sequence[int]


@dataclass(frozen=True)
class Flops:
    """Floating-point operations.

    Attributes
    ----------
    by_operation : mapping of str to int
        ``convolution``, ``matrix product``, ``Fourier transform``, ``singular values``, …; only
        what the model does.
    """

    by_operation: Mapping[str, int]

    @property
    def total(self) -> int:
        """Of all operations."""
        return sum(self.by_operation.values())


def fourier_flops(points: int, transforms: int = 1, *, real: bool) -> int:
    """Operations of Fourier transforms of so many points each.

    Parameters
    ----------
    points : int
        N: the product of the sides that are transformed together.
    transforms : int
        How many there are.
    real : bool
        Whether what goes in, or what comes out, is real.
    """
    complex_count = 5 * points * math.log2(points)
    return transforms * round(complex_count / 2 if real else complex_count)


def singular_value_flops(rows: int, columns: int, matrices: int = 1, *, vectors: bool) -> int:
    """Operations of singular value decompositions of rows × columns matrices.

    Parameters
    ----------
    vectors : bool
        Whether both sets of singular vectors are wanted, or the values alone.
    """
    m, n = max(rows, columns), min(rows, columns)
    if vectors:
        each: float = min(14 * m * n**2 + 8 * n**3, 6 * m * n**2 + 20 * n**3)
    else:
        each = min(4 * m * n**2 - 4 * n**3 / 3, 2 * m * n**2 + 2 * n**3)
    return matrices * round(each)


def count_flops(model: nn.Module, images: Tensor) -> Flops:
    """Operations of one forward pass over these images, which is carried out.

    Parameters
    ----------
    model : nn.Module
        In evaluation mode: a module may do less then.
    images : tensor, (N, C, H, W)
        Where the model is.
    """
    spectra = _Spectra()
    formulas: dict[Any, Callable[..., int]] = {
        torch.ops.aten._fft_r2c: _real_to_complex,
        torch.ops.aten._fft_c2r: _complex_to_real,
        torch.ops.aten._fft_c2c: _complex_to_complex,
        torch.ops.aten._linalg_svd: spectra.decomposed,
        torch.ops.ferbench.singular_values: _values_alone,
    }
    with (
        torch.inference_mode(),
        spectra,
        FlopCounterMode(display=False, custom_mapping=formulas) as counter,
    ):
        model(images)
    found: dict[str, int] = {}
    for operation, flops in counter.get_flop_counts()["Global"].items():
        name = _name(str(operation))
        found[name] = found.get(name, 0) + int(flops)
    return Flops({name: flops for name, flops in found.items() if flops})


class _Spectra(TorchFunctionMode):
    """Knows whether a decomposition is for the singular values alone.

    PyTorch asks LAPACK for the vectors too as soon as anything watches its operators, as the
    counter does; without it, and without a gradient, it does not.
    """

    def __init__(self) -> None:
        super().__init__()
        self.values_only = False

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        self.values_only = function is torch.linalg.svdvals
        try:
            return function(*args, **(kwargs or {}))
        finally:
            self.values_only = False

    def decomposed(self, shape: Shape, *_: Any, out_shape: Any = None, **__: Any) -> int:
        """Operations of ``_linalg_svd`` on matrices of this shape (…, m, n)."""
        *batch, rows, columns = shape
        return singular_value_flops(rows, columns, math.prod(batch), vectors=not self.values_only)


def _values_alone(shape: Shape, *_: Any, **__: Any) -> int:
    *batch, rows, columns = shape
    return singular_value_flops(rows, columns, math.prod(batch), vectors=False)


def _real_to_complex(shape: Shape, dims: Sequence[int], *_: Any, **__: Any) -> int:
    return _transforms(shape, dims, real=True)


def _complex_to_real(
    shape: Shape, dims: Sequence[int], *_: Any, out_shape: Shape = (), **__: Any
) -> int:
    return _transforms(out_shape, dims, real=True)


def _complex_to_complex(shape: Shape, dims: Sequence[int], *_: Any, **__: Any) -> int:
    return _transforms(shape, dims, real=False)


def _transforms(shape: Shape, dims: Sequence[int], *, real: bool) -> int:
    points = math.prod(shape[dim] for dim in dims)
    return fourier_flops(points, math.prod(shape) // points, real=real)


def _name(operation: str) -> str:
    """What PyTorch's operator is called by people."""
    names = {
        "convolution": "convolution",
        "fft": "Fourier transform",
        "linalg_svd": "singular values",
        "singular_values": "singular values",
        "scaled_dot_product": "attention product",
        "mm": "matrix product",
    }
    short = operation.rpartition(".")[2].strip("_")
    return next((name for part, name in names.items() if part in short), short)
