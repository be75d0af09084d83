"""Files are what they claim to be, and can be read in print."""

import re

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from bench.figures.confusion import draw_confusion
from bench.figures.style import COLOURS, COLUMN, add_note, check_suffix, new_figure, save, styled
from bench.figures.svd import decompose, draw_svd
from registry.errors import RequestError


@pytest.fixture
def figure():
    return draw_confusion(np.array([[30, 4], [2, 9]]), ["anger", "surprise"], "cell abcd1234")


def test_png(figure, tmp_path):
    save(figure, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        image.load()
        assert image.format == "PNG"
        assert image.width == pytest.approx(300 * figure.get_figwidth(), abs=1)


def test_pdf_has_its_fonts_within(figure, tmp_path):
    save(figure, tmp_path / "a.PDF")
    content = (tmp_path / "a.PDF").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert b"/FontFile2" in content
    assert b"/Type3" not in content


def test_text_of_an_svg_is_text(figure, tmp_path):
    save(figure, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert text.startswith("<?xml")
    for word in ("anger (34)", "surprise (11)", "88 %", "predicted", "cell abcd1234"):
        assert word in text


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_the_same_figure_is_the_same_file(tmp_path, suffix):
    for name in ("one", "two"):
        made = draw_confusion(np.array([[30, 4], [2, 9]]), ["anger", "surprise"])
        save(made, tmp_path / f"{name}.{suffix}")
    one, two = (tmp_path / f"{name}.{suffix}" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_nothing_is_smaller_than_seven_points(figure):
    figure.draw_without_rendering()
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
    assert min(sizes) >= 7


def test_a_long_note_stays_within_the_figure():
    with styled():
        figure = new_figure(COLUMN, 2)
        add_note(figure, "WIDE words, MMMM, and then a great many more of them " * 4)
    figure.draw_without_rendering()
    note = figure._supxlabel.get_window_extent()
    assert note.x1 <= figure.bbox.x1


def test_neighbouring_colours_differ_in_lightness_for_any_eye():
    def luminance(colour: str) -> float:
        levels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    assert len(set(COLOURS)) == len(COLOURS)
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in COLOURS)
    # the lightest still stands out from paper
    assert max(luminance(colour) for colour in COLOURS) < 0.5


def test_other_names_are_refused(figure, tmp_path):
    with pytest.raises(RequestError, match=r"\.png, \.pdf or \.svg"):
        check_suffix(tmp_path / "a.jpg")
    with pytest.raises(RequestError, match="cannot write"):
        save(figure, tmp_path / "missing" / "a.png")


def test_a_dollar_sign_in_a_name_is_one(tmp_path):
    # matplotlib takes it for a formula, and this one for a broken one
    save(draw_confusion(np.eye(2, dtype=int), ["$\\frac$", "b"], "$\\frac$"), tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").count("$\\frac$") >= 3


def test_numbers_of_a_spectrum_are_plain(tmp_path):
    save(draw_svd(decompose(np.diag([100.0, 10.0, 1.0, 0.1]), 2), "$\\frac$"), tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "mathdefault" not in text
    assert "$\\frac$" in text
    assert all(f">{number}</text>" in text for number in ("0.1", "1", "10", "100"))
