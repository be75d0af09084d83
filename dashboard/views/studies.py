"""What studies have found: trials as they come, importance, the objective over parameters."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from bench.study.figures import figures
from bench.study.findings import OPTIMISTIC, Findings
from bench.study.objectives import LABELS
from bench.study.trials import TrialRow
from dashboard.address import choice_of_data
from dashboard.charts import draw
from dashboard.place import place
from dashboard.reading import kept
from dashboard.tables import show_table
from dashboard.told import note, plain, remark, telling

SIGNS = {
    "complete": "✓",
    "running": "▶",
    "queued": "·",
    "pruned": "✂",
    "failed": "✗",
    "interrupted": "‖",
}
#: How an objective's values are written, where not with four decimals.
FORMS = {"parameters": ",", "latency": ".2f"}
#: Seconds between two looks at the trials, which the results database does not hold.
INTERVAL = 5.0


@st.fragment(run_every=INTERVAL)
@telling()  # (inside: a fragment is drawn again without what stands around it)
def show() -> None:
    """The page; studies are no part of the results database, so it looks again by itself."""
    begun = {study.name: study for study in place().studies()}
    if not begun:
        st.info("No study was begun here yet. This one looks for the best radius:")
        st.code("ferbench tune radius", language="bash")
        return
    study = begun[choice_of_data("study", "Study", list(begun))]
    trials = study.trials()
    # (what is found in the trials, and its pictures, take seconds: anew only when a trial moved)
    key = ("study", study.name, repr(trials))
    findings = kept(key, lambda: study.findings(trials))
    _head(findings)
    _charts(kept(("figures", *key), lambda: figures(study.stored, findings)), findings)
    _trials(findings.trials, findings)


def _head(findings: Findings) -> None:
    if findings.title:
        st.subheader(plain(findings.title))
    if findings.optimistic:
        remark(OPTIMISTIC)
    ended = findings.states["complete"] + findings.states["pruned"]
    share = min(1.0, ended / findings.target) if findings.target else 0.0
    st.progress(share, f"{ended} of {findings.target} trials have ended")
    with st.container(horizontal=True):
        for state, count in findings.states.items():
            st.badge(f"{SIGNS.get(state, '')} {count} {state}", color="gray")
    best = findings.best
    if best is not None:
        first = findings.objectives[0]
        drawn = ", ".join(f"{name} = {_value(v)}" for name, v in best.parameters.items())
        st.markdown(f"Best so far: trial {best.number}, {plain(drawn)}")
        note(
            f"{LABELS[first]} {_value(best.values[first])}: the highest of "
            f"{findings.states['complete']}, so expect less of fresh seeds."
        )


def _charts(drawn: Mapping[str, go.Figure], findings: Findings) -> None:
    if not drawn:
        st.info("No trial is complete yet: there is nothing to draw.")
        return
    places = st.columns(2)
    for at, (name, figure) in enumerate(drawn.items()):
        with places[at % 2]:
            st.markdown(f"**{plain(re.sub('[-_]', ' ', name))}**")
            figure = go.Figure(figure).update_layout(title=None, template=None)
            draw(figure, f"study-{name}", f"{name} of study {findings.name}", height=340)


def _trials(trials: Sequence[TrialRow], findings: Findings) -> None:
    st.subheader("Trials")
    rows: list[dict[str, Any]] = [
        {
            "trial": trial.number,
            "state": f"{SIGNS.get(trial.state, '')} {trial.state}",
            **{LABELS[name]: trial.values.get(name) for name in findings.objectives},
            **{name: _value(trial.parameters.get(name, "")) for name in findings.parameters},
            "on the front": "✓" if trial.number in findings.front else "",
            "cells": " ".join(cell[:8] for cell in trial.cells),
            "why": trial.reason,
        }
        for trial in trials
    ]
    forms = {LABELS[name]: FORMS.get(name, ".4f") for name in findings.objectives}
    if rows:
        show_table("trials", rows, formats=forms | {"trial": "d"}, describes="every trial")
    if findings.importances:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in findings.importances.items())
        note(f"Importance, share of the variance over the space (fANOVA): {shares}.")


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


show()
