"""``ferbench figure`` as a person types it, on cells that were trained here."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main

MATRIX = """
[base]
dataset = { name = "faces", subjects = 10, frames = 1 }
protocol = "subject"
backbone = "mobilenet_v2"
size = 64
epochs = 2
batch_size = 16
lr = 1e-3
[sweep]
attention = ["none", "hfc"]
"""


def ferbench(*words: str) -> int:
    sys.argv = ["ferbench", *words]
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A folder where two cells were trained, and the weights of one kept."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "small.toml").write_text(MATRIX)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", [])
        run = ["run", "small.toml", "--where", "inline", "--device", "cpu"]
        assert ferbench(*run, "--set", "attention=hfc", "--keep", "best") == 0
        assert ferbench(*run) == 0
    return folder


@pytest.fixture
def here(trained, monkeypatch, capsys):
    """The commands run there; the cells by their attention."""
    monkeypatch.chdir(trained)
    monkeypatch.setattr(sys, "argv", [])
    assert ferbench("status", "--format", "json") == 0
    cells = json.loads(capsys.readouterr().out)
    return {cell["attention"]: cell["id"] for cell in cells}


def svg_text(path: Path) -> str:
    return " ".join("".join(e.itertext()) for e in ET.parse(path).getroot().iter())


@pytest.mark.slow
class TestOfCells:
    @pytest.mark.parametrize("name", ["curves", "confusion", "calibration"])
    def test_results(self, here, name):
        assert ferbench("figure", name, "--cell", here["hfc"][:6], "-o", f"{name}.svg") == 0
        text = svg_text(Path(f"{name}.svg"))
        assert here["hfc"][:8] in text
        assert "faces(subjects=10, frames=1)" in text

    def test_confusion_is_what_show_shows(self, here, capsys):
        cell = here["hfc"]
        assert ferbench("figure", "confusion", "--cell", cell, "-o", "c.svg") == 0
        capsys.readouterr()
        ferbench("show", cell, "--format", "json")
        picked = next(p for p in json.loads(capsys.readouterr().out)["picked"])
        text = svg_text(Path("c.svg"))
        for row in picked["classes"]:
            assert f"{row['name']} ({row['support']})" in text

    def test_attention_of_kept_weights(self, here):
        assert ferbench("figure", "attention", "--cell", here["hfc"], "-o", "a.svg") == 0
        text = svg_text(Path("a.svg"))
        assert "after epoch" in text
        assert "UNTRAINED" not in text
        assert "features.0" in text

    def test_a_model_without_weights_says_so(self, here):
        words = ["--cell", here["none"], "--set", "layer=features.13", "-o", "g.svg"]
        assert ferbench("figure", "gradcam", *words) == 0
        assert "UNTRAINED" in svg_text(Path("g.svg"))

    def test_grad_cam_of_two_models_and_a_file(self, here):
        pixels = np.random.default_rng(0).integers(0, 256, (60, 50, 3), dtype=np.uint8)
        Image.fromarray(pixels).save("own.png")
        cells = ["--cell", here["none"], "--cell", here["hfc"], "--set", "layer=features.6"]
        assert ferbench("figure", "gradcam", *cells, "--image", "own.png", "-o", "g.svg") == 0
        text = svg_text(Path("g.svg"))
        for expected in ("mobilenet_v2/hfc", "mobilenet_v2/none", "own.png", "own answer"):
            assert expected in text

    def test_filter_of_a_feature_map(self, here):
        words = ["--cell", here["hfc"], "--set", "position=2", "--set", "channels=[5]"]
        assert ferbench("figure", "filter", *words, "-o", "f.svg") == 0
        text = svg_text(Path("f.svg"))
        assert "channel 5" in text
        assert "features.3" in text

    def test_cost_wants_a_measurement_and_then_draws_it(self, here, capsys):
        assert ferbench("figure", "cost", "-o", "p.svg") == 2
        told = capsys.readouterr().err
        command = told.partition("`ferbench ")[2].partition("`")[0].split()
        assert command[0] == "cost"
        assert ferbench(*command, "--batch", "2", "--rounds", "5", "--device", "cpu") == 0
        assert ferbench("figure", "cost", "-o", "p.svg") == 0
        assert "mobilenet_v2, hfc (n = 1)" in svg_text(Path("p.svg"))

    def test_difficulty_names_all_that_is_missing(self, here, capsys):
        assert ferbench("figure", "difficulty", "-o", "d.png") == 2
        told = capsys.readouterr().err
        assert "cifar100 and on fer2013" in told
        settings = ["--set", "datasets=['faces']", "--set", "backbone=mobilenet_v2"]
        assert ferbench("figure", "difficulty", *settings, "-o", "d.png") == 0
        with Image.open("d.png") as image:
            assert image.format == "PNG"

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["attention", "--cell", "none"], "is mobilenet_v2/none"),
            (["attention", "--cell", "hfc", "--set", "position=9"], "position = 9"),
            (["filter", "--cell", "hfc", "--set", "channels=[99]"], "channel 99"),
            (["confusion", "--cell", "hfc", "--cell", "none"], "one cell, and 2"),
            (["calibration", "--cell", "hfc", "--set", "rule=first"], "rule = 'first'"),
            (["cost", "--set", "protocol=paper"], "no cell with a result has protocol 'paper'"),
            (["curves", "--cell", "ffffffff"], "there is no cell 'ffffffff'"),
        ],
    )
    def test_what_a_person_gets_wrong(self, here, capsys, words, said):
        typed = [here.get(word, word) for word in words]
        assert ferbench("figure", *typed, "-o", "wrong.png") == 2
        assert said in capsys.readouterr().err
        assert not Path("wrong.png").exists()


@pytest.mark.parametrize("name", ["filter", "svd"])
@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_figures_of_the_built_in_face_need_no_results(tmp_path, monkeypatch, name, suffix):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [])
    assert ferbench("figure", name, "-o", f"x.{suffix}") == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"x.{suffix}"]
    head = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[suffix]
    assert (tmp_path / f"x.{suffix}").read_bytes().startswith(head)


def test_a_colour_image_has_a_row_a_channel(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [])
    pixels = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save("colour.png")
    settings = ["--set", "profile=butterworth", "--set", "radius=0.4"]
    assert ferbench("figure", "filter", "--image", "colour.png", *settings, "-o", "f.svg") == 0
    text = svg_text(tmp_path / "f.svg")
    for expected in ("grey", "red", "green", "blue", "radius 0.4", "order 2"):
        assert expected in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fliter", "-o", "x.png"], "did you mean 'filter'?"),
        (["svd", "-o", "x.jpg"], ".png, .pdf or .svg"),
        (["svd", "--set", "term=3", "-o", "x.png"], "did you mean 'terms'?"),
        (["svd", "--set", "terms=0", "-o", "x.png"], "terms = 0"),
        (["filter", "--set", "radius=2", "-o", "x.png"], "radius = 2"),
        (["svd", "--image", "none.png", "-o", "x.png"], "none.png"),
        (["svd", "-o", "missing/x.png"], "cannot write"),
        (["curves", "--cell", "abcd", "-o", "x.png"], "no results database"),
    ],
)
def test_what_a_person_gets_wrong(tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [])
    assert ferbench("figure", *words) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_help_imports_no_matplotlib():
    program = (
        "import sys; sys.argv = ['ferbench', *sys.argv[1:], '--help']\n"
        "from cli.main import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "print([n for n in ('matplotlib', 'torch', 'numpy') if n in sys.modules], file=sys.stderr)"
    )
    for command in ("figure", "cost"):
        done = subprocess.run(
            [sys.executable, "-c", program, command], capture_output=True, text=True
        )
        assert done.stderr.strip() == "[]"
        assert command != "figure" or "calibration" in done.stdout


def test_the_help_names_every_figure():
    from bench.figures.catalog import FIGURES
    from cli.figure import NAMES

    assert NAMES.split(", ") == list(FIGURES)
