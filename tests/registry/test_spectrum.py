"""The frequency filter and the singular values, against NumPy's full plane and LAPACK."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from registry.attention.controls import ShuffledFilter
from registry.spectrum import (
    Filter,
    HighPass,
    band_limited_singular_values,
    filtered,
    radial_frequency,
    singular_values,
)

PROFILES = [
    HighPass(0.3),
    HighPass(0.3, "gaussian"),
    HighPass(0.3, "butterworth", 1),
    HighPass(0.02, "butterworth", 10),
]
FILTERS = [*PROFILES, *(ShuffledFilter(source, seed=5, index=2) for source in PROFILES)]


def draw(*shape: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).standard_normal(shape)


def wave(size: int, down: int, across: int) -> torch.Tensor:
    """A cosine of so many periods a side; its frequency is 2·periods/size of Nyquist."""
    y, x = np.mgrid[:size, :size] / size
    return torch.from_numpy(np.cos(2 * np.pi * (down * y + across * x)))


def test_nyquist_is_one_on_an_axis() -> None:
    by_hand = [
        [0.0, 0.5, 1.0, 0.5],
        [0.5, 0.5**0.5, 1.25**0.5, 0.5**0.5],
        [1.0, 1.25**0.5, 2.0**0.5, 1.25**0.5],
        [0.5, 0.5**0.5, 1.25**0.5, 0.5**0.5],
    ]
    np.testing.assert_allclose(radial_frequency(4), by_hand)


@pytest.mark.parametrize("kernel", FILTERS, ids=str)
@pytest.mark.parametrize("size", [1, 2, 7, 8])
def test_half_the_plane_tells_all_of_it(kernel: Filter, size: int) -> None:
    maps = draw(3, size, size)
    full = np.fft.ifft2(np.fft.fft2(maps) * kernel.gains(size))
    np.testing.assert_allclose(full.imag, 0, atol=1e-14)
    np.testing.assert_allclose(
        filtered(torch.from_numpy(maps), kernel).numpy(), full.real, atol=1e-14
    )


def test_ideal_keeps_what_lies_beyond_the_radius() -> None:
    # 3 periods in 16 pixels are 0.375 of Nyquist, 4 are 0.5; (3, 3) is 0.53 by Pythagoras
    kernel = HighPass(0.5)
    for down, across, passes in [(3, 0, 0), (4, 0, 0), (5, 0, 1), (0, 5, 1), (3, 3, 1), (8, 8, 1)]:
        given = wave(16, down, across)
        torch.testing.assert_close(filtered(given, kernel), passes * given, atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("kernel", "gain"),
    [
        (HighPass(0.375, "gaussian"), 1 - np.exp(-0.5)),
        (HighPass(0.375, "butterworth", 1), 0.5),
        (HighPass(0.375, "butterworth", 9), 0.5),
        (HighPass(0.1875, "butterworth", 3), 1 - 1 / 65),
    ],
)
def test_smooth_profiles_have_their_known_gains(kernel: HighPass, gain: float) -> None:
    given = wave(16, 0, 3)
    torch.testing.assert_close(filtered(given, kernel), gain * given, atol=1e-12, rtol=0)


@pytest.mark.parametrize("kernel", FILTERS, ids=str)
@pytest.mark.parametrize("size", [8, 9])
def test_nothing_constant_passes(kernel: Filter, size: int) -> None:
    assert filtered(torch.full((size, size), 7.0), kernel).abs().max() < 1e-5


@pytest.mark.parametrize("source", PROFILES, ids=str)
@pytest.mark.parametrize("size", [1, 2, 7, 8, 14])
def test_shuffled_gains_are_the_same_numbers(source: HighPass, size: int) -> None:
    gains = ShuffledFilter(source, seed=3, index=1).gains(size)
    np.testing.assert_array_equal(np.sort(gains, axis=None), np.sort(source.gains(size), axis=None))
    assert gains[0, 0] == source.gains(size)[0, 0]
    for i in range(size):
        for j in range(size):
            assert gains[i, j] == gains[-i % size, -j % size]


def test_the_shuffle_depends_on_seed_position_and_size_only() -> None:
    source = HighPass(0.25)
    gains = ShuffledFilter(source, seed=0, index=0).gains(14)
    assert (gains != source.gains(14)).any()
    assert (gains != ShuffledFilter(source, seed=1, index=0).gains(14)).any()
    assert (gains != ShuffledFilter(source, seed=0, index=1).gains(14)).any()
    np.random.seed(1)  # noqa: NPY002 - the point is that the global stream has no say
    torch.manual_seed(1)
    np.testing.assert_array_equal(gains, ShuffledFilter(source, seed=0, index=0).gains(14))


def test_the_shuffle_is_what_stored_results_were_made_with() -> None:
    # a change here changes what past cells mean: raise the component's version with it
    gains = ShuffledFilter(HighPass(0.7), seed=0, index=0).gains(6)
    assert ["".join(str(int(gain)) for gain in row) for row in gains] == [
        "001110",
        "001101",
        "011111",
        "110101",
        "011111",
        "010110",
    ]


def test_singular_values_are_lapacks() -> None:
    maps = draw(5, 2, 9, 9)
    expected = np.linalg.svd(maps, compute_uv=False)
    np.testing.assert_allclose(
        singular_values(torch.from_numpy(maps)).numpy(), expected, rtol=1e-12
    )
    single = singular_values(torch.from_numpy(maps).float())
    assert single.dtype == torch.float32
    np.testing.assert_allclose(single.numpy(), expected, rtol=1e-4, atol=1e-5)


def test_gradient_by_differences() -> None:
    maps = torch.from_numpy(draw(2, 5, 5)) + torch.diag(torch.arange(5.0)).double()
    assert torch.autograd.gradcheck(singular_values, maps.requires_grad_())


@pytest.mark.parametrize(
    "given",
    [
        torch.zeros(6, 6),
        torch.ones(6, 6),
        torch.eye(6),
        torch.outer(torch.arange(6.0), torch.ones(6)),
        torch.diag(torch.tensor([2.0, 2.0, 1.0, 1.0, 0.0, 0.0])),
        torch.full((6, 6), 1e-30),
        torch.full((6, 6), 1e15),
    ],
    ids=["zero", "constant", "repeated", "rank one", "pairs and zeros", "tiny", "huge"],
)
def test_gradient_is_finite_without_gaps(given: torch.Tensor) -> None:
    maps = given.clone().requires_grad_()
    values = singular_values(maps)
    (gradient,) = torch.autograd.grad(values.sum(), maps)
    assert values.isfinite().all()
    # the sum of the singular values has U Vᵀ for a gradient, and that is an isometry
    torch.testing.assert_close(gradient @ gradient.T, torch.eye(6), atol=1e-5, rtol=0)


def test_gradient_of_the_nuclear_norm_at_the_identity_is_the_identity() -> None:
    maps = torch.eye(4, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(singular_values(maps).sum(), maps)
    torch.testing.assert_close(gradient, torch.eye(4, dtype=torch.float64))


@pytest.mark.parametrize("fault", [np.nan, np.inf, -np.inf])
def test_a_map_that_is_not_finite_has_no_spectrum_and_harms_no_other(fault: float) -> None:
    maps = torch.from_numpy(draw(2, 4, 4))
    maps[0, 1, 2] = fault
    for values in (singular_values(maps), band_limited_singular_values(maps, 1)):
        assert values[0].isnan().all()
        assert values[1].isfinite().all()
    torch.testing.assert_close(singular_values(maps)[1], torch.linalg.svdvals(maps[1]))


def test_a_map_whose_sum_overflows_is_finite_all_the_same() -> None:
    values = singular_values(torch.full((4, 4), 3e37))
    torch.testing.assert_close(values / 1e38, torch.tensor([1.2, 0, 0, 0]))


@pytest.mark.parametrize("kernel", [*FILTERS, HighPass(0.9)], ids=str)
@pytest.mark.parametrize("size", [1, 2, 7, 8, 28])
def test_what_is_held_back_has_lapacks_singular_values(kernel: Filter, size: int) -> None:
    maps = torch.from_numpy(draw(3, size, size))
    low = maps - filtered(maps, kernel)
    expected = np.linalg.svd(low.numpy(), compute_uv=False)
    values = band_limited_singular_values(low, kernel.stopband(size))
    np.testing.assert_allclose(values.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("size", [7, 8])
def test_gradient_of_a_low_pass_part_by_differences(size: int) -> None:
    kernel = HighPass(0.5)

    def low_values(maps: torch.Tensor) -> torch.Tensor:
        return band_limited_singular_values(maps - filtered(maps, kernel), kernel.stopband(size))

    maps = torch.from_numpy(draw(2, size, size)).requires_grad_()
    assert torch.autograd.gradcheck(low_values, maps)


def test_a_stopband_loses_no_frequency_on_its_edge() -> None:
    for size in range(1, 130):
        for radius in {k / 50 for k in range(1, 50)} | {2 * k / size for k in range(1, size // 2)}:
            held_back = np.argwhere(HighPass(radius).gains(size) == 0)
            periods = np.minimum(held_back, size - held_back)
            # one more than there is, where rounding lets a frequency on the edge pass
            assert HighPass(radius).stopband(size) - periods.max() in (0, 1)


def test_an_ideal_filter_holds_back_few_waves() -> None:
    # of 8 periods to Nyquist, 0 to 3: one wave at zero, two at each of the others
    kernel = HighPass(0.4)
    maps = torch.from_numpy(draw(16, 16))
    values = band_limited_singular_values(maps - filtered(maps, kernel), kernel.stopband(16))
    assert (values[:7] > 1e-3).all()
    assert (values[7:] == 0).all()


def test_single_precision_is_as_good_as_lapacks() -> None:
    kernel = HighPass(0.25)
    maps = torch.from_numpy(draw(4, 56, 56))
    exact = torch.linalg.svdvals(maps - filtered(maps, kernel))
    single = maps.float()
    low = single - filtered(single, kernel)
    ours = band_limited_singular_values(low, kernel.stopband(56))
    errors = [
        (found.double() - exact).abs().max() / exact.max()
        for found in (ours, torch.linalg.svdvals(low))
    ]
    assert errors[0] < max(2 * errors[1], 1e-6)


def test_compiled_the_edge_is_where_it_was() -> None:
    kernel = HighPass(0.3)  # 3 of 20 periods a side lie on it
    maps = torch.from_numpy(draw(20, 20))
    compiled = torch.compile(filtered, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(maps, kernel), filtered(maps, kernel))


def test_a_filter_first_used_in_inference_can_be_trained_through() -> None:
    kernel = HighPass(0.123456789)
    with torch.inference_mode():
        filtered(torch.ones(6, 6), kernel)
    maps = torch.ones(6, 6, requires_grad=True)
    filtered(maps, kernel).square().sum().backward()
    assert maps.grad is not None
