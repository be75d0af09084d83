"""What of the store a page looks at: matrix, dataset, protocol, backbone, epoch.

They stand beside every page, by the same names, and stay from page to page.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from bench.contents import Group, groups, matrices
from dashboard.address import choice, choice_of_data
from dashboard.reading import read
from dashboard.told import plain

Kind = Literal["matrix", "dataset", "protocol", "backbone", "rule"]
KINDS: tuple[Kind, ...] = ("matrix", "dataset", "protocol", "backbone")
PLURALS = {"matrix": "matrices", "protocol": "protocols", "backbone": "backbones"}
ALL = "all"
#: How the epoch of a figure is picked.
RULES = {"best": "best", "last": "last"}


@dataclass(frozen=True)
class Filters:
    """Chosen names; None for all."""

    matrix: str | None
    dataset: str
    protocol: str | None
    backbone: str | None
    rule: str


def draw_filters(used: Collection[Kind]) -> None:
    """Let one choose beside the page.

    The server's main script draws all of them on every page, those without a use there greyed out:
    what it draws stays as it is, in the address too, when one goes on to another page.
    """
    counted = read(groups)
    with st.sidebar:
        chosen = _ask(used, counted) if counted else None
    st.session_state["filters"] = chosen
    if chosen is not None and used:
        told = [getattr(chosen, kind) or f"all {PLURALS[kind]}" for kind in KINDS if kind in used]
        told += [f"{chosen.rule} epoch"] if "rule" in used else []
        st.caption(f"{plain(' · '.join(told))} :small[(to be changed in the side bar, »)]")


def filters() -> Filters | None:
    """What is chosen; None where the store holds nothing yet, which is said."""
    chosen: Filters | None = st.session_state["filters"]
    if chosen is None:
        _nothing_yet()
    return chosen


def _ask(used: Collection[Kind], counted: Sequence[Group]) -> Filters:
    def off(kind: Kind) -> bool:
        return kind not in used

    known = [matrix.name for matrix in read(matrices)]
    matrix = _or_all(choice("matrix", "Matrix", [ALL, *known], disabled=off("matrix")))
    counted = read(groups, matrix) or counted if matrix else counted
    known = _names(counted, "dataset")
    dataset = choice_of_data("dataset", "Dataset", known, disabled=off("dataset"))
    counted = [group for group in counted if group.dataset == dataset]
    known = _names(counted, "protocol")
    protocol = choice("protocol", "Protocol", [ALL, *known], disabled=off("protocol"))
    known = _names(counted, "backbone")
    default = ALL if len(known) < 4 and _few(counted) else known[0]
    backbone = choice_of_data(
        "backbone", "Backbone", [ALL, *known], default, disabled=off("backbone")
    )
    rule = choice("rule", "Epoch", list(RULES), shown=RULES.__getitem__, disabled=off("rule"))
    return Filters(matrix, dataset, _or_all(protocol), _or_all(backbone), rule)


def _nothing_yet() -> None:
    """The first thing that one sees."""
    st.info("No cell has been asked for yet. This trains the first ones, on built-in faces:")
    st.code("ferbench run quick", language="bash")
    st.caption("Leave this page open: it follows what happens.")


def tagged(name: str, identity: str) -> str:
    """A cell's name with enough of its identity to tell it from all others."""
    return f"{name} · {identity[:6]}"


def model_named(backbone: str, attention: str, protocol: str, identity: str) -> str:
    """A configuration, by what it is alone, so that a link names the same one tomorrow."""
    return tagged(f"{backbone} / {attention}, {protocol}", identity)


def cell_named(backbone: str, attention: str, seed: int, identity: str) -> str:
    """A cell likewise."""
    return f"{tagged(f'{backbone} / {attention}', identity)}, seed {seed}"


def _names(counted: Sequence[Group], kind: str) -> list[str]:
    """What is there of a kind, once each."""
    return sorted({getattr(group, kind) for group in counted})


def _few(counted: Sequence[Group]) -> bool:
    return len({(group.backbone, group.attention) for group in counted}) <= 40


def _or_all(name: str) -> str | None:
    return None if name == ALL else name
