"""LHC: self-attention between channels, each head on its own strip of positions."""

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from registry.bottleneck import largest_divisor
from registry.catalog import attention
from registry.component import Parameters, Search
from registry.site import Site


class LhcParameters(Parameters):
    """The defaults are those of the authors for the maps of 56 × 56 in their ResNet-34.

    Attributes
    ----------
    heads : int
        The positions are dealt out to this many, in the order of rows, or to the largest number
        below that divides them. The authors choose for each of their sizes by hand: 8, 8, 7, 7, 1.
    reduction : float
        A head embeds its strip of positions in its length divided by this, rounded up: 2 gives each
        of the authors' sizes, 196, 196, 56, 14 and 25.
    pool : int
        Side of the windows that queries, keys and values are pooled in; odd.
    kernel : int
        Of the convolution that makes the values; odd.
    norm : float
        The least exponent of the embedding's length that scores are divided by.
    """

    heads: Annotated[int, Field(ge=1, le=64), Search(1, 16, log=True)] = 8
    reduction: Annotated[float, Field(ge=1, le=64), Search(1, 8)] = 2.0
    pool: Literal[1, 3, 5, 7] = 3
    kernel: Literal[1, 3, 5, 7] = 3
    norm: Annotated[float, Field(ge=0, le=4), Search(0, 2)] = 1.0

    def strips(self, site: Site) -> tuple[int, int, int]:
        """Number of heads, positions of each, and the length that these are embedded in."""
        positions = site.height * site.width
        heads = largest_divisor(positions, self.heads)
        length = positions // heads
        return heads, length, math.ceil(length / self.reduction)


def _count(site: Site, parameters: LhcParameters) -> int:
    heads, length, embedding = parameters.strips(site)
    embed = heads * (length * embedding + embedding)
    temperature = site.channels**2 + site.channels
    value = parameters.kernel**2 * site.channels**2 + site.channels
    return embed + temperature + value


@attention(
    "lhc",
    citation=(
        "Pecoraro, Basile, Bono & Gallo, Local Multi-Head Channel Self-Attention for Facial "
        "Expression Recognition, Information 2022 (arXiv 2111.07224), and their code "
        "(github.com/Bodhis4ttva/LHC_Net)"
    ),
    parameters=LhcParameters,
    count=_count,
)
class LocalMultiHeadChannelAttention(nn.Module):
    """Channels mixed by their likeness, each head on its own strip of the map.

    x + softmax(q kᵀ / e^(norm + p)) v for each head, with queries from means, keys from maxima, one
    embedding (of length e) for both, values from a convolution whose result is pooled, and p from
    the mean score of each channel. The embedding's weights fit one size of map only.

    From the paper and the code are the layers and the defaults; ours are the rules by which heads
    and embedding follow a map of another size than theirs. The authors' code counts padding
    neither among the means nor the maxima, and so does this.
    """

    def __init__(self, site: Site, parameters: LhcParameters) -> None:
        super().__init__()
        self.site = site
        self.norm = parameters.norm
        heads, length, embedding = parameters.strips(site)
        window, margin = parameters.pool, parameters.pool // 2
        self.mean = nn.AvgPool2d(window, stride=1, padding=margin, count_include_pad=False)
        self.maximum = nn.MaxPool2d(window, stride=1, padding=margin)
        self.embed = nn.ModuleList(nn.Linear(length, embedding) for _ in range(heads))
        self.temperature = nn.Linear(site.channels, site.channels)
        self.value = nn.Conv2d(
            site.channels, site.channels, parameters.kernel, padding=parameters.kernel // 2
        )

    def forward(self, x: Tensor) -> Tensor:
        """Attention between channels, around which the map itself is passed."""
        self.site.require_size(x)
        query, key = self._embedded(self.mean(x)), self._embedded(self.maximum(x))
        value = self._strips(self.mean(self.value(x)))
        scores = query @ key.mT
        exponent = self.norm + torch.sigmoid(self.temperature(scores.mean(dim=-1)))[..., None]
        weights = torch.softmax(scores / query.shape[-1] ** exponent, dim=-1)
        mixed: Tensor = weights @ value
        return x + mixed.transpose(1, 2).reshape(x.shape).to(x.dtype)

    def _strips(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, heads, C, positions of one head)."""
        strips: Tensor = x.flatten(2).unflatten(-1, (len(self.embed), -1))
        return strips.transpose(1, 2)

    def _embedded(self, x: Tensor) -> Tensor:
        strips = self._strips(x).unbind(dim=1)
        heads = zip(self.embed, strips, strict=True)
        return torch.stack([embed(strip) for embed, strip in heads], dim=1)
