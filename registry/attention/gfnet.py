"""The global filter layer of GFNet: a learnt gain for each frequency of each channel."""

import torch
from torch import Tensor, nn

from registry.catalog import attention
from registry.component import NoParameters
from registry.site import Site

#: Deviation of the filter's first values, in the authors' code.
SPREAD = 0.02


def _count(site: Site, _parameters: NoParameters) -> int:
    norm = 2 * site.channels
    return 2 * site.channels * site.height * (site.width // 2 + 1) + norm


@attention(
    "gf",
    citation=(
        "Rao, Zhao, Zhu, Lu & Zhou, Global Filter Networks for Image Classification, NeurIPS 2021"
    ),
    count=_count,
    aliases=("gfnet",),
)
class GlobalFilter(nn.Module):
    """A learnt complex filter over the whole spectrum of each channel (GFNet's layer).

    x + F⁻¹[K ⊙ F[norm(x)]]: the first half of the paper's block, with its layer norm over channels
    and its shortcut, and without the feed-forward network that follows it there. K holds C·H·(⌊W/2⌋
    + 1) complex numbers, as the map is real, and fits one size only.
    """

    def __init__(self, site: Site, _parameters: NoParameters) -> None:
        super().__init__()
        self.site = site
        self.norm = nn.LayerNorm(site.channels, eps=1e-6)
        shape = (site.channels, site.height, site.width // 2 + 1, 2)
        self.filter = nn.Parameter(SPREAD * torch.randn(shape))

    def forward(self, x: Tensor) -> Tensor:
        """To the spectrum, a gain for each frequency, and back, beside a shortcut."""
        self.site.require_size(x)
        # the FFT knows no half precision on the CPU, and on a GPU only sides that are powers of two
        with torch.autocast(x.device.type, enabled=False):
            wide = x.to(self.filter.dtype)
            normed = self.norm(wide.movedim(1, -1)).movedim(-1, 1)
            spectrum = torch.fft.rfft2(normed, norm="ortho") * torch.view_as_complex(self.filter)
            passed: Tensor = torch.fft.irfft2(spectrum, s=x.shape[-2:], norm="ortho")
        return x + passed.to(x.dtype)
