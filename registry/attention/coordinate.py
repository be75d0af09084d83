"""Coordinate attention, by timm."""

from typing import Annotated

from pydantic import Field
from torch import nn

from registry.catalog import attention
from registry.component import Parameters, Search
from registry.site import Site

#: The bottleneck is never narrower, in the authors' code.
NARROWEST = 8


class CoordinateParameters(Parameters):
    """``reduction``: channels are divided by this; 8 are left at least (Hou et al. §4.1)."""

    reduction: Annotated[int, Field(ge=1, le=256), Search(4, 64, log=True)] = 32

    def width(self, site: Site) -> int:
        """Channels of the bottleneck."""
        return max(NARROWEST, site.channels // self.reduction)


def _count(site: Site, parameters: CoordinateParameters) -> int:
    full, narrow = site.channels, parameters.width(site)
    squeeze, norm = full * narrow + narrow, 2 * narrow
    return squeeze + norm + 2 * (narrow * full + full)


@attention(
    "coord",
    citation=(
        "Hou, Zhou & Feng, Coordinate Attention for Efficient Mobile Network Design, CVPR 2021, "
        "§3.2; timm's CoordAttn"
    ),
    parameters=CoordinateParameters,
    count=_count,
)
def build(site: Site, parameters: CoordinateParameters) -> nn.Module:
    """Rows and columns weighed for each channel by their means.

    Eq. 4 to 9; biases as in the authors' code, the first of which the batch norm makes idle in
    training.
    """
    from timm.layers.coord_attn import CoordAttn

    module: nn.Module = CoordAttn(site.channels, rd_channels=parameters.width(site), bias=True)
    return module
