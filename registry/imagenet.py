"""Fits torchvision's ImageNet classifiers to other inputs, and loads their published weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from registry.component import Parameters
from registry.errors import RequestError

if TYPE_CHECKING:
    from torchvision.models import WeightsEnum


class ImageNetParameters(Parameters):
    """Where the weights start.

    Attributes
    ----------
    pretrained : bool
        Start from torchvision's IMAGENET1K_V1 weights, with a new classifier. They were trained
        on RGB images normalised per colour. The paper states no pre-training.
    """

    pretrained: bool = False


def fit_stem(model: nn.Module, path: str, channels: int) -> None:
    """Give the first convolution, at `path`, that many input channels.

    The new kernels are drawn as torchvision draws those of both families: He et al.'s normal
    initialisation by fan-out.
    """
    stem = model.get_submodule(path)
    if not isinstance(stem, nn.Conv2d):
        raise TypeError(f"the stem '{path}' is not a convolution")
    if stem.in_channels == channels:
        return
    stem.in_channels = channels
    stem.weight = nn.Parameter(torch.empty(stem.out_channels, channels, *stem.kernel_size))
    nn.init.kaiming_normal_(stem.weight, mode="fan_out", nonlinearity="relu")


def load_published(
    model: nn.Module, weights: WeightsEnum, *, channels: int, stem: str, classifier: str
) -> None:
    """Load published RGB weights into all but the classifier.

    For one channel the stem's kernels are summed over colour: a grey image then gives what the
    same image, thrice over, gives the RGB model.

    Parameters
    ----------
    stem, classifier : str
        Paths of the first convolution and of the last layer.

    Raises
    ------
    RequestError
        There are neither one nor three channels, or the weights cannot be had.
    """
    if channels not in (1, 3):
        raise RequestError(
            f"pretrained weights are for 3 channels, or 1 of grey levels, not {channels}; "
            "pretrained = false takes any"
        )
    try:
        state = weights.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:  # no network, or a file that isn't what it should be
        raise RequestError(
            f"the pretrained weights {weights} cannot be had from {weights.url} ({error}); "
            "pretrained = false needs none"
        ) from error
    # what the model keeps of its own is its classifier; anything else that is missing is an error
    new = model.get_submodule(classifier).state_dict(prefix=f"{classifier}.")
    kernels = state[f"{stem}.weight"]
    fitted = kernels if channels == 3 else kernels.sum(dim=1, keepdim=True)
    model.load_state_dict({**state, f"{stem}.weight": fitted, **new})
