"""Singular values of many maps at once: LAPACK's, whatever the number of threads."""

import numpy as np
import pytest
import torch

from registry.decomposition import BLOCK, singular_values

#: Sides with few and with many matrices a block, on both sides of where threads are worth it.
SHAPES = ((3, 4, 4), (2, 5, 28, 28), (BLOCK + 3, 56, 56), (0, 7, 7))


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("shape", SHAPES)
def test_they_are_numpys(shape):
    maps = torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    found = singular_values(maps)
    assert found.shape == shape[:-1]
    np.testing.assert_allclose(found, np.linalg.svd(maps.numpy(), compute_uv=False), rtol=1e-12)


@pytest.mark.parametrize("grad", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_the_bits_are_the_same_for_any_number_of_threads(threads, shape, grad):
    maps = torch.randn(shape, generator=torch.Generator().manual_seed(2)).requires_grad_(grad)
    found = []
    for count in (1, 2, 3):
        threads(count)
        values = singular_values(maps)
        slopes = torch.autograd.grad((values**2).sum(), maps)[0] if grad else torch.empty(0)
        found.append((values.detach(), slopes))
        assert torch.get_num_threads() == count
    for values, slopes in found[1:]:
        assert torch.equal(values, found[0][0])
        assert torch.equal(slopes, found[0][1])


@pytest.mark.parametrize("count", [1, 2])
def test_compilers_are_told_what_comes_out(threads, count):
    threads(count)
    maps = torch.randn(2, BLOCK + 3, 28, 28)
    torch.library.opcheck(torch.ops.ferbench.singular_values.default, (maps,))
    torch.library.opcheck(torch.ops.ferbench.svd.default, (maps.requires_grad_(),))


def test_single_precision_is_within_its_own_rounding_of_double():
    maps = torch.randn(40, 56, 56, generator=torch.Generator().manual_seed(3))
    exact = torch.linalg.svdvals(maps.double())
    errors = (singular_values(maps) - exact).abs().amax(1) / exact[:, 0]
    assert float(errors.max()) < 20 * torch.finfo(torch.float32).eps


def test_the_gradient_of_half_the_squares_is_the_map():
    maps = torch.randn(2, 9, 9, dtype=torch.float64, requires_grad=True)
    (slopes,) = torch.autograd.grad((singular_values(maps) ** 2).sum() / 2, maps)
    torch.testing.assert_close(slopes, maps.detach())


def test_second_derivatives_by_differences():
    maps = torch.randn(2, 3, 3, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    assert torch.autograd.gradgradcheck(singular_values, maps.requires_grad_())
