"""SimAM: attention without parameters, from an energy of each neuron."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from registry.catalog import attention
from registry.component import Parameters, Search
from registry.site import Site


class SimamParameters(Parameters):
    """``e_lambda``: the λ of Eq. 1, by the name that it has in the authors' code; their default."""

    e_lambda: Annotated[float, Field(gt=0, le=1), Search(1e-6, 1e-1, log=True)] = 1e-4


@attention(
    "simam",
    citation=(
        "Yang, Zhang, Li & Xie, SimAM: A Simple, Parameter-Free Attention Module for Convolutional "
        "Neural Networks, ICML 2021, Eq. 5 and 6"
    ),
    parameters=SimamParameters,
    count=lambda _site, _parameters: 0,
)
class SimAM(nn.Module):
    """Each value weighed by how far it stands out from its channel, with no parameter.

    x ⊙ sigmoid(1/e), where 1/e = (x − μ)² / (4(σ² + λ)) + 1/2 in each channel (Eq. 5). As in the
    authors' code σ² is the unbiased variance; it is zero on a map of one position.
    """

    def __init__(self, _site: Site, parameters: SimamParameters) -> None:
        super().__init__()
        self.e_lambda = parameters.e_lambda

    def forward(self, x: Tensor) -> Tensor:
        """Eq. 6."""
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        squares = (wide - wide.mean(dim=(2, 3), keepdim=True)).square()
        others = max(x.shape[2] * x.shape[3] - 1, 1)
        variance = squares.sum(dim=(2, 3), keepdim=True) / others
        gate = torch.sigmoid(squares / (4 * (variance + self.e_lambda)) + 0.5)
        return x * gate.to(x.dtype)
