"""The two transforms of spectral attention: the spatial frequency filter and the singular values.

Source: Kim & Jo, "Spatial Attention Network with High Frequency Component for Facial Expression
Recognition", §3.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from registry import decomposition

Profile = Literal["ideal", "gaussian", "butterworth"]
Gains = NDArray[np.float64]


class Filter(Hashable, Protocol):
    """A zero-phase filter, told by its gain at each frequency."""

    def gains(self, size: int) -> Gains:
        """Gain at each frequency of a size × size map, in the order of ``numpy.fft.fft2``.

        The gains of opposite frequencies are equal, so that the filtered map is real.
        """

    def stopband(self, size: int) -> int:
        """Frequency, in periods a side, above which a size × size map passes as it is."""


@dataclass(frozen=True)
class HighPass:
    """The high-pass filter of Eq. 2; the paper states neither its radius nor its profile.

    Attributes
    ----------
    radius : float
        Cut-off as a fraction of the Nyquist frequency.
    profile : str
        ``"ideal"`` keeps what lies beyond the radius; ``"gaussian"`` and ``"butterworth"`` are one
        minus the low-pass gains exp(−r²/(2·radius²)) and 1/(1 + (r/radius)^(2·order)).
    order : int
        Steepness of the Butterworth profile; the other profiles have none.
    """

    radius: float
    profile: Profile = "ideal"
    order: int = 2

    def gains(self, size: int) -> Gains:
        """Gain at each frequency, see `Filter.gains`."""
        frequency = radial_frequency(size)
        if self.profile == "ideal":
            return (frequency > self.radius).astype(np.float64)
        if self.profile == "gaussian":
            return -np.expm1(-(frequency**2) / (2 * self.radius**2))
        return 1 - 1 / (1 + (frequency / self.radius) ** (2 * self.order))

    def stopband(self, size: int) -> int:
        """Nyquist, unless the edge is ideal: other profiles hold back a part of everything."""
        nyquist = size / 2
        edge = self.radius * nyquist if self.profile == "ideal" else nyquist
        return int(edge + 1e-6)  # rounding must not lose a frequency on the edge


def radial_frequency(size: int) -> Gains:
    """Distance of each frequency of a size × size map from zero; 1 is Nyquist on an axis."""
    # not by fftfreq: torch.compile traces NumPy, and PyTorch's is in single precision
    periods = np.minimum(np.arange(size), np.arange(size, 0, -1))
    axis = 2 * periods * (1 / size)
    distance: Gains = np.hypot(axis[:, None], axis[None, :])
    return distance


def filtered(maps: Tensor, kernel: Filter) -> Tensor:
    """Square maps (…, n, n) after the filter (Eq. 2 and 3), in the same floating type.

    The maps are real, so that half of the plane tells all of it.
    """
    size = maps.shape[-1]
    gains = _half_plane(kernel, size, maps.device, maps.dtype)
    passed: Tensor = torch.fft.irfft2(torch.fft.rfft2(maps) * gains, s=(size, size))
    return passed


@lru_cache(maxsize=128)
def _half_plane(kernel: Filter, size: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    return _constant(kernel.gains(size)[:, : size // 2 + 1], device, dtype)


def band_limited_singular_values(maps: Tensor, highest: int) -> Tensor:
    """Singular values (…, n), descending, of maps (…, n, n) that hold no frequency above `highest`.

    Rows and columns of such maps are sums of 2·highest + 1 waves: in their basis a map is a matrix
    of that size, with the same singular values, and the others are zero.

    Parameters
    ----------
    highest : int
        In periods a side; whatever the maps hold above it is left out.
    """
    size = maps.shape[-1]
    if 2 * highest + 1 >= size:
        return singular_values(maps)
    waves = _waves(highest, size, maps.device, maps.dtype)
    values = singular_values(waves.mT @ maps @ waves)
    zero = 0 * values[..., :1]  # NaN for a map that is not finite
    rest = zero.expand(*zero.shape[:-1], size - values.shape[-1])
    return torch.cat([values, rest], dim=-1)


@lru_cache(maxsize=128)
def _waves(highest: int, size: int, device: torch.device, dtype: torch.dtype) -> Tensor:
    """Orthonormal waves (n, 2·highest + 1), all of them below Nyquist's frequency."""
    angles = 2 * np.pi / size * np.outer(np.arange(size), np.arange(1, highest + 1))
    constant = np.full((size, 1), 0.5**0.5)
    waves = np.concatenate([constant, np.cos(angles), np.sin(angles)], axis=1)
    return _constant(waves * (2 / size) ** 0.5, device, dtype)


def _constant(values: Gains, device: torch.device, dtype: torch.dtype) -> Tensor:
    # a tensor that is born in inference mode could never be trained through later
    with torch.inference_mode(False):
        return torch.from_numpy(values.copy()).to(dtype).to(device)


def singular_values(maps: Tensor) -> Tensor:
    """Singular values of maps (…, n, n), descending, as (…, n): the vec(Σ) of Eq. 6 and 7.

    Its gradient is U diag(g) Vᵀ, which divides by no gap between singular values, so that it stays
    finite for repeated and vanishing ones. A map that is not finite has NaN for its spectrum, as it
    would have after a convolution, so that training that diverges shows it in the loss.
    """
    # by the extremes: to ask each value takes a dozen times as long
    least, most = maps.detach().amin(dim=(-2, -1)), maps.detach().amax(dim=(-2, -1))
    finite = (least.isfinite() & most.isfinite())[..., None]
    values = decomposition.singular_values(torch.where(finite[..., None], maps, 0.0))
    return torch.where(finite, values, torch.nan)
