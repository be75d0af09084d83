"""Squeeze-and-excitation and its kin against their papers' formulas, worked out by hand."""

from typing import Any

import numpy as np
import pytest
import torch
from scipy.fft import dctn
from torch import Tensor, nn

from registry.attention.fcanet import BEST, FcaParameters
from registry.catalog import ATTENTIONS
from registry.errors import RequestError
from registry.model import parameter_count
from registry.site import Site

SITE = Site(64, 8, 8)


def make(name: str, site: Site = SITE, **parameters: Any) -> Any:
    component = ATTENTIONS.get(name)
    torch.manual_seed(0)
    return component.build(site, component.parse(parameters)).double().eval()


def draw(*shape: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal(shape))


@pytest.mark.parametrize(
    ("name", "site", "parameters", "published"),
    [
        # Hu et al. 2018, Eq. 5: 2C²/r, and biases of both layers
        ("se", Site(256, 7, 7), {"reduction": 16}, 2 * 256**2 // 16 + 16 + 256),
        ("se", Site(64, 7, 7), {"reduction": 4}, 2 * 64**2 // 4 + 16 + 64),
        # Lee & Park 2020, Eq. 2: one C × C layer
        ("ese", Site(64, 7, 7), {}, 64**2 + 64),
        # Woo et al. 2018, Eq. 2 (W0, W1) and 3 (7 × 7 over two maps), and a batch norm
        ("cbam", Site(256, 7, 7), {}, 2 * 256**2 // 16 + 98 + 2),
        # Wang et al. 2020, §3.2.3: k = |log₂C / 2 + 1/2| to an odd number
        ("eca", Site(64, 7, 7), {}, 3),
        ("eca", Site(128, 7, 7), {}, 5),
        ("eca", Site(256, 7, 7), {}, 5),
        ("eca", Site(2048, 7, 7), {}, 7),
        # Hou et al. 2021, Eq. 6 to 8 with C/r = 8: squeeze, norm, and the two excitations
        ("coord", Site(256, 7, 7), {}, (256 * 8 + 8) + 2 * 8 + 2 * (8 * 256 + 256)),
        ("coord", Site(64, 7, 7), {}, (64 * 8 + 8) + 2 * 8 + 2 * (8 * 64 + 64)),
        # Cao et al. 2019, Eq. 5: W_k, W_v1, layer norm, W_v2
        ("gc", Site(256, 7, 7), {}, 256 + (256 * 16 + 16) + 2 * 16 + (16 * 256 + 256)),
        # Hu et al. 2018b: no parameter; a depth-wise filter a position; 3 × 3 filters that halve
        ("ge", Site(64, 7, 7), {"variant": "minus"}, 0),
        ("ge", Site(64, 7, 7), {"variant": "plain"}, 64 * 49 + 128),
        ("ge", Site(64, 7, 7), {"variant": "plain", "extent": 8}, 3 * (64 * 9 + 128)),
        ("ge", Site(64, 7, 7), {}, 64 * 49 + 128 + 2 * 64 * 4 + 4 + 64),
        # Qin et al. 2021, §3.3: as many as squeeze-and-excitation, the bases being fixed
        ("fca", Site(256, 7, 7), {}, 2 * 256**2 // 16),
    ],
)
def test_the_published_number_of_parameters(
    name: str, site: Site, parameters: dict[str, Any], published: int
) -> None:
    component = ATTENTIONS.get(name)
    assert component.count(site, component.parse(parameters)) == published
    assert parameter_count(make(name, site, **parameters)) == published


@pytest.mark.parametrize("name", ["ge", "gc"])
def test_every_variant_counts_its_parameters(name: str) -> None:
    component = ATTENTIONS.get(name)
    variants: list[dict[str, Any]] = (
        [{"variant": one, "extent": n} for one in ("minus", "plain", "plus") for n in (0, 2, 4, 8)]
        if name == "ge"
        else [{"fusion": one} for one in ("add", "scale")]
    )
    for values in variants:
        module = make(name, **values)
        assert parameter_count(module) == component.count(SITE, component.parse(values))
        assert module(draw(2, 64, 8, 8)).shape == (2, 64, 8, 8)


def test_squeeze_and_excitation_is_equations_2_to_4() -> None:
    module, x = make("se"), draw(2, 64, 8, 8)
    w1, b1, w2, b2 = (weight.detach().numpy().squeeze() for weight in module.parameters())
    squeezed = x.numpy().mean(axis=(2, 3))
    scale = 1 / (1 + np.exp(-(np.maximum(squeezed @ w1.T + b1, 0) @ w2.T + b2)))
    np.testing.assert_allclose(module(x).detach(), x.numpy() * scale[:, :, None, None], rtol=1e-10)


def test_gather_excite_by_means_is_what_the_nearest_window_gives() -> None:
    # extent 2: means of 3 × 3 windows on every second position, without padding
    module, x = make("ge", Site(1, 4, 4), variant="minus", extent=2), draw(1, 1, 4, 4)
    y, plane = module(x)[0, 0], x[0, 0]
    windows = {(0, 0): plane[:2, :2], (0, 1): plane[:2, 1:4], (1, 0): plane[1:4, :2]}
    for (i, j), window in windows.items():
        block = (slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2))
        torch.testing.assert_close(y[block], plane[block] * torch.sigmoid(window.mean()))


def test_gather_excite_over_the_map_without_parameters_weighs_by_means() -> None:
    x = draw(2, 64, 8, 8)
    expected = x * torch.sigmoid(x.mean(dim=(2, 3), keepdim=True))
    torch.testing.assert_close(make("ge", variant="minus")(x), expected)


def test_global_context_starts_from_the_plain_backbone() -> None:
    x = draw(2, 64, 8, 8)
    module = make("gc", reduction=4)
    torch.testing.assert_close(module(x), x + module.mlp_add.fc2.bias[:, None, None])


@pytest.mark.parametrize(
    ("channels", "side", "frequencies", "shares"),
    [
        (64, 7, 16, 16),
        (24, 7, 16, 12),  # 16 does not divide 24
        (40, 14, 16, 10),
        (64, 1, 16, 1),  # a single position has a mean only
        (64, 2, 16, 2),  # (1, 1) is none of the best, and 3 does not divide 64
        (64, 56, 32, 32),
        (64, 56, 1, 1),
        (7, 56, 6, 1),
    ],
)
def test_the_frequencies_divide_the_channels(
    channels: int, side: int, frequencies: int, shares: int
) -> None:
    chosen = FcaParameters(frequencies=frequencies).chosen(Site(channels, side, side))
    assert len(chosen) == shares
    assert len(set(chosen)) == shares
    assert chosen[0] == (0, 0)
    assert all(v < side and h < side for v, h in chosen)


def test_the_best_frequencies_are_32_of_a_plane_of_49() -> None:
    assert len(set(BEST)) == 32
    assert all(0 <= v < 7 and 0 <= h < 7 for v, h in BEST)


@pytest.mark.parametrize("side", [7, 9, 14, 28])
def test_coefficients_are_the_orthonormal_dct(side: int) -> None:
    site = Site(32, side, side)
    module, x = make("fca", site, frequencies=16), draw(2, 32, side, side)
    seen: list[Tensor] = []
    module.excite.register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    module(x)
    spectrum = dctn(x.numpy(), axes=(2, 3), norm="ortho")
    stretch = side // 7
    for channel in range(32):
        v, h = BEST[channel // 2]
        expected = spectrum[:, channel, v * stretch, h * stretch]
        np.testing.assert_allclose(seen[0][:, channel], expected, atol=1e-5)


def test_one_frequency_is_squeeze_and_excitation() -> None:
    # Qin et al. §3.2: the lowest DCT coefficient is the mean, times the root of the positions
    module, x = make("fca", frequencies=1), draw(2, 64, 8, 8)
    gate = module.excite(8 * x.mean(dim=(2, 3)))[:, :, None, None]
    torch.testing.assert_close(module(x), x * gate)


@pytest.mark.parametrize("name", ["se", "cbam", "gc", "fca"])
def test_a_bottleneck_without_channels_is_refused(name: str) -> None:
    with pytest.raises(RequestError, match=r"reduction = 32 leaves none of the 16 channels"):
        make(name, Site(16, 8, 8), reduction=32)


def test_layers_are_what_they_claim() -> None:
    assert isinstance(make("coord").bn1, nn.BatchNorm2d)
    assert make("cbam").spatial.conv.conv.kernel_size == (7, 7)
