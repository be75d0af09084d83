"""The pictures of filter and singular values, against NumPy."""

import numpy as np
import pytest

from bench.figures.filter import draw_filter, likeness, take_apart
from bench.figures.pictures import drawn_face, read_picture
from bench.figures.svd import decompose, draw_svd
from registry.errors import DataError
from registry.spectrum import HighPass


@pytest.fixture
def image():
    return np.random.default_rng(0).random((32, 32))


@pytest.mark.parametrize("radius", [0.1, 0.25, 0.8])
def test_parts_are_those_of_numpys_transform(image, radius):
    frequency = 2 * np.abs(np.fft.fftfreq(32))
    beyond = np.hypot(frequency[:, None], frequency) > radius
    high = np.fft.ifft2(np.fft.fft2(image) * beyond).real
    parts = take_apart("one", image, HighPass(radius))
    np.testing.assert_allclose(parts.high, high, atol=1e-12)
    np.testing.assert_allclose(parts.low + parts.high, image, atol=1e-12)
    np.testing.assert_allclose(parts.spectrum[16, 16], image.sum())


def test_the_drawn_arrays_are_the_parts(image):
    parts = take_apart("one", image, HighPass(0.25))
    figure = draw_filter([parts], HighPass(0.25))
    drawn = [np.asarray(axes.images[0].get_array()) for axes in figure.axes]
    for array, expected in zip(drawn, (image, None, parts.low, parts.high), strict=True):
        if expected is not None:
            np.testing.assert_array_equal(array, expected)
    # the dashed ring is the cut-off: a quarter of Nyquist is four frequencies of 32
    ring = figure.axes[1].lines[0].get_xydata() - 16
    np.testing.assert_allclose(np.hypot(*ring.T), 4)


def test_likeness_is_the_mean_correlation(image):
    kernel = HighPass(0.25)
    other = np.random.default_rng(1).random((32, 32))
    planes = [image, 3 * image + 1, other]
    parts = [take_apart(str(i), plane, kernel) for i, plane in enumerate(planes)]
    r = np.corrcoef(parts[0].high.ravel(), parts[2].high.ravel())[0, 1]
    assert likeness(parts) == pytest.approx((1 + 2 * r) / 3)
    assert likeness(parts[:2]) == pytest.approx(1)
    assert np.isnan(likeness(parts[:1]))
    flat = take_apart("flat", np.ones((32, 32)), kernel)
    assert np.isnan(likeness([parts[0], flat]))


def test_terms_are_those_of_numpys_decomposition(image):
    terms = decompose(image, 5)
    np.testing.assert_allclose(terms.values, np.linalg.svd(image, compute_uv=False))
    left, values, right = np.linalg.svd(image)
    np.testing.assert_allclose(terms.terms[2], values[2] * np.outer(left[:, 2], right[2]))
    np.testing.assert_allclose(decompose(image, 32).sums[-1], image)
    # Eckart & Young: what a sum leaves out is the next singular value
    assert np.linalg.norm(image - terms.sums[2], 2) == pytest.approx(values[3])
    assert terms.energy[-1] == pytest.approx(1)


def test_the_drawn_terms(image):
    terms = decompose(image, 3)
    figure = draw_svd(terms)
    arrays = [np.asarray(axes.images[0].get_array()) for axes in figure.axes if axes.images]
    for expected in (image, *terms.terms, *terms.sums):
        assert any(array.shape == (32, 32) and np.array_equal(array, expected) for array in arrays)
    (spectrum,) = [axes.lines[0].get_ydata() for axes in figure.axes if axes.lines]
    np.testing.assert_array_equal(spectrum, terms.values)


def test_a_picture_of_one_grey_is_drawn_too():
    flat = np.full((8, 8), 0.5)
    draw_svd(decompose(flat, 2))
    draw_filter([take_apart("flat", flat, HighPass(0.25))], HighPass(0.25))
    draw_filter([take_apart("black", 0 * flat, HighPass(0.25))], HighPass(0.25))


def test_the_built_in_face_is_grey_and_square():
    face = drawn_face()
    assert face.pixels.shape == (1, 48, 48)
    assert face.colours == {}
    assert 0 <= face.grey.min() < face.grey.max() <= 1


def test_the_middle_of_a_file_is_taken_and_told(tmp_path):
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (20, 31, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    picture = read_picture(tmp_path / "wide.png")
    assert "20 × 20 of 31 × 20" in picture.title
    np.testing.assert_allclose(picture.colours["green"], pixels[:, 5:25, 1] / 255)
    luma = np.asarray(Image.fromarray(pixels).convert("L"))[:, 5:25]
    np.testing.assert_allclose(255 * picture.grey, luma, atol=1)
    (tmp_path / "none.png").write_text("no image")
    with pytest.raises(DataError, match=r"none\.png"):
        read_picture(tmp_path / "none.png")
