"""Mixed precision: what it computes, and what it leaves alone."""

import time

import pytest
import torch
from torch import Tensor, nn

from bench.execution import Execution
from bench.precision import HALVES, mixed

CPU = torch.device("cpu")
CHANNELS = 24


def depthwise(kernel: int, stride: int, padding: int, dilation: int) -> nn.Conv2d:
    torch.manual_seed(0)
    settings = {"stride": stride, "padding": padding, "dilation": dilation}
    return nn.Conv2d(CHANNELS, CHANNELS, kernel, groups=CHANNELS, bias=False, **settings)


def gradients(layer: nn.Conv2d, x: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Output of a layer, and gradients of Σ weights·output by x and by the layer's weight."""
    x = x.clone().requires_grad_()
    layer.zero_grad()
    output = layer(x)
    (output * weights).sum().backward()
    assert x.grad is not None
    assert layer.weight.grad is not None
    return output.detach(), x.grad, layer.weight.grad.clone()


@pytest.mark.parametrize("precision", HALVES)
@pytest.mark.parametrize(
    "geometry", [(3, 2, 1, 1), (5, 2, 2, 1), (3, 3, 0, 1), (3, 2, 2, 2), (2, 2, 0, 1)], ids=str
)
@pytest.mark.parametrize("side", [14, 15])
def test_strided_depthwise_convolutions_are_right_to_half_precision(precision, geometry, side):
    """Against float64 on the same rounded numbers."""
    layer = depthwise(*geometry)
    half = HALVES[precision]
    layer.weight.data = layer.weight.data.to(half).float()
    x = torch.randn(3, CHANNELS, side, side).to(half).float().to(memory_format=torch.channels_last)
    weights = torch.randn(layer(x).shape).to(half).float()
    with mixed(precision, CPU):
        ours = gradients(layer, x, weights)
    exact = gradients(layer.double(), x.double(), weights.double())
    for mine, true in zip(ours, exact, strict=True):
        tolerance = torch.finfo(half).eps * true.abs().max()
        torch.testing.assert_close(mine.double(), true, rtol=0, atol=float(tolerance))


def test_it_agrees_with_autocast_to_its_last_bits():
    layer = depthwise(3, 2, 1, 1)
    layer.weight.data = layer.weight.data.bfloat16().float()
    x, weights = torch.randn(2, CHANNELS, 28, 28), torch.randn(2, CHANNELS, 14, 14)
    x, weights = x.bfloat16().float(), weights.bfloat16().float()
    with torch.autocast("cpu", torch.bfloat16):
        native = gradients(layer, x, weights)
    with mixed("bf16", CPU):
        ours = gradients(layer, x, weights)
    assert torch.equal(ours[0], native[0])
    assert torch.equal(ours[2], native[2])
    exact = gradients(layer.double(), x.double(), weights.double())[1].float()
    torch.testing.assert_close(ours[1], exact, rtol=2**-7, atol=1e-3)
    # (on some processors autocast rounds each of the few terms, which may cancel)
    assert (ours[1] - exact).abs().max() <= (native[1] - exact).abs().max()


def test_channels_stay_last():
    layer = depthwise(3, 2, 1, 1)
    x = torch.randn(2, CHANNELS, 28, 28).to(memory_format=torch.channels_last).requires_grad_()
    with mixed("bf16", CPU):
        layer(x).sum().backward()
    assert x.grad is not None
    assert x.grad.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("frozen", ["input", "weight"])
def test_what_is_frozen_has_no_gradient(frozen):
    layer = depthwise(3, 2, 1, 1)
    x = torch.randn(2, CHANNELS, 28, 28, requires_grad=frozen != "input")
    layer.weight.requires_grad_(frozen != "weight")
    with mixed("bf16", CPU):
        layer(x).float().sum().backward()
    assert (x.grad is None) == (frozen == "input")
    assert (layer.weight.grad is None) == (frozen == "weight")


def test_single_precision_stays_as_it_is():
    layer = depthwise(3, 2, 1, 1)
    x = torch.randn(2, CHANNELS, 28, 28)
    with mixed("fp32", CPU):
        inside = layer(x)
    assert inside.dtype == torch.float32
    assert torch.equal(inside, layer(x))


def test_what_is_kept_in_single_precision_within_stays_so():
    layer = depthwise(3, 2, 1, 1)
    x = torch.randn(2, CHANNELS, 28, 28)
    with mixed("bf16", CPU), torch.autocast("cpu", enabled=False):
        inside = layer(x)
    assert torch.equal(inside, layer(x))


@pytest.mark.slow
def test_it_costs_no_more_than_what_it_stands_in_for():
    """In seconds of this thread; where oneDNN is slow, a third of it."""
    Execution(device="cpu", threads=1).apply()  # memory is kept, as it is where a cell is trained
    layer = depthwise(3, 2, 1, 1)
    x = torch.randn(16, CHANNELS, 112, 112).to(memory_format=torch.channels_last).requires_grad_()

    def step() -> float:
        start = time.thread_time()
        layer(x).float().sum().backward()
        return time.thread_time() - start

    ours, native = [], []
    for _ in range(5):
        with mixed("bf16", CPU):
            ours.append(step())
        with torch.autocast("cpu", torch.bfloat16):
            native.append(step())
    assert min(ours) < 1.3 * min(native)
