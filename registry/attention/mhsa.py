"""Multi-head self-attention over positions: the explicit kind, with a score for each pair."""

from typing import Annotated

from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from registry.catalog import attention
from registry.component import Parameters, Search
from registry.errors import RequestError
from registry.site import Site


class SelfAttentionParameters(Parameters):
    """The heads, and how many positions are looked at.

    Attributes
    ----------
    heads : int
        They share the channels, which they must divide.
    key_side : int
        Maps that are larger are pooled to this side at most for keys and values, as in linear
        spatial-reduction attention (Wang et al., PVT v2, 2022); queries stay at every position. At
        28, a map of 112 × 112 has 12,544 · 784 scores a head in place of 12,544², and a map of
        28 × 28 or less has them all.
    """

    heads: Annotated[int, Field(ge=1, le=64), Search(1, 8, log=True)] = 8
    key_side: Annotated[int, Field(ge=1, le=256), Search(7, 56, log=True)] = 28


def _count(site: Site, _parameters: SelfAttentionParameters) -> int:
    norm = 2 * site.channels
    return 4 * site.channels**2 + norm


@attention(
    "mhsa",
    citation=(
        "Vaswani et al., Attention Is All You Need, NeurIPS 2017, §3.2.2, before a layer norm as "
        "in Dosovitskiy et al., An Image Is Worth 16x16 Words, ICLR 2021, Eq. 2"
    ),
    parameters=SelfAttentionParameters,
    count=_count,
)
class SelfAttention(nn.Module):
    """Every position a mixture of all, by scaled dot products in several heads.

    x + W_O · heads(norm(x)) on maps (N, C, H, W). As in Vaswani et al. the four C × C projections
    have no biases. Positions are not encoded: the convolutions around it know them.

    Raises
    ------
    RequestError
        The heads do not divide the channels.
    """

    def __init__(self, site: Site, parameters: SelfAttentionParameters) -> None:
        super().__init__()
        if site.channels % parameters.heads:
            raise RequestError(
                f"heads = {parameters.heads} does not divide the {site.channels} channels "
                f"at position {site.index}"
            )
        channels = site.channels
        self.heads, self.key_side = parameters.heads, parameters.key_side
        self.norm = nn.LayerNorm(channels)
        self.query = nn.Linear(channels, channels, bias=False)
        self.key_value = nn.Linear(channels, 2 * channels, bias=False)
        self.output = nn.Linear(channels, channels, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Attention over positions, around which the map itself is passed."""
        normed = self.norm(x.movedim(1, -1))
        query = self._split(self.query(normed.flatten(1, 2)))
        pooled = self._pool(normed.movedim(-1, 1)).flatten(2).mT
        key, value = map(self._split, self.key_value(pooled).chunk(2, dim=-1))
        mixed = functional.scaled_dot_product_attention(query, key, value)
        output: Tensor = self.output(mixed.transpose(1, 2).flatten(2))
        return x + output.mT.reshape(x.shape).to(x.dtype)

    def _pool(self, x: Tensor) -> Tensor:
        sides = [-(-side // self.key_side) for side in x.shape[-2:]]
        # adaptive pooling has no deterministic gradient on a GPU
        pooled: Tensor = functional.avg_pool2d(
            x, sides, sides, ceil_mode=True, count_include_pad=False
        )
        return pooled

    def _split(self, tokens: Tensor) -> Tensor:
        """(N, positions, C) to (N, heads, positions, C / heads)."""
        split: Tensor = tokens.unflatten(-1, (self.heads, -1))
        return split.transpose(1, 2)
