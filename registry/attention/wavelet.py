"""Wavelet attention: the details of a map say where its coarse part is strengthened."""

import torch
from torch import Tensor, nn

from registry.catalog import attention
from registry.component import NoParameters
from registry.site import Site


@attention(
    "wavelet",
    citation=(
        "Zhao, Huang & Shu, Wavelet-Attention CNN for Image Classification, Multimedia Systems "
        "2022 (arXiv 2201.09271), and their code (github.com/TRillionZxY/WaveletAttention)"
    ),
    count=lambda _site, _parameters: 0,
    aliases=("wa",),
)
class WaveletAttention(nn.Module):
    """The coarse Haar band of each channel strengthened where the details are, with no parameter.

    LL + LL ⊙ softmax(LH + HL), with the softmax over channels. The published block ends there, at
    half the size; here the inverse transform with the three detail bands as they were brings back
    the size, which is x plus the strengthened part of LL spread over its 2×2 positions. A map of
    odd size has its last row or column repeated for the transform.
    """

    def __init__(self, _site: Site, _parameters: NoParameters) -> None:
        super().__init__()

    def forward(self, x: Tensor) -> Tensor:
        """One level of the orthonormal Haar transform, the attention, and the way back."""
        height, width = x.shape[-2:]
        even = torch.cat([x, x[..., height - height % 2 :, :]], dim=2)
        even = torch.cat([even, even[..., width - width % 2 :]], dim=3)
        top, bottom = even[..., 0::2, :], even[..., 1::2, :]
        low, high = top + bottom, top - bottom  # along columns
        coarse = (low[..., 0::2] + low[..., 1::2]) / 2
        details = (low[..., 0::2] - low[..., 1::2] + high[..., 0::2] + high[..., 1::2]) / 2
        strengthened = coarse * torch.softmax(details, dim=1)
        spread = strengthened.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3) / 2
        return x + spread[..., :height, :width].to(x.dtype)
