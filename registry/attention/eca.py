"""Efficient channel attention, by timm."""

import math
from typing import Annotated

from pydantic import Field
from torch import nn

from registry.catalog import attention
from registry.component import Parameters, Search
from registry.site import Site


class EcaParameters(Parameters):
    """How far the channels look around; the defaults are those of Wang et al. §3.2.3.

    Attributes
    ----------
    gamma, beta : float
        The kernel is |log₂C / γ + b / γ| long, rounded down, and then up to an odd number; it is
        3 at least, as in timm (Wang et al. have 1 below 8 channels).
    """

    gamma: Annotated[float, Field(gt=0, le=10), Search(1, 4)] = 2.0
    beta: Annotated[float, Field(ge=0, le=10), Search(0, 4)] = 1.0


def _kernel(site: Site, parameters: EcaParameters) -> int:
    length = int((math.log2(site.channels) + parameters.beta) / parameters.gamma)
    return max(3, length + 1 - length % 2)


@attention(
    "eca",
    citation=(
        "Wang, Wu, Zhu, Li, Zuo & Hu, ECA-Net: Efficient Channel Attention for Deep Convolutional "
        "Neural Networks, CVPR 2020, §3.2; timm's EcaModule"
    ),
    parameters=EcaParameters,
    count=_kernel,
)
def build(site: Site, parameters: EcaParameters) -> nn.Module:
    """Channels weighed by a short convolution along their global means."""
    from timm.layers.eca import EcaModule

    module: nn.Module = EcaModule(site.channels, gamma=parameters.gamma, beta=parameters.beta)
    return module
