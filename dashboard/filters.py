"""What of the store a page looks at: matrix, dataset, protocol, backbone, epoch.

They stand beside every page that can use them, by the same names, and stay from page to page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from bench.contents import Group, groups, matrices
from dashboard.address import choice, choice_of_data
from dashboard.reading import read
from dashboard.told import note

Kind = Literal["matrix", "dataset", "protocol", "backbone", "rule"]
ALL = "all"
#: How the epoch of a figure is picked.
RULES = {"best": "best", "last": "last"}


@dataclass(frozen=True)
class Filters:
    """Chosen names; None for all, and what a page does not ask for."""

    matrix: str | None = None
    dataset: str = ""
    protocol: str | None = None
    backbone: str | None = None
    rule: str = "best"


def ask_filters(*kinds: Kind) -> Filters | None:
    """Let one choose beside the page; None where the store holds nothing yet, which is said.

    Parameters
    ----------
    kinds : str
        Those attributes of `Filters` that the page can use.
    """
    counted = read(groups)
    if not counted:
        _nothing_yet()
        return None
    with st.sidebar:
        chosen = _ask(kinds, counted)
    told = [getattr(chosen, kind) or f"all {PLURALS[kind]}" for kind in kinds if kind != "rule"]
    told += [f"{chosen.rule} epoch"] if "rule" in kinds else []
    note(" · ".join(told))
    return chosen


PLURALS = {"matrix": "matrices", "protocol": "protocols", "backbone": "backbones"}


def _ask(kinds: Sequence[Kind], counted: Sequence[Group]) -> Filters:
    chosen: dict[str, Any] = {}
    if "matrix" in kinds:
        known = [matrix.name for matrix in read(matrices)]
        chosen["matrix"] = matrix = _or_all(choice("matrix", "Matrix", [ALL, *known]))
        counted = read(groups, matrix) or counted if matrix else counted
    if "dataset" in kinds:
        chosen["dataset"] = dataset = choice_of_data(
            "dataset", "Dataset", _names(counted, "dataset")
        )
        counted = [group for group in counted if group.dataset == dataset]
    if "protocol" in kinds:
        known = _names(counted, "protocol")
        chosen["protocol"] = _or_all(choice("protocol", "Protocol", [ALL, *known]))
    if "backbone" in kinds:
        known = _names(counted, "backbone")
        default = ALL if len(known) < 4 and _few(counted) else known[0]
        chosen["backbone"] = _or_all(choice_of_data("backbone", "Backbone", [ALL, *known], default))
    if "rule" in kinds:
        chosen["rule"] = choice("rule", "Epoch", list(RULES), shown=RULES.__getitem__)
    return Filters(**chosen)


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
