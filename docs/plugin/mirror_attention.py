"""Attention to what is not the same on both sides of a face."""

import torch
from torch import Tensor, nn

from registry.catalog import attention


@attention("mirror", citation="A. Researcher, an example", count=lambda site, _: site.channels)
class MirrorAttention(nn.Module):
    """Positions weighed by how much they differ from their mirror image."""

    def __init__(self, site, parameters):
        super().__init__()
        self.score = nn.Conv2d(site.channels, 1, kernel_size=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the maps (N, C, H, W)."""
        return x * torch.sigmoid(self.score((x - x.flip(-1)).abs())).to(x.dtype)
