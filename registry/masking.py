"""Maps squeezed to one channel, and masked by a score drawn from that (Eq. 1 and 10).

Source: Kim & Jo, "Spatial Attention Network with High Frequency Component for Facial Expression
Recognition", §3.

On a CPU these two steps cost more than the singular values between them: each pass over a map of
64 × 112 × 112 waits for memory, and each new tensor of that size for pages from the system. Left
to autograd they take twelve passes and five tensors; here it is eight passes and two.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

#: Numbers of the products that are summed at a time: few enough to stay in a core's cache.
CHUNK = 1 << 18


class Squeezable:
    """Maps x (N, C, H, W) that are squeezed once and masked once, with one gradient for both.

    Attributes
    ----------
    squeezed : tensor, (N, 1, H, W)
        Eq. 1: Σ over the channels of weight·x, in the type that a convolution would have.
    """

    def __init__(self, x: Tensor, weight: Tensor) -> None:
        """Squeeze maps (N, C, H, W) by the weight (1, C, 1, 1) of a convolution."""
        self.squeezed, self._x, self._score = _Squeeze.apply(x, weight)

    def masked(self, score: Tensor) -> Tensor:
        """Eq. 10: x ⊙ score, for scores (N or 1, 1, H, W), in the type of x."""
        score = score.to(self._x.dtype).expand_as(self._score)
        masked: Tensor = _Mask.apply(self._x, self._score, score)
        return masked


class _Squeeze(Function):
    """x and weight to the squeezed map, x itself, and a place for the score.

    Going back, `_Mask` hands the gradient of x over in its two factors, that of the masked map and
    the score. So it is multiplied out here, once, into the tensor that takes the other part too. A
    second derivative would need the whole, and is refused.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if _channels_last(x):
            squeezed = (x.permute(0, 2, 3, 1) @ weight.flatten()).unsqueeze(1)
        else:
            squeezed = (weight.flatten(1) @ x.flatten(2)).unflatten(2, x.shape[2:])
        return squeezed, x.view_as(x), x.new_zeros(()).expand(squeezed.shape)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Any) -> None:
        ctx.save_for_backward(*inputs)
        ctx.set_materialize_grads(False)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, by_squeezed: Tensor | None, by_masked: Tensor | None, score: Tensor | None
    ) -> tuple[Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        of_x = of_weight = None
        if by_squeezed is not None:
            by_squeezed = by_squeezed.to(x.dtype)
        if ctx.needs_input_grad[0]:
            if by_masked is not None and score is not None:
                of_x = by_masked * score
            if by_squeezed is not None:
                wide = weight.to(x.dtype)
                of_x = wide * by_squeezed if of_x is None else _plus(of_x, by_squeezed, wide)
        if ctx.needs_input_grad[1] and by_squeezed is not None:
            of_weight = _weighted_sum(x, by_squeezed).to(weight.dtype).view_as(weight)
        return of_x, of_weight


class _Mask(Function):
    """x ⊙ score; see `_Squeeze` for what its backward returns."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, _place: Tensor, score: Tensor) -> Tensor:
        return x * score

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor], output: Any) -> None:
        x, _, score = inputs
        ctx.save_for_backward(x, score)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, by_masked: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        x, score = ctx.saved_tensors
        of_score = _sum_of_products(by_masked, x) if ctx.needs_input_grad[2] else None
        return by_masked, score, of_score


def _channels_last(x: Tensor) -> bool:
    return x.stride(1) == 1  # (`is_contiguous` cannot be asked under vmap)


def _plus(total: Tensor, squeezed: Tensor, weight: Tensor) -> Tensor:
    """Add squeezed (N, 1, H, W) times weight (1, C, 1, 1) to the total (N, C, H, W), in place.

    As a product of matrices: in bfloat16, `addcmul_` takes ten times as long over few channels.
    """
    if _channels_last(total):
        by_pixel = total.permute(0, 2, 3, 1).view(-1, total.shape[1])
        by_pixel.addmm_(squeezed.reshape(-1, 1), weight.view(1, -1))
    else:
        by_image = weight.view(1, -1, 1).expand(len(total), -1, -1)
        total.view(*total.shape[:2], -1).baddbmm_(by_image, squeezed.flatten(2))
    return total


def _weighted_sum(x: Tensor, weights: Tensor) -> Tensor:
    """Σ over images and pixels of weights (N, 1, H, W) times x (N, C, H, W), as (C,)."""
    if _channels_last(x):
        return weights.flatten() @ x.permute(0, 2, 3, 1).flatten(0, 2)
    return (x.flatten(2) @ weights.flatten(2).mT).sum(0).flatten()


def _sum_of_products(a: Tensor, b: Tensor) -> Tensor:
    """Σ over the channels of a·b, (N, C, H, W) to (N, 1, H, W)."""
    if a.is_cuda:
        return (a * b).sum(1, keepdim=True)
    images = max(1, CHUNK // max(1, a[:1].numel()))
    product = torch.empty_like(b[:images])
    total = a.new_empty(len(a), 1, *a.shape[2:])
    parts = (each.split(images) for each in (a, b, total))
    for p, q, result in zip(*parts, strict=True):
        torch.sum(torch.mul(p, q, out=product[: len(p)]), 1, keepdim=True, out=result)
    return total
