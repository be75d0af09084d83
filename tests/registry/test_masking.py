"""Squeezing and masking in few passes give what the plain operations give, gradients included."""

import pytest
import torch
from torch import Tensor, nn

from registry.masking import Squeezable


def plain(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Eq. 1 by a convolution, a score that depends on it, and Eq. 10 by a product."""
    squeezed = nn.functional.conv2d(x, weight)
    return squeezed, x * torch.sigmoid(squeezed**2)


def lean(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """The same by what is tested."""
    maps = Squeezable(x, weight)
    return maps.squeezed, maps.masked(torch.sigmoid(maps.squeezed**2))


def given(dtype: torch.dtype, layout: torch.memory_format) -> tuple[Tensor, Tensor]:
    made = torch.Generator().manual_seed(3)
    x = torch.randn(3, 5, 7, 7, generator=made, dtype=torch.float64)
    weight = torch.randn(1, 5, 1, 1, generator=made, dtype=torch.float64)
    x = x.to(dtype).contiguous(memory_format=layout).requires_grad_()
    return x, weight.to(dtype).requires_grad_()


LAYOUTS = (torch.contiguous_format, torch.channels_last)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_values_and_gradients_are_those_of_the_plain_operations(
    layout: torch.memory_format,
) -> None:
    x, weight = given(torch.float64, layout)
    for mine, theirs in zip(lean(x, weight), plain(x, weight), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)
    factors = torch.randn(3, 5, 7, 7, dtype=torch.float64)
    mine = torch.autograd.grad((lean(x, weight)[1] * factors).sum(), (x, weight))
    theirs = torch.autograd.grad((plain(x, weight)[1] * factors).sum(), (x, weight))
    torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_derivatives_by_differences(layout: torch.memory_format) -> None:
    x, weight = given(torch.float64, layout)
    inputs = (x[:1, :2, :3, :3].detach(), weight[:, :2].detach())
    assert torch.autograd.gradcheck(lean, [each.requires_grad_() for each in inputs])


def test_a_second_derivative_is_refused_and_not_wrong() -> None:
    x, weight = given(torch.float64, torch.contiguous_format)
    (slope,) = torch.autograd.grad(lean(x, weight)[1].sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="twice"):
        slope.sum().backward()


def test_one_of_the_two_may_go_unused() -> None:
    x, weight = given(torch.float64, torch.contiguous_format)
    mine = torch.autograd.grad(Squeezable(x, weight).squeezed.sum(), (x, weight))
    torch.testing.assert_close(mine[0], weight.detach().expand_as(x))
    torch.testing.assert_close(mine[1].flatten(), x.detach().sum((0, 2, 3)))
    score = torch.rand(1, 1, 7, 7, dtype=torch.float64)
    (by_x,) = torch.autograd.grad(Squeezable(x, weight).masked(score).sum(), x)
    torch.testing.assert_close(by_x, score.expand_as(x))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_errors_of_single_precision_are_no_larger_than_the_plain_ones(
    layout: torch.memory_format,
) -> None:
    exact = plain(*given(torch.float64, layout))[1].detach()
    single = given(torch.float32, layout)
    errors = [float((made(*single)[1].detach() - exact).abs().max()) for made in (lean, plain)]
    assert errors[0] <= 4 * errors[1] + 1e-7


def test_each_image_is_masked_by_itself_under_vmap() -> None:
    x, weight = given(torch.float64, torch.contiguous_format)
    alone = torch.func.vmap(lambda one: lean(one[None], weight)[1][0])(x)
    torch.testing.assert_close(alone, plain(x, weight)[1])
