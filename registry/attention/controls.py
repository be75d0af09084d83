"""Controls for "high frequencies help": the same module and parameters without the claimed cause.

None of the paper's variants tests either of them.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from registry.attention.spectral import (
    CITATION,
    HIGH,
    WHOLE,
    SpectralAttention,
    SpectralParameters,
    closed_form,
)
from registry.catalog import attention
from registry.errors import RequestError
from registry.site import Site
from registry.spectrum import Gains, HighPass

MOMENTUM = 0.1


@attention(
    "hfc_mean",
    citation=f"Control of this benchmark for {CITATION}, §3",
    parameters=SpectralParameters,
    count=closed_form(pairs=1),
)
class MeanHighFrequency(SpectralAttention):
    """Control: the module of the paper with one static mask for all images.

    The correlation matrix of Eq. 8 is replaced by its mean over the training images, an
    exponential moving average (momentum 0.1) that the first batch starts. In training the mask
    follows that average too, and the batch's gradient is passed straight through, so that Eq. 1
    is learnt as before. In evaluation the image has no say in the mask.

    Raises
    ------
    RequestError
        The map is not of the size that the model was built for.
    """

    pairs = ((HIGH, WHOLE),)
    mean: Tensor
    batches: Tensor

    def __init__(self, site: Site, parameters: SpectralParameters) -> None:
        super().__init__(site, parameters)
        self.register_buffer("mean", torch.zeros(1, 1, site.height, site.height))
        self.register_buffer("batches", torch.tensor(0))

    def mixed(self, maps: Tensor) -> Tensor:
        """The convolution of the running mean: a mean of products is no product."""
        mixed: Tensor = self.mix(self.correlate(maps).to(self.mix.weight.dtype))
        return mixed

    def correlate(self, maps: Tensor) -> Tensor:
        """The running mean (1, 1, n, n), updated by squeezed maps (N, n, n) in training."""
        size, built = maps.shape[-1], self.mean.shape[-1]
        if size != built:
            raise RequestError(
                f"a mean correlation matrix of {built} × {built} does not fit a {size} × {size} map"
            )
        if not self.training:
            return self.mean
        batch = super().correlate(maps).mean(dim=0, keepdim=True).to(self.mean.dtype)
        with torch.no_grad():
            later = self.mean.lerp(batch, MOMENTUM)
            self.mean.copy_(torch.where(self.batches == 0, batch, later))
            self.batches += 1
        return self.mean + (batch - batch.detach())


class RandomParameters(SpectralParameters):
    """The filter whose gains are shuffled, and the seed of the shuffle.

    Attributes
    ----------
    mask_seed : int
        Picks the permutation, together with the position and the size of the map there.
    """

    mask_seed: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True)
class ShuffledFilter:
    """The gains of a high-pass filter in a fixed random order of the frequencies but zero.

    The zero frequency keeps its gain, so that the mean of the map never gets in by chance. A
    frequency and its opposite move together, so that the filtered map stays real: pairs change
    places with pairs, and frequencies that are their own opposite with their like.
    """

    source: HighPass
    seed: int
    index: int

    def gains(self, size: int) -> Gains:
        """Gain at each frequency; the same numbers as the source's in another order."""
        place = np.arange(size * size)  # the zero frequency is the first
        plane = place.reshape(size, size)
        opposite = np.roll(plane[::-1, ::-1], shift=(1, 1), axis=(0, 1)).ravel()
        source = self.source.gains(size).ravel()
        shuffled = source.copy()
        random = np.random.Generator(np.random.PCG64([self.seed, self.index, size]))
        for orbits in (place[place == opposite][1:], place[place < opposite]):
            order = random.random(len(orbits)).argsort(kind="stable")
            shuffled[orbits] = shuffled[opposite[orbits]] = source[orbits[order]]
        return shuffled.reshape(size, size)

    def stopband(self, size: int) -> int:
        """Nyquist: what is held back may be anywhere."""
        return size // 2


@attention(
    "hfc_random",
    citation=f"Control of this benchmark for {CITATION}, §3",
    parameters=RandomParameters,
    count=closed_form(pairs=1),
)
class RandomFrequency(SpectralAttention):
    """Control: the module of the paper with a random part of the spectrum as query.

    The part is fixed, differs between positions, and is as large as the high-pass part; the zero
    frequency has the gain that it has there. The permutation is drawn from NumPy's PCG64, whatever
    the training seed.
    """

    pairs = ((HIGH, WHOLE),)

    def __init__(self, site: Site, parameters: RandomParameters) -> None:
        super().__init__(site, parameters)
        self.filter = ShuffledFilter(parameters.high_pass(site), parameters.mask_seed, site.index)
