"""What a module does to one image: high-pass part, spectra, correlation, score, and Grad-CAM."""

import hashlib
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from matplotlib.figure import Figure

from bench.cells import cell_report
from bench.contents import Listed, Wanted, groups, listed
from bench.figures.attention import draw_attention
from bench.figures.filter import draw_filter, take_apart
from bench.figures.gradcam import draw_gradcam
from bench.figures.looked import looks
from bench.figures.pictures import Picture, drawn_face
from bench.figures.radius import observe_with, radii
from bench.figures.trained import RULES, Trained, load_trained
from bench.specification import Specification
from dashboard.address import choice, choices, number
from dashboard.figures import show_figure
from dashboard.filters import cell_named, filters
from dashboard.reading import home, keep, kept, read
from dashboard.told import note, plain, remark, say, telling
from dashboard.uploads import BYTES, read_upload
from registry.errors import RequestError
from registry.spectrum import HighPass

DEFAULT_RADIUS = 0.25
#: Models side by side.
MOST = 4
#: Cells in the list to pick from.
CELLS = 2000
COLUMNS = (
    "In each row one position of the module. x̃: the map squeezed to one channel; h: its high-pass "
    "part (x̃ − h: the rest); σ: their singular values; σ(·) σ(·)ᵀ: the correlation of the two, on "
    "a logarithmic scale; a: the score, after convolution and sigmoid; x: the map's mean over its "
    "channels; a ⊙ x: the same after the score has weighed it."
)
#: A model that was built, and what tells it from every other.
Model = tuple[Trained, Hashable]
SOURCES = ("test image", "built-in face", "upload")


def show() -> None:
    """The page."""
    found = _cells() if read(groups) else ()
    models = _models(found)
    picture = _picture([one for one, _ in models])
    if picture is None:
        return
    own = next((radii(one.model) for one, _ in models if radii(one.model)), (DEFAULT_RADIUS,))
    _with_radius(models, picture, own[0])
    with telling():
        _gradcam(models, picture)


@st.fragment
@telling()
def _with_radius(models: Sequence[Model], picture: Picture, own: float) -> None:
    """What depends on the radius: its slider does all of this again, and nothing else."""
    asked = st.query_params.get("radius")
    if asked is not None and not _in_range(asked):
        remark(f"The address asks for radius = {asked}; it goes from 0.02 to 0.98.")
    radius = st.slider(
        "Cut-off radius, as a share of the Nyquist frequency",
        0.02,
        0.98,
        round(own, 2),
        0.01,
        key="radius",
        bind="query-params",
    )
    kernel = HighPass(radius)
    show_figure(
        lambda: draw_filter([take_apart("image", picture.grey, kernel)], kernel, picture.title),
        (_key(picture), radius),
        "filter",
        f"{picture.title}, its spectrum, and what a filter of radius {radius} parts it into",
    )
    spectral = [(one, key) for one, key in models if radii(one.model)]
    if spectral:
        note(COLUMNS)
    for one, key in spectral:
        st.subheader(plain(_named(one)))
        show_figure(
            partial(_inside, one, picture, radius),
            (key, _key(picture), radius),
            f"attention-{one.cell[:8]}",
            f"parts, spectra, correlation and score of {one.title} at each position",
        )
        trained = ", ".join(f"{value:g}" for value in dict.fromkeys(radii(one.model)))
        if abs(radius - radii(one.model)[0]) > 0.005:
            note(
                f"It was trained with radius {trained}: this is what another one would make of it."
            )
    if models and not spectral:
        note("None of these models has spectral attention: there is nothing inside to show.")


def _inside(one: Trained, picture: Picture, radius: float) -> Figure:
    stages = observe_with(one.model, one.from_picture(picture), radius)
    return draw_attention(stages, f"{one.title}, {one.state}; radius {radius:g}")


def _gradcam(models: Sequence[Model], picture: Picture) -> None:
    if not models:
        return
    st.subheader("Where each model looks (Grad-CAM)")
    shown = [one for one, _ in models]
    key = (tuple(key for _, key in models), _key(picture))
    found = kept(("looks", key), lambda: looks(shown, [picture], ""))
    classes = shown[0].samples.classes
    titles = [_named(one, "\n") for one in shown]
    states = "; ".join(one.state for one in shown)
    said = ", ".join(
        f"{_named(one)} says {classes[seen[0].predicted]}"
        for one, seen in zip(shown, found.seen, strict=True)
    )
    show_figure(
        lambda: draw_gradcam(found.images, found.truths, titles, found.seen, classes, states),
        key,
        "gradcam",
        f"Grad-CAM of {picture.title}: {said}",
    )


def _named(one: Trained, between: str = ", ") -> str:
    """Enough to tell two models of one kind apart."""
    return f"{one.title}{between}seed {one.specification.seed} · {one.cell[:6]}"


def _key(picture: Picture) -> str:
    return hashlib.sha256(picture.title.encode() + picture.pixels.tobytes()).hexdigest()


def _cells() -> tuple[Listed, ...]:
    chosen = filters()
    if chosen is None:
        return ()
    return read(listed, Wanted(chosen.matrix, dataset=chosen.dataset, state="done"), CELLS)


def _models(found: Sequence[Listed]) -> list[Model]:
    if not found:
        st.info("No cell is done yet; a picture can be taken apart all the same.")
        return []
    called = {cell_named(one.backbone, one.attention, one.seed, one.id): one.id for one in found}
    spectral = [name for name in called if " / hfc" in name]
    picked = choices(
        "cell",
        f"Cells, at most {MOST}",
        list(called),
        default=[*spectral, *called][:1],
        max_selections=MOST,
    )
    if len(found) == CELLS:
        note(f"The list has the first {CELLS:,} cells; a matrix beside the page makes them fewer.")
    models = []
    for name in picked:
        try:
            models.append(_load(called[name]))
        except RequestError as error:  # (a picture can be taken apart all the same)
            st.info(plain(f"{name}: {error}"), icon=":material/info:")
    for one, _ in models:
        if one.epoch is None:
            remark(f"{one.title}: {one.state}")
    return models


def _load(identity: str) -> Model:
    """The model of a cell, with a key that is another one when its weights are."""
    report = read(cell_report, identity)
    weights = [home().runs.weights(identity, rule) for rule in RULES]
    written = tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in weights)
    specification = Specification.model_validate(report.specification)
    with st.spinner("Building the model"):
        model = keep(_trained, identity, written, specification.model_dump_json())
    return model, (identity, written)


def _trained(identity: str, _written: tuple[int, ...], specification: str) -> Trained:
    return load_trained(home(), identity, Specification.model_validate_json(specification))


def _picture(models: Sequence[Trained]) -> Picture | None:
    sources = SOURCES if models else SOURCES[1:]
    left, right = st.columns(2)
    with left:
        source = choice("image", "Image", sources)
    with right:
        return _of_source(source, models)


def _of_source(source: str, models: Sequence[Trained]) -> Picture | None:
    if source == "upload":
        limit = f"An image of a face (PNG, JPEG or BMP), at most {BYTES // 2**20} MB"
        upload = st.file_uploader(limit, ["png", "jpg", "jpeg", "bmp"], key="upload")
        if upload is None:
            return None
        try:
            return read_upload(upload)
        except RequestError as error:
            say(str(error))
            return None
    if source == "built-in face":
        return keep(drawn_face)
    samples, test = models[0].samples, models[0].split.test
    at = number("at", "Which of the test part", 1, len(test), 1)
    index = int(test[at - 1])
    pixels: Any = samples.images[index].astype(np.float64) / 255
    title = f"{samples.names[index]}, {samples.classes[samples.labels[index]]}"
    return Picture(title, pixels)


def _in_range(text: str) -> bool:
    try:
        return 0.02 <= float(text) <= 0.98
    except ValueError:
        return False


with telling():
    show()
