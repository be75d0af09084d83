"""Every figure by its name: what it is asked with, and where its numbers come from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from bench.cells import CellReport, known_matrix
from bench.figures import stored
from bench.figures.attention import draw_attention, observe
from bench.figures.calibration import draw_calibration, reliability
from bench.figures.confusion import draw_confusion
from bench.figures.cost import draw_cost
from bench.figures.curves import draw_curves
from bench.figures.difficulty import draw_difficulty
from bench.figures.featured import feature_maps
from bench.figures.filter import draw_filter, likeness, take_apart
from bench.figures.gradcam import draw_gradcam
from bench.figures.looked import looks
from bench.figures.pictures import Picture, drawn_face, read_picture
from bench.figures.priced import points
from bench.figures.ranked import ranked
from bench.figures.ranking import draw_ranking
from bench.figures.settings import (
    AttentionSettings,
    CalibrationSettings,
    CostFigureSettings,
    DifficultySettings,
    FilterSettings,
    GradCamSettings,
    PartSettings,
    RankingSettings,
    SvdSettings,
)
from bench.figures.svd import decompose, draw_svd
from bench.figures.trained import Trained, load_trained
from bench.home import Home
from bench.specification import Specification
from bench.statistics.settings import Scope
from bench.store.costs import cost_records
from registry.component import NoParameters
from registry.errors import RequestError, nearest
from registry.spectrum import HighPass


@dataclass(frozen=True)
class Request:
    """What a figure is asked with.

    Attributes
    ----------
    home : Home
        Where results and data lie; looked into only by figures of cells.
    cells : tuple of str
        Beginnings of identities.
    images : tuple of Path
        Image files.
    matrix : str or None
        Only the cells of this matrix.
    settings : mapping
        What the figure may be told besides, as a person typed it.
    """

    home: Home
    cells: tuple[str, ...] = ()
    images: tuple[Path, ...] = ()
    matrix: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def draw(name: str, request: Request) -> Figure:
    """The figure of that name.

    Raises
    ------
    RequestError
        There is no such figure or setting (the message offers the nearest), or what it shows is
        not there (the message says what is missing).
    """
    return FIGURES[check_name(name)](request)


def check_name(name: str) -> str:
    """The name, if it is that of a figure.

    Raises
    ------
    RequestError
        It is none.
    """
    if name not in FIGURES:
        raise RequestError(f"there is no figure '{name}'{nearest(name, FIGURES)}")
    return name


def _filter(request: Request) -> Figure:
    settings = FilterSettings.parse(request.settings, "figure 'filter'")
    kernel = HighPass(settings.radius, settings.profile, settings.order)
    if not request.cells:
        picture = _picture(request, "filter")
        parts = [take_apart("grey", picture.grey, kernel)]
        colours = [take_apart(name, plane, kernel) for name, plane in picture.colours.items()]
        note = picture.title
        if colours:
            alike = likeness(colours)
            note += f"; correlation of the colours' high-pass parts: {alike:.2f}"
        return draw_filter([*parts, *colours], kernel, note)
    trained = _one_trained(request, "filter")
    image, title = _input(request, trained, "filter")
    path, maps = feature_maps(trained, image, settings.position)
    for channel in settings.channels:
        if not 0 <= channel < len(maps):
            raise RequestError(f"channel {channel}: the map after '{path}' has {len(maps)}, from 0")
    every = [take_apart(f"channel {number}", plane, kernel) for number, plane in enumerate(maps)]
    note = (
        f"{title}, after '{path}' of {trained.title}, {trained.state}; mean correlation of the "
        f"high-pass parts of all {len(maps)} channels: {likeness(every):.2f}"
    )
    return draw_filter([every[channel] for channel in settings.channels], kernel, note)


def _svd(request: Request) -> Figure:
    settings = SvdSettings.parse(request.settings, "figure 'svd'")
    picture = _picture(request, "svd")
    return draw_svd(decompose(picture.grey, settings.terms), picture.title)


def _attention(request: Request) -> Figure:
    settings = AttentionSettings.parse(request.settings, "figure 'attention'")
    trained = _one_trained(request, "attention")
    image, title = _input(request, trained, "attention")
    stages = observe(trained.model, image)
    if not stages:
        raise RequestError(
            f"figure 'attention' is of spectral attention (hfc, lfc, …), and cell {trained.cell} "
            f"is {trained.title}"
        )
    if settings.position is not None:
        if settings.position >= len(stages):
            raise RequestError(
                f"position = {settings.position}: there are {len(stages)}, counted from 0"
            )
        stages = stages[settings.position : settings.position + 1]
    return draw_attention(stages, f"{trained.title}, {trained.state}; {title}")


def _gradcam(request: Request) -> Figure:
    settings = GradCamSettings.parse(request.settings, "figure 'gradcam'")
    models = _trained(request, _cells(request, "gradcam"))
    pictures = [read_picture(path) for path in request.images]
    found = looks(models, pictures, settings.layer)
    asked = "each model's own answer" if pictures else "the true class, above"
    note = f"{'; '.join(one.state for one in models)}; looked for: {asked}"
    return draw_gradcam(
        found.images,
        found.truths,
        [one.title for one in models],
        found.seen,
        models[0].samples.classes,
        note,
    )


def _curves(request: Request) -> Figure:
    NoParameters.parse(request.settings, "figure 'curves'")
    with request.home.store.read() as session:
        reports = stored.reports(session, _cells(request, "curves"))
    curves = [
        stored.curve(r, f"{r.state.backbone}/{r.state.attention}, seed {r.state.seed}")
        for r in reports
    ]
    told = [
        f"{r.state.id[:8]}: {r.state.dataset}, {r.state.protocol}, monitored on "
        f"{r.specification['monitored']}"
        for r in reports
    ]
    return draw_curves(curves, "\n".join([*told, "ring: the epoch that was picked on it"]))


def _confusion(request: Request) -> Figure:
    settings = PartSettings.parse(request.settings, "figure 'confusion'")
    with request.home.store.read() as session:
        (report,) = stored.reports(session, _one_cell(request, "confusion"))
    picked = stored.picked(report, settings.rule)
    return draw_confusion(
        np.array(picked.confusion),
        report.classes,
        _of_cell(report, settings.rule, picked.epoch, "test"),
    )


def _calibration(request: Request) -> Figure:
    settings = CalibrationSettings.parse(request.settings, "figure 'calibration'")
    with request.home.store.read() as session:
        (report,) = stored.reports(session, _one_cell(request, "calibration"))
        picked = stored.picked(report, settings.rule)
        logits, labels = stored.answers(
            session, report, settings.rule, settings.part, request.home.roots
        )
    note = _of_cell(report, settings.rule, picked.epoch, settings.part)
    return draw_calibration(reliability(logits, labels, settings.bins), note)


def _cost(request: Request) -> Figure:
    settings = CostFigureSettings.parse(request.settings, "figure 'cost'")
    with request.home.store.read() as session:
        made, record, told = points(
            session,
            cost_records(session),
            settings.rule,
            known_matrix(session, request.matrix),
            settings.dataset,
            settings.protocol,
        )
    where = record.environment["device_name"] or record.environment["cpu"]
    threads = f"{record.environment['threads']} thread(s)"
    note = (
        f"{told}; bars: one standard deviation over n runs\n"
        f"latency: median, bar to the 95th percentile; {where}, {threads}"
    )
    return draw_cost(made, note)


def _difficulty(request: Request) -> Figure:
    settings = DifficultySettings.parse(request.settings, "figure 'difficulty'")
    with request.home.store.read() as session:
        matrix = known_matrix(session, request.matrix)
        learned = stored.learned(
            session, settings.datasets, settings.backbone, settings.attention, matrix
        )
    model = settings.backbone
    if settings.attention != "none":
        model += f"/{settings.attention}"
    return draw_difficulty(learned, model)


def _ranking(request: Request) -> Figure:
    settings = RankingSettings.parse(request.settings, "figure 'ranking'")
    with request.home.store.read() as session:
        matrix = known_matrix(session, request.matrix)
        scope = Scope(settings.rule, matrix, backbone=settings.backbone, protocol=settings.protocol)
        found = ranked(session, settings.models, scope)
    note = "average rank of the balanced accuracy on the test part; 1 is best"
    return draw_ranking(found, f"{note}; {settings.rule} epoch")


def _cells(request: Request, name: str) -> tuple[str, ...]:
    if not request.cells:
        raise RequestError(f"figure '{name}' is of a cell: give --cell, as `ferbench status` lists")
    return request.cells


def _one_cell(request: Request, name: str) -> tuple[str]:
    cells = _cells(request, name)
    if len(cells) > 1:
        raise RequestError(f"figure '{name}' is of one cell, and {len(cells)} are given")
    return (cells[0],)


def _one_trained(request: Request, name: str) -> Trained:
    return _trained(request, _one_cell(request, name))[0]


def _trained(request: Request, cells: Sequence[str]) -> list[Trained]:
    with request.home.store.read() as session:
        reports = stored.reports(session, cells)
    return [
        load_trained(request.home, r.state.id, Specification.model_validate(r.specification))
        for r in reports
    ]


def _picture(request: Request, name: str) -> Picture:
    """The file that is given, else the built-in face."""
    if len(request.images) > 1:
        raise RequestError(f"figure '{name}' is of one image, and {len(request.images)} are given")
    return read_picture(request.images[0]) if request.images else drawn_face()


def _input(request: Request, trained: Trained, name: str) -> tuple[Tensor, str]:
    """The file that is given, else the first image of the cell's test part."""
    if request.images:
        picture = _picture(request, name)
        return trained.from_picture(picture), picture.title
    index = int(trained.split.test[0])
    return trained.from_dataset([index]), f"test image {trained.samples.names[index]}"


def _of_cell(report: CellReport, rule: str, epoch: int, part: str) -> str:
    state = report.state
    return (
        f"{state.backbone}/{state.attention} on {state.dataset}, {state.protocol}, seed "
        f"{state.seed}\ncell {state.id[:8]}, {part} part, {rule} epoch ({epoch})"
    )


FIGURES: Mapping[str, Callable[[Request], Figure]] = {
    "filter": _filter,
    "svd": _svd,
    "attention": _attention,
    "gradcam": _gradcam,
    "difficulty": _difficulty,
    "curves": _curves,
    "confusion": _confusion,
    "calibration": _calibration,
    "cost": _cost,
    "ranking": _ranking,
}
