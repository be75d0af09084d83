"""Frequency channel attention: squeeze-and-excitation on DCT coefficients in place of means."""

import math
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from registry.bottleneck import BottleneckParameters, largest_divisor
from registry.catalog import attention
from registry.component import Search
from registry.site import Site

#: Side of the plane of frequencies that Qin et al. tried one by one on ImageNet.
GRID = 7
#: The best of that plane, best first (vertical, horizontal): "top" in the authors' code.
BEST = (
    *((0, 0), (0, 1), (6, 0), (0, 5), (0, 2), (1, 0), (1, 2), (4, 0)),
    *((5, 0), (1, 6), (3, 0), (0, 4), (0, 6), (0, 3), (3, 5), (2, 2)),
    *((4, 6), (6, 3), (3, 3), (5, 3), (5, 5), (2, 1), (6, 1), (5, 2)),
    *((5, 4), (3, 2), (3, 1), (4, 1), (2, 3), (2, 0), (6, 5), (1, 3)),
)


class FcaParameters(BottleneckParameters):
    """The bottleneck, and the spectrum.

    Attributes
    ----------
    frequencies : int
        Each is looked at by an equal share of the channels. Where that many do not divide the
        channels, or the map has fewer, it is the largest number below that does: 12 for 24
        channels, 1 on a map of one position.
    """

    frequencies: Annotated[int, Field(ge=1, le=len(BEST)), Search(1, 32, log=True)] = 16

    def chosen(self, site: Site) -> tuple[tuple[int, int], ...]:
        """Vertical and horizontal frequency of each share of the channels, in half periods a map.

        The plane is stretched to maps of whole multiples of its side, as in the authors' code; from
        it, a smaller map has the frequencies below its own side.
        """
        stretch = [max(side // GRID, 1) for side in (site.height, site.width)]
        held = [
            (v * stretch[0], h * stretch[1])
            for v, h in BEST
            if v * stretch[0] < site.height and h * stretch[1] < site.width
        ]
        return tuple(held[: largest_divisor(site.channels, min(self.frequencies, len(held)))])


@attention(
    "fca",
    citation=(
        "Qin, Zhang, Wu & Li, FcaNet: Frequency Channel Attention Networks, ICCV 2021, "
        "and their code (github.com/cfzd/FcaNet)"
    ),
    parameters=FcaParameters,
    count=lambda site, parameters: 2 * site.channels * parameters.width(site),
    aliases=("fcanet",),
)
class FrequencyChannelAttention(nn.Module):
    """Channels weighed by a bottleneck on one DCT coefficient each (FcaNet-TS).

    With one frequency it is squeeze-and-excitation without biases on scaled means. The
    bases are those of the maps that the module is built for, and it fits no others; the authors
    pool to a fixed side instead.
    """

    basis: Tensor

    def __init__(self, site: Site, parameters: FcaParameters) -> None:
        super().__init__()
        self.site = site
        narrow = parameters.width(site)
        bases = [
            torch.outer(_cosine(v, site.height), _cosine(h, site.width))
            for v, h in parameters.chosen(site)
        ]
        # follows from the site, so that it need not be kept with the weights
        self.register_buffer("basis", torch.stack(bases).float(), persistent=False)
        self.excite = nn.Sequential(
            nn.Linear(site.channels, narrow, bias=False),
            nn.ReLU(),
            nn.Linear(narrow, site.channels, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """A coefficient of each channel, and what the bottleneck makes of all."""
        self.site.require_size(x)
        shares = x.unflatten(1, (len(self.basis), -1))
        coefficients = torch.einsum("nfchw,fhw->nfc", shares, self.basis.to(x.dtype)).flatten(1)
        gate: Tensor = self.excite(coefficients)[:, :, None, None]
        return x * gate.to(x.dtype)


def _cosine(frequency: int, size: int) -> Tensor:
    """The orthonormal basis vector of the DCT-II."""
    places = torch.arange(size, dtype=torch.float64) + 0.5
    norm = math.sqrt((1 if frequency == 0 else 2) / size)
    return norm * torch.cos(math.pi * frequency * places / size)
