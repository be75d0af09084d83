"""Bottleneck attention against a layer-by-layer reference in NumPy and SciPy."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.signal import correlate2d
from scipy.special import expit
from torch import Tensor, nn

from registry.catalog import ATTENTIONS
from registry.errors import RequestError
from registry.site import Site

Array = NDArray[np.float64]


def make(name: str, site: Site, **parameters: Any) -> nn.Module:
    component = ATTENTIONS.get(name)
    torch.manual_seed(0)
    module: nn.Module = component.build(site, component.parse(parameters))
    return module


def draw(*shape: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal(shape))


def dilated(maps: Array, kernel: Array, dilation: int) -> Array:
    """Convolution (C, H, W) by (K, C, k, k) that keeps the size, by SciPy."""
    side = kernel.shape[-1]
    spread = np.zeros((*kernel.shape[:2], *2 * (dilation * (side - 1) + 1,)))
    spread[..., ::dilation, ::dilation] = kernel
    return np.asarray(
        [
            sum(correlate2d(one, k, mode="same") for one, k in zip(maps, row, strict=True))
            for row in spread
        ]
    )


def bam_branches(x: Array, module: nn.Module, dilation: int) -> tuple[Array, Array]:
    """Channel and spatial branch for one image, layer by layer, in evaluation mode."""
    state = {name: value.numpy() for name, value in module.state_dict().items()}
    channel, spatial = x.mean(axis=(1, 2))[:, None, None], x
    results = []
    for branch, value in (("channel", channel), ("spatial", spatial)):
        for index, layer in enumerate(module.get_submodule(branch).children()):
            own = f"{branch}.{index}"
            if isinstance(layer, nn.ReLU):
                value = np.maximum(value, 0)
            elif f"{own}.running_var" in state:
                scale = state[f"{own}.weight"] / np.sqrt(state[f"{own}.running_var"] + 1e-5)
                value = (value - state[f"{own}.running_mean"][:, None, None]) * scale[
                    :, None, None
                ] + state[f"{own}.bias"][:, None, None]
            elif f"{own}.weight" in state:
                kernel = state[f"{own}.weight"]
                kernel = kernel[:, :, None, None] if kernel.ndim == 2 else kernel
                value = dilated(value, kernel, dilation)
                value = value + state.get(f"{own}.bias", np.zeros(1))[:, None, None]
        results.append(value)
    return results[0], results[1]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("bam", {}), ("bam_original", {"combine": "product"}), ("bam_original", {"combine": "sum"})],
)
@pytest.mark.parametrize("dilation", [1, 4])
def test_bam_gates_by_one_and_a_sigmoid(
    name: str, parameters: dict[str, Any], dilation: int
) -> None:
    module = make(name, Site(12, 10, 10), reduction=4, dilation=dilation, **parameters).double()
    with torch.no_grad():
        for key, value in module.state_dict().items():
            if value.is_floating_point() and ("running" in key or value.ndim == 1):
                value.uniform_(0.5, 1.5)
    module.eval()
    x = draw(2, 12, 10, 10)
    expected = []
    for image in x.numpy():
        channel, spatial = bam_branches(image, module, dilation)
        product = parameters.get("combine") == "product"
        expected.append(image * (1 + expit(channel * spatial if product else channel + spatial)))
    np.testing.assert_allclose(module(x).detach().numpy(), expected, rtol=1e-10)


def test_bam_has_the_layers_that_the_counts_fix() -> None:
    shapes = {
        name: tuple(value.shape) for name, value in make("bam", Site(64, 8, 8)).named_parameters()
    }
    assert sorted(shapes.values()) == sorted(
        [(4, 64), (4,), (64, 4), (64,), (4, 64, 1, 1), (4, 4, 3, 3), (4, 4, 3, 3), (1, 4, 1, 1)]
    )
    original = make("bam_original", Site(64, 8, 8))
    norms = [
        layer for layer in original.modules() if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)
    ]
    assert len(norms) == 4


@pytest.mark.parametrize("name", ["bam", "bam_original"])
def test_a_bottleneck_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(RequestError, match="reduction = 16 leaves none of the 12 channels at pos"):
        make(name, Site(12, 8, 8))
    with pytest.raises(RequestError, match="reduction = 0"):
        make(name, Site(12, 8, 8), reduction=0)
