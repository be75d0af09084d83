"""What a module does to one image: high-pass part, spectra, correlation, score, and Grad-CAM."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from bench.cells import cell_report
from bench.contents import Listed, groups, listed
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
from dashboard.filters import ask_matrix, names, tagged
from dashboard.reading import home, keep, read
from dashboard.told import note, plain, remark, say, telling
from dashboard.uploads import BYTES, read_upload
from registry.errors import RequestError
from registry.spectrum import HighPass

DEFAULT_RADIUS = 0.25
#: Models side by side.
MOST = 4
SOURCES = ("test image", "built-in face", "upload")


def show() -> None:
    """The page."""
    found = _cells() if read(groups) else ()
    left, right = st.columns(2)
    with left:
        models = _models(found)
    with right:
        picture = _picture(models)
    if picture is None:
        return
    own = next((radii(one.model) for one in models if radii(one.model)), (DEFAULT_RADIUS,))
    _with_radius(models, picture, own[0])
    with telling():
        _gradcam(models, picture)


@st.fragment
def _with_radius(models: Sequence[Trained], picture: Picture, own: float) -> None:
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
    parts = take_apart("image", picture.grey, kernel)
    figure = draw_filter([parts], kernel, picture.title)
    describes = f"{picture.title}, its spectrum, and what a filter of radius {radius} parts it into"
    show_figure(figure, "filter", describes)
    spectral = [one for one in models if radii(one.model)]
    for one in spectral:
        st.subheader(plain(one.title))
        stages = observe_with(one.model, one.from_picture(picture), radius)
        figure = draw_attention(stages, f"{one.title}, {one.state}; radius {radius:g}")
        describes = f"parts, spectra, correlation and score of {one.title} at each position"
        show_figure(figure, f"attention-{one.cell[:8]}", describes)
        trained = ", ".join(f"{value:g}" for value in dict.fromkeys(radii(one.model)))
        if abs(radius - radii(one.model)[0]) > 0.005:
            note(
                f"It was trained with radius {trained}: this is what another one would make of it."
            )
    if models and not spectral:
        note("None of these models has spectral attention: there is nothing inside to show.")


def _gradcam(models: Sequence[Trained], picture: Picture) -> None:
    if not models:
        return
    st.subheader("Where each model looks (Grad-CAM)")
    found = looks(list(models), [picture], "")
    titles = [one.title for one in models]
    answers = [
        one.samples.classes[seen[0].predicted] for one, seen in zip(models, found.seen, strict=True)
    ]
    states = "; ".join(one.state for one in models)
    figure = draw_gradcam(
        found.images, found.truths, titles, found.seen, models[0].samples.classes, states
    )
    said = ", ".join(f"{t} says {a}" for t, a in zip(titles, answers, strict=True))
    show_figure(figure, "gradcam", f"Grad-CAM of {picture.title}: {said}")


def _cells() -> tuple[Listed, ...]:
    first, second = st.columns(2)
    with first:
        matrix = ask_matrix()
    counted = read(groups, matrix)
    with second:
        dataset = choice("dataset", "Dataset", names(counted, "dataset"))
    done: tuple[Listed, ...] = read(listed, matrix=matrix, state="done", dataset=dataset)
    return done


def _models(found: Sequence[Listed]) -> list[Trained]:
    if not found:
        st.info("No cell is done yet; a picture can be taken apart all the same.")
        return []
    called = {
        f"{tagged(f'{cell.backbone} / {cell.attention}', cell.id)}, seed {cell.seed}": cell.id
        for cell in found
    }
    spectral = [name for name in called if " / hfc" in name]
    default = [*spectral, *called][:1]
    picked = choices(
        "cell",
        f"Cells, at most {MOST}",
        list(called),
        default,
        max_selections=MOST,
    )
    models = []
    for name in picked:
        with telling():
            models.append(_load(called[name]))
    for one in models:
        if one.epoch is None:
            remark(f"{one.title}: {one.state}")
    return models


def _load(identity: str) -> Trained:
    report = read(cell_report, identity)
    weights = [home().runs.weights(identity, rule) for rule in RULES]
    written = tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in weights)
    specification = Specification.model_validate(report.specification)
    with st.spinner("Building the model"):
        return keep(_trained, identity, written, specification.model_dump_json())


def _trained(identity: str, _written: tuple[int, ...], specification: str) -> Trained:
    return load_trained(home(), identity, Specification.model_validate_json(specification))


def _picture(models: Sequence[Trained]) -> Picture | None:
    sources = SOURCES if models else SOURCES[1:]
    source = choice("image", "Image", sources)
    if source == "upload":
        limit = f"An image of a face, at most {BYTES // 2**20} MB"
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
