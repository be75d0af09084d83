"""Gather-excite, from its paper: timm's layer fails with parameters (timm 1.0.31)."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from registry.bottleneck import BottleneckParameters
from registry.catalog import attention
from registry.site import Site


class GatherExciteParameters(BottleneckParameters):
    """Which of the paper's operators.

    Attributes
    ----------
    variant : str
        ``"minus"`` gathers by means and has no parameter (GE-θ⁻), ``"plain"`` gathers by depth-wise
        convolutions (GE-θ), ``"plus"`` adds a bottleneck that excites (GE-θ⁺, the paper's best).
    extent : int
        Side of the neighbourhood that is gathered, a power of two; 0 is the whole map.
    reduction : int
        Of the bottleneck of ``"plus"``.
    """

    variant: Literal["minus", "plain", "plus"] = "plus"
    extent: Literal[0, 2, 4, 8] = 0


def _count(site: Site, parameters: GatherExciteParameters) -> int:
    if parameters.variant == "minus":
        return 0
    norm = 2 * site.channels
    if parameters.extent == 0:
        gather = site.channels * site.height * site.width + norm
    else:
        gather = _halvings(parameters.extent) * (9 * site.channels + norm)
    if parameters.variant == "plain":
        return gather
    narrow = parameters.width(site)
    return gather + 2 * site.channels * narrow + narrow + site.channels


def _halvings(extent: int) -> int:
    return extent.bit_length() - 1


@attention(
    "ge",
    citation=(
        "Hu, Shen, Albanie, Sun & Vedaldi, Gather-Excite: Exploiting Feature Context in "
        "Convolutional Neural Networks, NeurIPS 2018, §3"
    ),
    parameters=GatherExciteParameters,
    count=_count,
)
class GatherExcite(nn.Module):
    """Channels weighed by what is gathered around each position, or over the whole map.

    x ⊙ sigmoid(interpolate(excite(gather(x)))) on maps (N, C, H, W), to the nearest neighbour. A
    batch norm follows each depth-wise convolution; with one over the whole map the module fits
    one size only.
    """

    def __init__(self, site: Site, parameters: GatherExciteParameters) -> None:
        super().__init__()
        self.site = site
        self.extent = parameters.extent
        self.gather = None if parameters.variant == "minus" else _gather(site, parameters.extent)
        self.excite: nn.Module = nn.Identity()
        if parameters.variant == "plus":
            narrow = parameters.width(site)
            self.excite = nn.Sequential(
                nn.Conv2d(site.channels, narrow, 1), nn.ReLU(), nn.Conv2d(narrow, site.channels, 1)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Gather, excite, and weigh."""
        if self.gather is None:
            gathered = _means(x, self.extent)
        else:
            if self.extent == 0:
                self.site.require_size(x)
            gathered = self.gather(x)
        gate = torch.sigmoid(functional.interpolate(self.excite(gathered), size=x.shape[-2:]))
        return x * gate.to(x.dtype)


def _means(x: Tensor, extent: int) -> Tensor:
    if extent == 0:
        return x.mean(dim=(2, 3), keepdim=True)
    return functional.avg_pool2d(
        x, 2 * extent - 1, stride=extent, padding=extent - 1, count_include_pad=False
    )


def _gather(site: Site, extent: int) -> nn.Sequential:
    channels = site.channels
    if extent == 0:
        whole = (site.height, site.width)
        return nn.Sequential(
            nn.Conv2d(channels, channels, whole, groups=channels, bias=False),
            nn.BatchNorm2d(channels),
        )
    layers: list[nn.Module] = []
    for _ in range(_halvings(extent)):
        layers += [
            nn.Conv2d(channels, channels, 3, stride=2, padding=1, groups=channels, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
        ]
    return nn.Sequential(*layers[:-1])
