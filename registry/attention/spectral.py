"""Spectral attention of Kim & Jo (§3, Eq. 1 to 10) and its ablation variants (§4.3, Table 1)."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import torch
from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator
from torch import Tensor, nn

from registry.catalog import attention
from registry.component import Parameters, Search
from registry.errors import RequestError
from registry.masking import Squeezable
from registry.site import Site
from registry.spectrum import (
    Filter,
    HighPass,
    Profile,
    band_limited_singular_values,
    filtered,
    singular_values,
)

CITATION = (
    "Kim & Jo, Spatial Attention Network with High Frequency Component for Facial Expression "
    "Recognition"
)

#: Of the Butterworth profile, where none is given.
ORDER = 2

WHOLE, HIGH, LOW = "whole", "high", "low"

Fraction = Annotated[float, Field(gt=0, lt=1)]


def _shape_of(radius: object) -> str:
    return "each" if isinstance(radius, list | tuple) else "one"


class SpectralParameters(Parameters):
    """The high-pass filter of Eq. 2, which the paper leaves open but for its name.

    Attributes
    ----------
    radius : float or tuple of float
        Cut-off as a fraction of the Nyquist frequency, one for all positions or one for each; the
        default is a guess, as the paper does not state its own.
    profile : str
        Shape of the filter's edge.
    order : int
        Order of the Butterworth profile. The other profiles have none: it is the default there,
        whatever was given, so that what trains the same model has the same identity.
    """

    radius: Annotated[
        Annotated[Fraction, Tag("one")] | Annotated[tuple[Fraction, ...], Tag("each")],
        # tells the two apart by type, so that a message is about the one that was meant
        Discriminator(_shape_of),
        Search(0.02, 0.95),
    ] = 0.25
    profile: Profile = "ideal"
    order: Annotated[int, Field(ge=1, le=10), Search(1, 8)] = ORDER

    @field_validator("order")
    @classmethod
    def _only_of_butterworth(cls, order: int, info: ValidationInfo) -> int:
        # a profile that was refused is not among the data, and is told about instead
        return order if info.data.get("profile") == "butterworth" else ORDER

    def high_pass(self, site: Site) -> HighPass:
        """The filter at one of the backbone's positions.

        Raises
        ------
        RequestError
            There are not as many radii as positions.
        """
        if isinstance(self.radius, float):
            return HighPass(self.radius, self.profile, self.order)
        if len(self.radius) != site.count:
            raise RequestError(
                f"radius has {len(self.radius)} values, but the backbone has {site.count} "
                "positions: give one for each, or one number for all"
            )
        return HighPass(self.radius[site.index], self.profile, self.order)


def closed_form(pairs: int) -> Callable[[Site, Any], int]:
    """C weights of Eq. 1 and 49 weights a pair of Eq. 9, none with a bias."""
    return lambda site, _parameters: site.channels + 49 * pairs


class SpectralAttention(nn.Module):
    """Masks x with a score drawn from the singular values of its squeezed map (Eq. 1 to 10).

    Maps (N, C, n, n) to the same shape and floating type. As in the paper nothing is normalised:
    the score saturates where the products of singular values are large.

    Raises
    ------
    RequestError
        The map is not square.
    """

    #: (query, key) of each correlation matrix; the matrices are the channels of one convolution
    pairs: ClassVar[tuple[tuple[str, str], ...]]

    def __init__(self, site: Site, parameters: SpectralParameters) -> None:
        super().__init__()
        _require_square((site.channels, site.height, site.width))
        self.filter: Filter = parameters.high_pass(site)
        self.squeeze = nn.Conv2d(site.channels, 1, kernel_size=1, bias=False)
        self.mix = nn.Conv2d(len(self.pairs), 1, kernel_size=7, padding=3, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Eq. 1, 9 and 10."""
        _require_square(tuple(x.shape))
        maps = Squeezable(x, self.squeeze.weight)
        return maps.masked(self.score(maps.squeezed))

    def score(self, squeezed: Tensor) -> Tensor:
        """Scores (N or 1, 1, n, n) of squeezed maps (N, 1, n, n), Eq. 9."""
        # LAPACK and the FFT know no half precision, and products of singular values overflow it
        with torch.autocast(squeezed.device.type, enabled=False):
            wide = torch.promote_types(squeezed.dtype, torch.float32)
            return torch.sigmoid(self.mixed(squeezed.squeeze(1).to(wide)))

    def mixed(self, maps: Tensor) -> Tensor:
        """The convolution of the correlation matrices, (N, 1, n, n), without the matrices.

        Each is a product of two vectors: with Q and K for their windows of 7, (n, 7), and W for
        the weights, what the convolution makes of it is Q W Kᵀ.
        """
        windows = {part: _windows(values) for part, values in self.spectra(maps).items()}
        weights = self.mix.weight[0].to(maps.dtype)
        of_pairs = [
            windows[query] @ weight @ windows[key].mT
            for (query, key), weight in zip(self.pairs, weights, strict=True)
        ]
        return torch.stack(of_pairs).sum(0).unsqueeze(1)

    def correlate(self, maps: Tensor) -> Tensor:
        """Correlation matrices (N, pairs, n, n) of squeezed maps (N, n, n), Eq. 2 to 8."""
        spectrum = self.spectra(maps)
        return torch.stack(
            [spectrum[query][:, :, None] * spectrum[key][:, None, :] for query, key in self.pairs],
            dim=1,
        )

    def spectra(self, maps: Tensor) -> dict[str, Tensor]:
        """Singular values (N, n) of each part of the maps (N, n, n) that a pair has, Eq. 2 to 7."""
        high = filtered(maps, self.filter)
        parts = {WHOLE: maps, HIGH: high}
        wanted = {name for pair in self.pairs for name in pair}
        spectra: dict[str, Tensor] = {}
        if together := sorted(wanted & parts.keys()):
            values = singular_values(torch.stack([parts[name] for name in together]))
            spectra.update(zip(together, values, strict=True))
        if LOW in wanted:
            low = maps - high  # what high leaves, so that the two add up to the map
            spectra[LOW] = band_limited_singular_values(low, self.filter.stopband(maps.shape[-1]))
        return spectra


def _windows(values: Tensor) -> Tensor:
    """The seven values around each of (N, n), with zeros beyond the ends, as (N, n, 7)."""
    return nn.functional.pad(values, (3, 3)).unfold(-1, 7, 1)


def _require_square(shape: tuple[int, ...]) -> None:
    if shape[-2] != shape[-1]:
        sizes = " × ".join(map(str, shape))
        raise RequestError(f"spectral attention needs a square map, and this one is {sizes}")


@attention(
    "hfc",
    citation=f"{CITATION}, §3, Eq. 1 to 10",
    parameters=SpectralParameters,
    count=closed_form(pairs=1),
    aliases=("ours",),
)
class HighFrequency(SpectralAttention):
    """Spectral attention with the high-frequency component as query (the paper's module).

    §3, Eq. 1 to 10; "Ours" in Table 2 and "HFC" in Table 1.
    """

    pairs = ((HIGH, WHOLE),)


@attention(
    "lfc",
    citation=f"{CITATION}, §4.3, group 3",
    parameters=SpectralParameters,
    count=closed_form(pairs=1),
)
class LowFrequency(SpectralAttention):
    """Spectral attention with the low-frequency component as query.

    §4.3; "LFC" in Table 1.
    """

    pairs = ((LOW, WHOLE),)


@attention(
    "hfc_lfc",
    citation=f"{CITATION}, §4.3, group 4",
    parameters=SpectralParameters,
    count=closed_form(pairs=2),
)
class HighAndLowFrequency(SpectralAttention):
    """Spectral attention with both frequency components as separate queries.

    §4.3; "(HFC, LFC)" in Table 1.
    """

    pairs = ((HIGH, WHOLE), (LOW, WHOLE))


@attention(
    "hfc_lfc_hl",
    citation=f"{CITATION}, §4.3, group 5",
    parameters=SpectralParameters,
    count=closed_form(pairs=3),
)
class HighLowAndCrossFrequency(SpectralAttention):
    """Spectral attention with both queries, and the high against the low component.

    §4.3; "(HFC, LFC, HL)" in Table 1.
    """

    pairs = ((HIGH, WHOLE), (LOW, WHOLE), (HIGH, LOW))
