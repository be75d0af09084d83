"""The GPU's singular value decomposition against LAPACK's, in Triton's interpreter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from registry.spectrum import HighPass, filtered

pytest.importorskip("triton")
ROOT = Path(__file__).parents[2]
EPS = torch.finfo(torch.float32).eps


def drawn(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


MAPS = {
    "one": drawn(2, 1, 1),
    "odd": drawn(2, 2, 7, 7),
    "even": drawn(3, 14, 14),
    "high-pass part": filtered(drawn(1, 14, 14), HighPass(0.25)),
    "of low rank": drawn(1, 8, 2) @ drawn(1, 2, 8),
    "nothing": torch.zeros(1, 4, 4),
    "repeated": torch.eye(6)[None],
    "in double precision": drawn(1, 9, 9).double(),
    "of two sizes": torch.diag(torch.tensor([1e6, 1.0, 1e-6, 1e-12]))[None],
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("interpreted")
    torch.save(MAPS, folder / "in.pt")
    words = ["-m", "tests.registry.interpreted", folder / "in.pt", folder / "out.pt"]
    environment = os.environ | {"TRITON_INTERPRET": "1"}
    subprocess.run([sys.executable, *words], check=True, cwd=ROOT, env=environment)
    return torch.load(folder / "out.pt", weights_only=True)


@pytest.mark.parametrize("name", MAPS)
def test_values_are_lapacks(found, name):
    maps, (_, values, _) = MAPS[name], found[name]
    exact = torch.linalg.svdvals(maps.double())
    eps = torch.finfo(maps.dtype).eps
    assert values.shape == exact.shape
    assert values.dtype == maps.dtype
    assert float((values - exact).abs().max()) <= 20 * eps * float(exact.max())


@pytest.mark.parametrize("name", MAPS)
def test_the_parts_make_the_matrix(found, name):
    maps, (left, values, right) = MAPS[name].double(), (part.double() for part in found[name])
    eps = torch.finfo(MAPS[name].dtype).eps
    again = left * values.unsqueeze(-2) @ right
    torch.testing.assert_close(again, maps, rtol=0, atol=30 * eps * float(values.max()))
    one = torch.eye(maps.shape[-1], dtype=torch.float64)
    torch.testing.assert_close(right @ right.mT, one.expand_as(maps), rtol=0, atol=60 * eps)


def test_the_gradient_that_it_gives_is_lapacks(found):
    """U diag(g) Vᵀ, for a g that gives small singular values as much to say as large ones."""
    maps = MAPS["even"].double().requires_grad_()
    weights = torch.linspace(-1, 1, 14, dtype=torch.float64)
    (slopes,) = torch.autograd.grad((torch.linalg.svdvals(maps) * weights).sum(), maps)
    left, _, right = found["even"]
    error = (left * weights.float()) @ right - slopes
    assert float(error.abs().max()) < 1e-4
