"""Attention over positions, strips, frequencies and wavelets, each against its own definition."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from registry.catalog import ATTENTIONS
from registry.errors import RequestError
from registry.model import parameter_count
from registry.site import Site


def make(name: str, site: Site, **parameters: Any) -> Any:
    component = ATTENTIONS.get(name)
    torch.manual_seed(0)
    return component.build(site, component.parse(parameters)).double().eval()


def draw(*shape: int) -> Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal(shape))


@pytest.mark.parametrize(
    ("name", "site", "parameters", "published"),
    [
        # Yang et al. 2021: none; Zhao et al. 2022: none
        ("simam", Site(64, 7, 7), {}, 0),
        ("wavelet", Site(64, 7, 7), {}, 0),
        # Vaswani et al. 2017, §3.2.2: four projections of d × d whatever the heads; a layer norm
        ("mhsa", Site(64, 7, 7), {}, 4 * 64**2 + 2 * 64),
        ("mhsa", Site(64, 7, 7), {"heads": 1}, 4 * 64**2 + 2 * 64),
        # Rao et al. 2021: 14 × 8 complex gains a channel on a map of 14 × 14; a layer norm
        ("gf", Site(384, 14, 14), {}, 2 * 14 * 8 * 384 + 2 * 384),
        # Pecoraro et al.: 8 heads of 392 positions in 196, at 56 × 56 and 64 channels;
        # a layer for the exponent; 3 × 3 values
        (
            "lhc",
            Site(64, 56, 56),
            {},
            8 * (392 * 196 + 196) + (64**2 + 64) + (9 * 64**2 + 64),
        ),
        # … and 7 of 112 in 56, 7 of 28 in 14, 1 of 49 in 25
        ("lhc", Site(128, 28, 28), {"heads": 7}, 7 * (112 * 56 + 56) + 10 * 128**2 + 2 * 128),
        ("lhc", Site(256, 14, 14), {"heads": 7}, 7 * (28 * 14 + 14) + 10 * 256**2 + 2 * 256),
        ("lhc", Site(512, 7, 7), {"heads": 1}, 49 * 25 + 25 + 10 * 512**2 + 2 * 512),
    ],
)
def test_the_published_number_of_parameters(
    name: str, site: Site, parameters: dict[str, Any], published: int
) -> None:
    component = ATTENTIONS.get(name)
    assert component.count(site, component.parse(parameters)) == published
    assert parameter_count(make(name, site, **parameters)) == published


def test_simam_is_the_energy_of_each_neuron() -> None:
    # Eq. 1's minimum, Eq. 5, one neuron at a time: e = 4(σ² + λ) / ((t − μ)² + 2σ² + 2λ)
    x = draw(2, 3, 4, 5)
    y = make("simam", Site(3, 4, 5), e_lambda=0.01)(x)
    for index in np.ndindex(2, 3, 4, 5):
        plane = x[index[:2]].numpy()
        variance, deviation = plane.var(ddof=1), x[index].item() - plane.mean()
        energy = 4 * (variance + 0.01) / (deviation**2 + 2 * variance + 2 * 0.01)
        assert y[index].item() == pytest.approx(x[index].item() / (1 + math.exp(-1 / energy)))


@pytest.mark.parametrize(("height", "width"), [(6, 6), (5, 7)])
def test_self_attention_is_pytorchs(height: int, width: int) -> None:
    module, x = make("mhsa", Site(16, height, width), heads=4), draw(2, 16, height, width)
    theirs = nn.MultiheadAttention(16, 4, bias=False, batch_first=True).double()
    theirs.load_state_dict(
        {
            "in_proj_weight": torch.cat([module.query.weight, module.key_value.weight]),
            "out_proj.weight": module.output.weight,
        }
    )
    tokens = module.norm(x.flatten(2).mT)
    expected = theirs(tokens, tokens, tokens, need_weights=False)[0].mT.reshape(x.shape)
    torch.testing.assert_close(module(x), x + expected)


def test_keys_of_a_large_map_are_pooled() -> None:
    module, x = make("mhsa", Site(16, 12, 12), heads=2, key_side=4), draw(1, 16, 12, 12)
    # what is constant in each 3 × 3 window is not changed by pooling: the exact path agrees
    coarse = x[..., ::3, ::3].repeat_interleave(3, 2).repeat_interleave(3, 3)
    exact = make("mhsa", Site(16, 12, 12), heads=2, key_side=12)
    exact.load_state_dict(module.state_dict())
    torch.testing.assert_close(module(coarse), exact(coarse))
    assert not torch.allclose(module(x), exact(x))


def test_the_paper_size_costs_no_square_of_positions() -> None:
    # 12,544² scores would be 630 MB an image and head in single precision
    module = make("mhsa", Site(8, 112, 112)).float()
    sides: list[int] = []
    module.key_value.register_forward_hook(lambda _m, inputs, _o: sides.append(inputs[0].shape[1]))
    with torch.no_grad():
        module(torch.randn(1, 8, 112, 112))
    assert sides == [28 * 28]


def test_heads_that_do_not_divide_the_channels_are_refused() -> None:
    with pytest.raises(RequestError, match=r"heads = 7 does not divide the 16 channels"):
        make("mhsa", Site(16, 8, 8), heads=7)


def lhc_reference(module: Any, x: Tensor, heads: int) -> Tensor:
    """Pecoraro et al., one head, image and channel at a time, with pooling written out."""

    def pooled(maps: Tensor, kind: str) -> Tensor:
        result = torch.empty_like(maps)
        height, width = maps.shape[-2:]
        for i in range(height):
            for j in range(width):
                window = maps[..., max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2].flatten(-2)
                result[..., i, j] = window.mean(-1) if kind == "mean" else window.amax(-1)
        return result

    result = torch.empty_like(x).flatten(2)
    length = result.shape[-1] // heads
    for n in range(len(x)):
        query, key = (pooled(x[n], kind).flatten(1) for kind in ("mean", "maximum"))
        value = pooled(module.value(x[n, None])[0], "mean").flatten(1)
        for head in range(heads):
            strip = slice(head * length, (head + 1) * length)
            embed = module.embed[head]
            scores = embed(query[:, strip]) @ embed(key[:, strip]).T
            exponent = 1 + torch.sigmoid(module.temperature(scores.mean(dim=1)))
            for channel in range(x.shape[1]):
                row = scores[channel] / embed.out_features ** exponent[channel]
                result[n, channel, strip] = torch.softmax(row, dim=0) @ value[:, strip]
    return x + result.reshape(x.shape)


@pytest.mark.parametrize(("height", "width", "heads"), [(4, 4, 8), (6, 5, 6), (3, 3, 3)])
def test_lhc_mixes_channels_on_strips(height: int, width: int, heads: int) -> None:
    # 8 heads are asked for: 30 and 9 positions have 6 and 3 at most that divide them
    module, x = make("lhc", Site(5, height, width)), draw(2, 5, height, width)
    assert len(module.embed) == heads
    torch.testing.assert_close(module(x), lhc_reference(module, x, heads))


@pytest.mark.parametrize(("height", "width"), [(6, 6), (5, 7), (4, 3)])
def test_the_global_filter_is_a_circular_convolution(height: int, width: int) -> None:
    module, x = make("gf", Site(3, height, width)), draw(2, 3, height, width)
    normed = nn.functional.layer_norm(x.movedim(1, -1), (3,), eps=1e-6).movedim(-1, 1)
    kernel = torch.fft.irfft2(
        torch.view_as_complex(module.filter.detach().contiguous()), s=(height, width)
    ).numpy()
    expected = x.numpy().copy()
    for i in range(height):
        for j in range(width):
            moved = np.roll(normed.numpy(), (i, j), axis=(2, 3))
            expected += kernel[:, i, j, None, None] * moved
    np.testing.assert_allclose(module(x).detach(), expected, atol=1e-10)


def test_a_filter_of_ones_passes_everything() -> None:
    module, x = make("gf", Site(3, 6, 6)), draw(2, 3, 6, 6)
    with torch.no_grad():
        module.filter[..., 0], module.filter[..., 1] = 1, 0
    torch.testing.assert_close(module(x), x + module.norm(x.movedim(1, -1)).movedim(-1, 1))


def haar(size: int) -> Tensor:
    """The orthonormal Haar transform of one level: sums first, then differences."""
    rows = torch.zeros(size, size, dtype=torch.float64)
    for i in range(size // 2):
        rows[i, 2 * i] = rows[i, 2 * i + 1] = rows[size // 2 + i, 2 * i] = 0.5**0.5
        rows[size // 2 + i, 2 * i + 1] = -(0.5**0.5)
    return rows


def test_wavelet_attention_strengthens_the_coarse_band_only() -> None:
    x = draw(2, 3, 8, 6)
    vertical, horizontal = haar(8), haar(6)
    bands = vertical @ x @ horizontal.T
    coarse, details = bands[..., :4, :3].clone(), bands[..., :4, 3:] + bands[..., 4:, :3]
    bands[..., :4, :3] = coarse + coarse * torch.softmax(details, dim=1)
    expected = vertical.T @ bands @ horizontal
    torch.testing.assert_close(make("wavelet", Site(3, 8, 6))(x), expected)


def test_wavelet_attention_repeats_the_last_of_an_odd_map() -> None:
    x = draw(2, 3, 5, 7)
    module = make("wavelet", Site(3, 5, 7))
    padded = torch.cat([x, x[..., -1:, :]], dim=2)
    padded = torch.cat([padded, padded[..., -1:]], dim=3)
    torch.testing.assert_close(module(x), module(padded)[..., :5, :7])


@pytest.mark.parametrize("name", ["ge", "gf", "fca", "lhc"])
def test_weights_for_each_position_fit_one_size(name: str) -> None:
    with pytest.raises(RequestError, match=r"built for maps of 8 × 8 at position 2 .* 6 × 8"):
        make(name, Site(16, 8, 8, index=2, count=4))(draw(1, 16, 6, 8))
