"""Spectral attention and its controls against a slow float64 reference in NumPy and SciPy."""

from functools import partial
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

#: (query, key) of each variant, from §3 and §4.3
VARIANTS = {
    "hfc": ["hx"],
    "lfc": ["lx"],
    "hfc_lfc": ["hx", "lx"],
    "hfc_lfc_hl": ["hx", "lx", "hl"],
}
SPECTRAL = [*VARIANTS, "hfc_mean", "hfc_random"]


def make(name: str, site: Site | None = None, **parameters: Any) -> nn.Module:
    component = ATTENTIONS.get(name)
    torch.manual_seed(0)
    return component.build(site or Site(6, 9, 9), component.parse(parameters))


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def high_gains(size: int, radius: float, profile: str, order: int) -> Array:
    """The high pass on the full plane, one frequency at a time."""
    gains = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            r = 2 * np.hypot(min(i, size - i), min(j, size - j)) / size
            low = {
                "ideal": float(r <= radius),
                "gaussian": np.exp(-(r**2) / (2 * radius**2)),
                "butterworth": 1 / (1 + (r / radius) ** (2 * order)),
            }
            gains[i, j] = 1 - low[profile]
    return gains


def reference(x: Array, squeeze: Array, mix: Array, gains: Array, pairs: list[str]) -> Array:
    """Eq. 1 to 10 for one image (C, n, n), on the full plane and in float64."""
    flat = np.einsum("c,cij->ij", squeeze, x)
    high = np.fft.ifft2(np.fft.fft2(flat) * gains).real
    low = np.fft.ifft2(np.fft.fft2(flat) * (1 - gains)).real
    spectra = {
        name: np.linalg.svd(part, compute_uv=False)
        for name, part in {"x": flat, "h": high, "l": low}.items()
    }
    logits = [
        correlate2d(np.outer(spectra[pair[0]], spectra[pair[1]]), kernel, mode="same")
        for pair, kernel in zip(pairs, mix, strict=True)
    ]
    return np.asarray(x * expit(np.sum(logits, axis=0)))


def weights(module: nn.Module) -> tuple[Array, Array]:
    state = module.state_dict()
    return state["squeeze.weight"].numpy().ravel(), state["mix.weight"].numpy()[0]


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize(
    ("radius", "profile", "order"),
    [(0.25, "ideal", 2), (0.6, "gaussian", 2), (0.4, "butterworth", 3)],
)
@pytest.mark.parametrize("size", [8, 9])
def test_spectral_attention_is_equations_1_to_10(
    name: str, radius: float, profile: str, order: int, size: int
) -> None:
    site = Site(6, size, size)
    module = make(name, site, radius=radius, profile=profile, order=order).double()
    x = 0.5 * draw(3, 6, size, size)
    gains = high_gains(size, radius, profile, order)
    expected = [reference(image, *weights(module), gains, VARIANTS[name]) for image in x.numpy()]
    np.testing.assert_allclose(module(x).detach().numpy(), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(
        module.float()(x.float()).detach().numpy(), expected, rtol=1e-4, atol=1e-5
    )


def test_the_random_part_enters_where_the_high_part_did() -> None:
    component = ATTENTIONS.get("hfc_random")
    parameters: Any = component.parse({"mask_seed": 4, "radius": 0.5})
    module: Any = component.build(Site(6, 8, 8, index=1, count=2), parameters).double()
    x = 0.5 * draw(2, 6, 8, 8)
    gains = module.filter.gains(8)
    assert (gains != high_gains(8, 0.5, "ideal", 2)).any()
    expected = [reference(image, *weights(module), gains, ["hx"]) for image in x.numpy()]
    np.testing.assert_allclose(module(x).detach().numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", VARIANTS)
def test_the_score_does_not_see_where_things_are(name: str) -> None:
    module = make(name).double()
    x = draw(2, 6, 9, 9)
    score = module(x) / x
    for moved in (x.flip(-1), x.flip(-2), x.roll((2, 5), (-2, -1)), x.mT):
        torch.testing.assert_close(module(moved) / moved, score)


@pytest.mark.parametrize("name", SPECTRAL)
@pytest.mark.parametrize("profile", ["ideal", "gaussian", "butterworth"])
@pytest.mark.parametrize("kind", ["zero", "constant", "rank one", "repeated", "one dead image"])
def test_maps_without_gaps_train(name: str, profile: str, kind: str) -> None:
    maps = {
        "zero": torch.zeros(8, 8),
        "constant": torch.ones(8, 8),
        "rank one": torch.outer(torch.arange(8.0), torch.ones(8)),
        "repeated": torch.eye(8),
        "one dead image": torch.zeros(8, 8),
    }
    x = maps[kind].repeat(2, 6, 1, 1)
    if kind == "one dead image":
        x[1] = draw(6, 8, 8).float()
    x.requires_grad_()
    module = make(name, Site(6, 8, 8), profile=profile)
    y = module(x)
    y.sum().backward()
    assert y.isfinite().all()
    for tensor in (x, *module.parameters()):
        assert tensor.grad is not None
        assert tensor.grad.isfinite().all()


@pytest.mark.parametrize("name", [*VARIANTS, "hfc_random", "bam"])
def test_gradient_by_differences(name: str) -> None:
    options = {"reduction": 2} if name == "bam" else {}
    module = make(name, Site(4, 5, 5), **options).double()
    x = draw(1, 4, 5, 5).requires_grad_()
    assert torch.autograd.gradcheck(module, x)
    parameters = dict(module.named_parameters())

    def of_weights(*values: Tensor) -> Tensor:
        named = dict(zip(parameters, values, strict=True))
        result: Tensor = torch.func.functional_call(module, named, x.detach())
        return result

    assert torch.autograd.gradcheck(of_weights, tuple(parameters.values()))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_spectra_are_single_precision_under_autocast(dtype: torch.dtype) -> None:
    # products of these singular values are beyond the 65,504 at which float16 ends
    module = make("hfc", radius=0.1)
    with torch.no_grad():
        module.get_parameter("mix.weight").mul_(1e-6)
    x = (300 * draw(2, 6, 9, 9)).to(dtype)
    with torch.autocast("cpu", dtype):
        squeezed = module.get_submodule("squeeze")(x)
        y = module(x.float())
        assert module(x).dtype == dtype
    assert squeezed.dtype == dtype
    flat = squeezed.detach().double().numpy()
    gains = high_gains(9, 0.1, "ideal", 2)
    _, mix = weights(module)
    expected = [
        reference(image, np.ones(1), mix.astype(np.float64), gains, ["hx"]) / image
        for image in flat
    ]
    assert np.ptp(np.asarray(expected)) > 0.01
    score = (y / x.float()).detach().numpy()
    np.testing.assert_allclose(score, np.repeat(expected, 6, axis=1), rtol=2e-5)


# not `hfc_random`: its shuffle is NumPy's, which breaks the graph
@pytest.mark.parametrize("name", [*VARIANTS, "hfc_mean"])
def test_compiled_it_is_one_graph_with_the_same_gradient(name: str) -> None:
    x = draw(2, 6, 9, 9).float()
    # without code for a machine, which a compiler would be needed for: what counts is the graph
    one_graph = partial(torch.compile, backend="eager", fullgraph=True)
    gradients = []
    for prepared in (nn.Sequential, one_graph):
        module = make(name)
        prepared(module)(x).square().sum().backward()
        gradients.append([weight.grad for weight in module.parameters()])
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("name", SPECTRAL)
def test_a_map_that_is_not_square_is_refused(name: str) -> None:
    with pytest.raises(RequestError, match="square map, and this one is 6 × 9 × 8"):
        make(name, Site(6, 9, 8))
    with pytest.raises(RequestError, match="square map, and this one is 2 × 6 × 9 × 8"):
        make(name)(torch.zeros(2, 6, 9, 8))


def test_each_position_has_its_own_radius() -> None:
    x = draw(2, 6, 9, 9).float()
    for index, radius in enumerate((0.2, 0.5)):
        of_many = make("hfc", Site(6, 9, 9, index, 2), radius=(0.2, 0.5))
        torch.testing.assert_close(of_many(x), make("hfc", radius=radius)(x), rtol=0, atol=0)
    with pytest.raises(RequestError, match=r"radius has 3 values, but the backbone has 2 pos"):
        make("hfc", Site(6, 9, 9, 0, 2), radius=(0.2, 0.5, 0.7))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"radius": 0}, "radius = 0: Input should be greater than 0"),
        ({"radius": 1.0}, "radius = 1.0: Input should be less than 1"),
        ({"radius": (0.2, 1.5)}, "radius = 1.5: Input should be less than 1"),
        ({"radius": "wide"}, "radius = 'wide': Input should be a valid number"),
        ({"order": 11}, "order = 11"),
        ({"order": 11, "profile": "butterworth"}, "order = 11"),
        ({"order": 0}, "order = 0"),
        ({"profile": "gauss"}, "'ideal', 'gaussian' or 'butterworth'"),
        ({"raduis": 0.2}, "no parameter 'raduis'; did you mean 'radius'"),
    ],
)
def test_a_wrong_parameter_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        ATTENTIONS.get("ours").parse(values)


def test_an_order_without_a_butterworth_profile_says_nothing() -> None:
    hfc = ATTENTIONS.get("hfc")
    for profile in ("ideal", "gaussian"):
        assert hfc.parse({"profile": profile, "order": 5}) == hfc.parse({"profile": profile})
    steep = hfc.parse({"profile": "butterworth", "order": 5})
    assert steep.model_dump()["order"] == 5
    assert steep != hfc.parse({"profile": "butterworth"})


def test_the_mean_is_the_moving_average_of_the_correlation() -> None:
    site, gains = Site(6, 9, 9), high_gains(9, 0.25, "ideal", 2)
    module: Any = make("hfc_mean", site).double()
    squeeze, _ = weights(module)
    batches = [0.5 * draw(4, 6, 9, 9, seed=seed) for seed in range(3)]
    means = []
    for batch in batches:
        flat = np.einsum("c,ncij->nij", squeeze, batch.numpy())
        high = np.fft.ifft2(np.fft.fft2(flat) * gains).real
        query, key = (np.linalg.svd(part, compute_uv=False) for part in (high, flat))
        means.append(np.einsum("ni,nj->ij", query, key) / 4)
    expected = means[0]
    for step, batch in enumerate(batches):
        y = module(batch)
        if step > 0:
            expected = 0.9 * expected + 0.1 * means[step]
        np.testing.assert_allclose(module.mean[0, 0].numpy(), expected, rtol=1e-10)
        mask = expit(correlate2d(expected, weights(module)[1][0], mode="same"))
        np.testing.assert_allclose((y / batch).detach().numpy(), np.broadcast_to(mask, y.shape))


def test_no_image_reaches_the_static_mask_in_evaluation() -> None:
    module = make("hfc_mean")
    module(draw(4, 6, 9, 9).float())
    module.eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    x = torch.ones(1, 6, 9, 9, requires_grad=True)
    masks = [module(image) / image for image in (x, 1e3 * x, draw(1, 6, 9, 9, seed=7).float())]
    torch.testing.assert_close(masks[1], masks[0])
    torch.testing.assert_close(masks[2], masks[0])
    assert masks[0].std() > 0
    (gradient,) = torch.autograd.grad(masks[0].sum(), x)
    assert gradient.abs().max() < 1e-5
    for name, value in module.state_dict().items():
        assert torch.equal(value, before[name])


def test_the_squeeze_under_the_static_mask_learns_from_the_batch() -> None:
    # on the first batch the average is the batch's own mean, so that an ordinary gradient is known
    module: Any = make("hfc_mean").double()
    plain: Any = make("hfc").double()
    plain.load_state_dict({name: module.state_dict()[name] for name in plain.state_dict()})
    x = 0.5 * draw(4, 6, 9, 9)
    module(x).square().sum().backward()
    mean = plain.correlate(plain.squeeze(x).squeeze(1)).mean(dim=0, keepdim=True)
    (x * torch.sigmoid(plain.mix(mean))).square().sum().backward()
    torch.testing.assert_close(module.squeeze.weight.grad, plain.squeeze.weight.grad)
    torch.testing.assert_close(module.mix.weight.grad, plain.mix.weight.grad)
    assert module.squeeze.weight.grad.abs().max() > 0


def test_the_static_mask_fits_one_size_only() -> None:
    with pytest.raises(RequestError, match="9 × 9 does not fit a 8 × 8 map"):
        make("hfc_mean")(torch.zeros(2, 6, 8, 8))
