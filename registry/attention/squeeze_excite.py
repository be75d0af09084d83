"""Squeeze-and-excitation, and its effective form, by timm."""

from torch import nn

from registry.bottleneck import BottleneckParameters
from registry.catalog import attention
from registry.component import NoParameters
from registry.site import Site


def _se_count(site: Site, parameters: BottleneckParameters) -> int:
    full, narrow = site.channels, parameters.width(site)
    return 2 * full * narrow + narrow + full


@attention(
    "se",
    citation="Hu, Shen & Sun, Squeeze-and-Excitation Networks, CVPR 2018, §3; timm's SEModule",
    parameters=BottleneckParameters,
    count=_se_count,
)
def squeeze_excite(site: Site, parameters: BottleneckParameters) -> nn.Module:
    """Channels weighed by a bottleneck on their global means.

    2C²/r weights (Hu et al. Eq. 5) and, as in the authors' code, C/r + C biases.
    """
    from timm.layers.squeeze_excite import SEModule

    module: nn.Module = SEModule(site.channels, rd_channels=parameters.width(site))
    return module


@attention(
    "ese",
    citation=(
        "Lee & Park, CenterMask: Real-Time Anchor-Free Instance Segmentation, CVPR 2020, §3.3; "
        "timm's EffectiveSEModule"
    ),
    count=lambda site, _parameters: site.channels**2 + site.channels,
)
def effective_squeeze_excite(site: Site, _parameters: NoParameters) -> nn.Module:
    """Channels weighed by one full layer on their global means, with no bottleneck."""
    from timm.layers.squeeze_excite import EffectiveSEModule

    module: nn.Module = EffectiveSEModule(site.channels)
    return module
