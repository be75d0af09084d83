"""Figures of a study: what it found against what it drew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import optuna
import plotly
import plotly.graph_objects as go
from optuna import visualization
from plotly.colors import sample_colorscale

from bench.study.findings import OPTIMISTIC, Findings
from bench.study.objectives import LABELS
from bench.study.trials import TrialRow
from registry.errors import RequestError

FORMATS = ("html", "png", "pdf")
#: From blue to orange: neither end is lost on a light page, or a dark one.
SCALE = ["#0072B2", "#8C8C8C", "#E69F00"]
#: Of lines that cross: the marks of `bench.figures.style`, as Plotly calls them.
SYMBOLS = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x")

#: What Optuna calls the trials of a Pareto picture: how they are called here, and marked.
FRONT = {
    "Trial": ("beaten", {"symbol": "circle", "size": 8, "color": "#8C8C8C"}),
    "Best Trial": ("on the front", {"symbol": "diamond", "size": 12, "color": "#E69F00"}),
}


def figures(study: optuna.Study, findings: Findings) -> dict[str, go.Figure]:
    """Every figure that the trials allow, by the name of its file."""
    complete = [trial for trial in findings.trials if trial.state == "complete"]
    if not complete:
        return {}
    first = findings.objectives[0]
    label = LABELS[first]
    drawn = {
        f"{first}-against-{_file_name(name)}": _against(name, complete, findings)
        for name in findings.parameters
    }

    def target(trial: optuna.trial.FrozenTrial) -> float:
        return float(trial.values[0])

    drawn["history"] = visualization.plot_optimization_history(
        study, target=target, target_name=label
    )
    if len(findings.parameters) > 1:
        drawn["parallel-coordinates"] = _recoloured(
            visualization.plot_parallel_coordinate(study, target=target, target_name=label)
        )
    if findings.importances:
        drawn["importances"] = _importances(findings)
    if len(findings.objectives) == 2:
        names = [LABELS[objective] for objective in findings.objectives]
        front = visualization.plot_pareto_front(study, target_names=names)
        drawn["pareto-front"] = _told_apart(front)
    if any(trial.reports for trial in findings.trials):
        drawn["reports"] = _reports(findings)
    for figure in drawn.values():
        _entitle(figure, findings)
    return drawn


def save(drawn: Mapping[str, go.Figure], folder: Path, form: str) -> list[Path]:
    """Write figures into a folder.

    Raises
    ------
    RequestError
        The folder cannot be written, or there is no Chromium to draw PNG and PDF with.
    """
    paths = {name: folder / f"{name}.{form}" for name in drawn}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if form == "html":
            for name, figure in drawn.items():
                # One copy of Plotly's script beside the pages: they work without a network.
                figure.write_html(paths[name], include_plotlyjs="directory")
        else:
            _write_images(list(drawn.values()), list(paths.values()), form)
    except OSError as error:
        raise RequestError(f"cannot write figures into {folder}: {error}") from None
    return list(paths.values())


def _write_images(drawn: list[go.Figure], paths: list[Path], form: str) -> None:
    try:
        plotly.io.write_images(drawn, paths)  # all of them by one browser
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RequestError(
            f"{form.upper()} needs an installed Chromium or Chrome; "
            f"--format html does not ({reason})"
        ) from None


def _against(name: str, complete: list[TrialRow], findings: Findings) -> go.Figure:
    """The objective against a parameter, with the interval over seeds of each trial."""
    first = findings.objectives[0]
    rows = [trial for trial in complete if name in trial.parameters]
    halves = [row.interval.half for row in rows]
    error = {"type": "data", "array": halves, "visible": any(half is not None for half in halves)}
    figure = go.Figure(
        go.Scatter(
            x=[row.parameters[name] for row in rows],
            y=[row.values[first] for row in rows],
            error_y=error,
            mode="markers",
            text=[f"trial {row.number}" for row in rows],
        )
    )
    figure.update_layout(xaxis_title=name, yaxis_title=f"{LABELS[first]}, {_part(findings)} part")
    numeric = [row.parameters[name] for row in rows if isinstance(row.parameters[name], float)]
    if findings.definition["space"].get(name.partition("[")[0], {}).get("log") and numeric:
        figure.update_xaxes(type="log")
    return figure


def _recoloured(parallel: go.Figure) -> go.Figure:
    """Optuna's parallel coordinates, whose colours a page's white or black would swallow."""
    for trace in parallel.data:
        if trace.mode == "lines":  # its first axis is the objective, from 0 to 1
            trace.line.color = sample_colorscale(SCALE, trace.y[0])[0]
        else:
            trace.marker.update(colorscale=SCALE, reversescale=False)
    parallel.update_layout(plot_bgcolor="rgba(0, 0, 0, 0)")
    parallel.update_annotations(font={"color": "#808080"})
    return parallel.update_xaxes(range=(-0.6, parallel.layout.xaxis.range[1]))


def _told_apart(front: go.Figure) -> go.Figure:
    """Optuna's Pareto front, by marks; it has a scale of the trials' numbers for each kind."""
    for trace in front.data:
        name, marker = FRONT[trace.marker.colorbar.title.text]
        trace.update(name=name, marker={"showscale": False, **marker}, showlegend=True)
    return front


def _importances(findings: Findings) -> go.Figure:
    items = sorted(findings.importances.items(), key=lambda item: item[1])
    names, shares = [name for name, _ in items], [share for _, share in items]
    figure = go.Figure(go.Bar(x=shares, y=names, orientation="h"))
    figure.update_layout(xaxis_title="share of the variance explained (fANOVA)")
    return figure


def _reports(findings: Findings) -> go.Figure:
    """What each trial reported, up to where it was pruned."""
    figure = go.Figure()
    for trial in findings.trials:
        if trial.reports:
            figure.add_scatter(
                x=[step + 1 for step in trial.reports],
                y=list(trial.reports.values()),
                name=f"trial {trial.number}, {trial.state}",
                line={"dash": "dot" if trial.state == "pruned" else "solid"},
                marker={"symbol": SYMBOLS[trial.number % len(SYMBOLS)]},
            )
    figure.update_layout(xaxis_title="step of the trial", yaxis_title="reached so far")
    return figure


def _entitle(figure: go.Figure, findings: Findings) -> None:
    title = f"{findings.name}: {findings.title}" if findings.title else findings.name
    if findings.optimistic:
        title += f"<br><b>{OPTIMISTIC}</b>"
    figure.update_layout(title={"text": title}, template="plotly_white")


def _file_name(parameter: str) -> str:
    return re.sub(r"[^\w.]+", "_", parameter).strip("_")


def _part(findings: Findings) -> str:
    return "test" if findings.optimistic else "validation"
