"""Bottleneck attention (BAM), as Kim & Jo ran it and as its authors published it."""

import operator
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from registry.bottleneck import BottleneckParameters
from registry.catalog import attention
from registry.component import Search
from registry.site import Site

PARK = "Park et al., BAM: Bottleneck Attention Module, BMVC 2018"
KIM_JO = (
    "Kim & Jo, Spatial Attention Network with High Frequency Component for Facial Expression "
    "Recognition, Table 2"
)


class BamParameters(BottleneckParameters):
    """The bottleneck; the defaults are those of Park et al. §3.

    Attributes
    ----------
    dilation : int
        Of the two 3×3 convolutions, in pixels.
    """

    dilation: Annotated[int, Field(ge=1, le=32), Search(1, 8)] = 4


class OriginalBamParameters(BamParameters):
    """The bottleneck, and how the two branches meet.

    Attributes
    ----------
    combine : str
        ``"product"`` as in the authors' code, ``"sum"`` as in their paper.
    """

    combine: Literal["product", "sum"] = "product"


def _count(site: Site, parameters: BamParameters) -> int:
    full, narrow = site.channels, parameters.width(site)
    channel = full * narrow + narrow + narrow * full + full
    spatial = full * narrow + 2 * 9 * narrow**2 + narrow
    return channel + spatial


def _original_count(site: Site, parameters: OriginalBamParameters) -> int:
    narrow = parameters.width(site)
    norms = 4 * 2 * narrow
    spatial_biases = 3 * narrow + 1
    return _count(site, parameters) + norms + spatial_biases


@attention(
    "bam",
    citation=f"{PARK}, as run by {KIM_JO}",
    parameters=BamParameters,
    count=_count,
)
class Bam(nn.Module):
    """Bottleneck attention as the paper ran it: no batch norm, biases in the channel branch only.

    x ⊙ (1 + sigmoid(channel + spatial)) on maps (N, C, H, W). The layers follow from the
    parameter counts of Table 2; where the ReLUs and the gate are follows Park et al.
    """

    def __init__(self, site: Site, parameters: BamParameters) -> None:
        super().__init__()
        full, narrow = site.channels, parameters.width(site)
        dilation = parameters.dilation
        self.channel = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(full, narrow),
            nn.ReLU(),
            nn.Linear(narrow, full),
        )
        self.spatial = nn.Sequential(
            nn.Conv2d(full, narrow, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(narrow, narrow, 3, padding=dilation, dilation=dilation, bias=False),
            nn.ReLU(),
            nn.Conv2d(narrow, narrow, 3, padding=dilation, dilation=dilation, bias=False),
            nn.ReLU(),
            nn.Conv2d(narrow, 1, 1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Park et al. Eq. 1 and 2."""
        gate = 1 + torch.sigmoid(self.channel(x)[:, :, None, None] + self.spatial(x))
        return x * gate.to(x.dtype)


@attention(
    "bam_original",
    citation=f"{PARK}, and their code (github.com/Jongchan/attention-module)",
    parameters=OriginalBamParameters,
    count=_original_count,
)
class OriginalBam(nn.Module):
    """Bottleneck attention as its authors' code has it: batch norm, biases, a product of branches.

    x ⊙ (1 + sigmoid(channel · spatial)) on maps (N, C, H, W); their paper adds the branches.
    """

    def __init__(self, site: Site, parameters: OriginalBamParameters) -> None:
        super().__init__()
        full, narrow = site.channels, parameters.width(site)
        dilation = parameters.dilation
        self.combine = operator.mul if parameters.combine == "product" else operator.add
        self.channel = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(full, narrow),
            nn.BatchNorm1d(narrow),
            nn.ReLU(),
            nn.Linear(narrow, full),
        )
        self.spatial = nn.Sequential(
            nn.Conv2d(full, narrow, 1),
            nn.BatchNorm2d(narrow),
            nn.ReLU(),
            nn.Conv2d(narrow, narrow, 3, padding=dilation, dilation=dilation),
            nn.BatchNorm2d(narrow),
            nn.ReLU(),
            nn.Conv2d(narrow, narrow, 3, padding=dilation, dilation=dilation),
            nn.BatchNorm2d(narrow),
            nn.ReLU(),
            nn.Conv2d(narrow, 1, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Park et al. Eq. 1 and 2, with their code's product where `combine` says so."""
        gate = 1 + torch.sigmoid(self.combine(self.channel(x)[:, :, None, None], self.spatial(x)))
        return x * gate.to(x.dtype)
