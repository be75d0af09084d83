"""The figures of the page, each with its words for who cannot see it."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import groupby

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.figures import stored
from bench.figures.calibration import draw_calibration, reliability
from bench.figures.confusion import draw_confusion
from bench.figures.cost import draw_cost
from bench.figures.curves import draw_curves
from bench.figures.priced import points
from bench.figures.ranking import draw_ranking, tell
from bench.figures.style import styled
from bench.report.findings import PLAIN, Findings
from bench.report.markup import Html, element, join, paragraph
from bench.report.words import counted
from bench.statistics.claim import MODULE
from bench.statistics.images import NotStored, images_of
from bench.statistics.measured import Configuration
from bench.store.costs import cost_records
from bench.store.models import Cell
from bench.tables.facts import facts_of
from registry.errors import RequestError

#: Settings of which there are pictures, and models of one setting in its curves.
SETTINGS, CURVES = 3, 4
#: Inches beyond which a picture scrolls on a phone, for made smaller it could not be read.
WIDE = 5


def picture(figure: Figure, says: str) -> Html:
    """A figure within the page, as SVG whose letters are drawn, for fonts differ."""
    buffer = BytesIO()
    with styled(), mpl.rc_context({"svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    data = b64encode(buffer.getvalue()).decode()
    image = element("img", src=f"data:image/svg+xml;base64,{data}", alt=says)
    image = Html(image.removesuffix("</img>"))
    kind = "paper wide" if figure.get_figwidth() > WIDE else "paper"
    frame = element("div", image, class_=kind, role="group", tabindex="0", aria_label=says)
    return element("figure", frame, element("figcaption", says))


def of_ranks(found: Findings) -> Html:
    """The critical-difference picture."""
    if isinstance(found.ranking, str):
        return Html("")
    ranks = zip(found.ranking.models, found.ranking.ranks, strict=True)
    told = ", ".join(f"{name} {rank:.2f}" for name, rank in ranks)
    figure = draw_ranking(found.ranking, "average rank of the balanced accuracy; 1 is best")
    return picture(figure, f"Average ranks: {told}. {tell(found.ranking)}")


def of_costs(session: Session, found: Findings) -> Html:
    """Accuracy against what it costs, for each dataset and protocol."""
    records = cost_records(session)
    if not records:
        return Html("")
    places = dict.fromkeys((one.dataset, one.protocol) for one in found.configurations if one.runs)
    made, reasons = [], []
    for dataset, protocol in list(places)[:SETTINGS]:
        try:
            dots, _, where = points(session, records, found.rule, found.name, dataset, protocol)
        except RequestError as reason:
            reasons.append(paragraph(f"{dataset}, {protocol}: {reason}", "note"))
            continue
        says = f"Accuracy against cost on {where}: " + "; ".join(
            f"{dot.backbone}/{dot.attention} {dot.accuracy:.1f} % at {dot.parameters:.2f} million "
            f"parameters, {dot.flops:.3f} billion FLOPs, {dot.latency:.2f} ms"
            for dot in dots
        )
        figure = draw_cost(dots, f"{where}; bars: one standard deviation over n runs")
        made.append(picture(figure, says))
    return join([*made, *reasons])


def of_runs(session: Session, found: Findings) -> Html:
    """Curves, confusion and calibration of the first few settings."""
    done = [one for one in found.configurations if one.runs]
    if not done:
        return paragraph("No run is done, so that there is nothing to draw.")
    groups = [
        list(rows)
        for _, rows in groupby(done, key=lambda one: (one.dataset, one.backbone, one.protocol))
    ]
    parts: list[Html] = []
    for rows in groups[:SETTINGS]:
        chosen = _chosen(rows)
        first = chosen[0]
        parts.append(element("h3", f"{first.dataset}, {first.protocol}, {first.backbone}"))
        parts.append(element("div", *_of_setting(session, chosen), class_="pictures"))
    more = len(groups) - SETTINGS
    if more > 0:
        told = f"{counted(more, 'more setting')} in the store: `ferbench figure` draws any cell."
        parts.append(paragraph(told, "note"))
    return join(parts)


def _chosen(rows: Sequence[Configuration]) -> list[Configuration]:
    """The plain backbone and the module first, then the highest."""
    first = (PLAIN, MODULE)
    return sorted(
        rows,
        key=lambda one: (
            first.index(one.attention) if one.attention in first else len(first),
            -float(np.mean(one.figures)),
        ),
    )


def _of_setting(session: Session, chosen: Sequence[Configuration]) -> Iterator[Html]:
    yield _curves(session, chosen[:CURVES])
    facts = facts_of(session, chosen, chosen[0].rule)
    for one in chosen[:2]:
        yield _confusion(one, facts.classes[one.id])
        yield _calibration(session, one)


def _curves(session: Session, chosen: Sequence[Configuration]) -> Html:
    reports = stored.reports(session, [_cell(session, one) for one in chosen])
    named = [(report, f"{report.state.attention}, seed {report.state.seed}") for report in reports]
    curves = [stored.curve(report, label) for report, label in named]
    says = "Learning curves of one run each, loss above and balanced accuracy below: " + "; ".join(
        f"{label} ends at {_last(report.epochs[-1].balanced_accuracy)}" for report, label in named
    )
    return picture(draw_curves(curves, "ring: the epoch that was picked"), says)


def _last(accuracies: dict[str, float | None]) -> str:
    told = [
        f"{part} {100 * value:.1f} %" for part, value in accuracies.items() if value is not None
    ]
    return ", ".join(told) or "no figure"


def _confusion(one: Configuration, classes: Sequence[str]) -> Html:
    total = np.sum([fold.confusion for run in one.runs for fold in run.folds], axis=0)
    support = total.sum(axis=1)
    recalls = [
        f"{name} {100 * total[i, i] / support[i]:.0f} %" if support[i] else f"{name} without images"
        for i, name in enumerate(classes)
    ]
    where = f"{one.attention}, {counted(len(one.runs), 'run')} together, {one.rule} epoch"
    says = f"Confusion matrix of {where}; of each class right: {', '.join(recalls)}."
    return picture(draw_confusion(total, classes, where), says)


def _calibration(session: Session, one: Configuration) -> Html:
    run = one.runs[0]
    fold = run.folds[0]
    (report,) = stored.reports(session, [_cell(session, one)])
    try:
        known = images_of(session, fold.split, "test").labels is not None
        if not known:
            raise NotStored("the store does not tell the true class of each test image")
        logits, labels = stored.answers(session, report, one.rule, "test", {})
    except (NotStored, RequestError) as reason:
        return paragraph(f"No calibration of {one.attention}: {reason}.", "note")
    answers = reliability(logits, labels)
    where = f"{one.attention}, seed {run.seed}, {one.rule} epoch"
    mean, most = answers.error_by_chance()
    says = (
        f"Calibration of {where}: expected calibration error {100 * answers.error:.1f} % on "
        f"{len(labels)} test images; a calibrated model would have {100 * mean:.1f} % on average, "
        f"below {100 * most:.1f} % in 95 of 100."
    )
    return picture(draw_calibration(answers, where), says)


def _cell(session: Session, one: Configuration) -> str:
    """Identity of the first cell of the first run."""
    query = select(Cell.id).where(Cell.key == one.runs[0].folds[0].cell)
    return str(session.scalars(query).one())
