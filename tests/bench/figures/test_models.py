"""Attention, feature maps and Grad-CAM, against the modules themselves and NumPy."""

import numpy as np
import pytest
import torch

from bench.cost.models import parse_model
from bench.figures.attention import draw_attention, observe
from bench.figures.gradcam import draw_gradcam, last_map, look
from registry.attention.spectral import HIGH, LOW, WHOLE, SpectralAttention
from registry.errors import RequestError
from tests.bench.figures.layers import Bright


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return parse_model("resnet18/hfc").build(1, 7, 64)


@pytest.fixture(scope="module")
def image():
    return torch.randn(1, 1, 64, 64, generator=torch.Generator().manual_seed(1))


def test_stages_follow_the_papers_equations(model, image):
    stages = observe(model, image)
    assert [stage.name for stage in stages] == ["relu", "layer1", "layer2", "layer3"]
    assert [len(stage.score) for stage in stages] == [32, 16, 8, 4]
    for stage in stages:
        whole = stage.parts[WHOLE]
        frequency = 2 * np.abs(np.fft.fftfreq(len(whole)))
        beyond = np.hypot(frequency[:, None], frequency) > 0.25
        high = np.fft.ifft2(np.fft.fft2(whole) * beyond).real
        np.testing.assert_allclose(stage.parts[HIGH], high, atol=1e-5)
        for part in (WHOLE, HIGH):
            expected = np.linalg.svd(stage.parts[part], compute_uv=False)
            np.testing.assert_allclose(stage.spectra[part], expected, atol=1e-4)
        outer = np.outer(stage.spectra[HIGH], stage.spectra[WHOLE])
        np.testing.assert_allclose(stage.correlation[0], outer, rtol=1e-3, atol=1e-4)
        # Eq. 10: one score for all channels, so that it holds for their mean too
        np.testing.assert_allclose(stage.refined, stage.score * stage.entering, atol=1e-4)


def test_watching_changes_nothing(model, image):
    with torch.inference_mode():
        before = model(image)
        observe(model, image)
        assert torch.equal(model(image), before)
    assert not any(m._forward_hooks for m in model.modules() if isinstance(m, SpectralAttention))


def test_every_variant_is_drawn(image):
    for attention, columns in (("lfc", 7), ("hfc_lfc_hl", 10), ("hfc+se", 7)):
        stages = observe(parse_model(f"resnet18/{attention}").build(1, 7, 64), image)
        figure = draw_attention(stages[:2])
        assert len(figure.axes) == 2 * columns
    assert LOW in observe(parse_model("resnet18/lfc").build(1, 7, 64), image)[0].parts


def test_models_without_it_have_no_stage(image):
    assert observe(parse_model("resnet18/bam").build(1, 7, 64), image) == ()


def test_the_drawn_score_is_the_modules(model, image):
    stages = observe(model, image)
    figure = draw_attention(stages)
    arrays = [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]
    for stage in stages:
        assert any(np.array_equal(array, stage.score) for array in arrays)


def test_grad_cam_by_hand():
    """One channel that is pooled and weighed: the map is the channel itself, scaled to one."""
    model = Bright().eval()
    image = torch.zeros(1, 1, 8, 8)
    image[0, 0, 2:4, 5:7] = 3.0
    (seen,) = look(model, image, [1], "same")
    np.testing.assert_allclose(seen.heat, image[0, 0].numpy() / 3, atol=1e-4)
    assert seen.predicted == 1
    # what speaks against a class is dark
    (against,) = look(model, image, [0], "same")
    assert against.heat.max() == 0


def test_the_last_map_is_before_the_classifier_pools(model, image):
    assert last_map(model, image) == "layer4"
    mobile = parse_model("mobilenet_v2").build(1, 7, 64)
    assert last_map(mobile, image) == "features"


def test_a_map_of_one_place_says_nothing(model):
    with pytest.raises(RequestError, match="--set layer=PATH"):
        last_map(model, torch.zeros(1, 1, 32, 32))


def test_unknown_layers(model, image):
    with pytest.raises(RequestError, match="no layer 'layer9'"):
        look(model, image, [0], "layer9")


def test_rows_are_models_and_columns_images(model, image):
    seen = look(model, image.repeat(2, 1, 1, 1), [0, 3], "layer4")
    grey = np.zeros((48, 48))
    names = [f"class{i}" for i in range(7)]
    figure = draw_gradcam([grey, grey], ["a", "b"], ["one", "two"], [seen, seen], names)
    assert len(figure.axes) == 6
    np.testing.assert_array_equal(np.asarray(figure.axes[2].images[1].get_array()), seen[0].heat)
