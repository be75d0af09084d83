"""Mixed precision, as a recipe asks for it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional
from torch.nn.grad import conv2d_weight
from torch.overrides import TorchFunctionMode

Pair = tuple[int, int]

HALVES = {"bf16": torch.bfloat16, "fp16": torch.float16}


@contextmanager
def mixed(precision: str, device: torch.device) -> Iterator[None]:
    """Compute in a recipe's ``precision``; ``fp32`` leaves all as it is."""
    half = HALVES.get(precision)
    slow = half is not None and device.type == "cpu"
    quick: AbstractContextManager[Any] = _QuickDepthwise() if slow else nullcontext()
    with torch.autocast(device.type, dtype=half, enabled=half is not None), quick:
        yield


class _QuickDepthwise(TorchFunctionMode):
    """Takes the input's gradient of strided depthwise convolutions in float32, on a CPU.

    In half precision oneDNN has no fast kernel for it and takes about twenty times as long, which
    is a quarter of a training step of MobileNetV2. The rest of the convolution stays as it is.
    """

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        meant = func is functional.conv2d and torch.is_autocast_enabled("cpu")
        if meant and not kwargs and len(args) == 7:
            x, weight, bias, stride, padding, dilation, groups = args
            depthwise = groups == x.shape[1] == len(weight) > 1
            if depthwise and bias is None and max(stride) > 1 and isinstance(padding, tuple):
                half = torch.get_autocast_dtype("cpu")
                geometry = (stride, padding, dilation, groups)
                return _Depthwise.apply(x.to(half), weight.to(half), geometry)
        return func(*args, **(kwargs or {}))


class _Depthwise(Function):
    """A convolution of (N, C, H, W) in half precision, with a gradient by way of float32."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, geometry: tuple[Any, ...]) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.geometry = geometry
        return functional.conv2d(x, weight, None, *geometry)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_output: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x, weight = ctx.saved_tensors
        by_input = by_weight = None
        if ctx.needs_input_grad[0]:
            with torch.autocast("cpu", enabled=False):  # where a gradient is asked for inside of it
                wide = _by_input(by_output.float(), weight.float(), x.shape, *ctx.geometry)
            by_input = wide.to(x.dtype)
        if ctx.needs_input_grad[1]:
            by_weight = conv2d_weight(x, weight.shape, by_output, *ctx.geometry)
        return by_input, by_weight, None


def _by_input(
    by_output: Tensor,
    weight: Tensor,
    shape: torch.Size,
    stride: Pair,
    padding: Pair,
    dilation: Pair,
    groups: int,
) -> Tensor:
    """Gradient by the input; keeps channels last, which `torch.nn.grad.conv2d_input` does not."""
    reached = [
        (size - 1) * step - 2 * pad + apart * (kernel - 1) + 1
        for size, step, pad, apart, kernel in zip(
            by_output.shape[2:], stride, padding, dilation, weight.shape[2:], strict=True
        )
    ]
    rest = (shape[2] - reached[0], shape[3] - reached[1])
    return functional.conv_transpose2d(
        by_output, weight, None, stride, padding, rest, groups, dilation
    )
