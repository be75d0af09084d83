"""Convolutional block attention, by timm."""

from torch import nn

from registry.bottleneck import BottleneckParameters
from registry.catalog import attention
from registry.site import Site

KERNEL = 7


def _count(site: Site, parameters: BottleneckParameters) -> int:
    channel = 2 * site.channels * parameters.width(site)
    convolution, norm = 2 * KERNEL**2, 2
    return channel + convolution + norm


@attention(
    "cbam",
    citation=(
        "Woo, Park, Lee & Kweon, CBAM: Convolutional Block Attention Module, ECCV 2018, §3; "
        "timm's CbamModule"
    ),
    parameters=BottleneckParameters,
    count=_count,
)
def build(site: Site, parameters: BottleneckParameters) -> nn.Module:
    """Channels weighed by their means and maxima, then positions by theirs.

    Eq. 2 without biases, and Eq. 3 with a batch norm after its 7×7 convolution, as in the authors'
    code.
    """
    from timm.layers.cbam import CbamModule

    module: nn.Module = CbamModule(
        site.channels, rd_channels=parameters.width(site), spatial_kernel_size=KERNEL
    )
    return module
