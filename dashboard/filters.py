"""What of the store a page looks at: matrix, dataset, protocol, backbone, epoch."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from bench.contents import Group, groups, matrices
from dashboard.address import choice
from dashboard.reading import read

ALL = "all"
RULES = {"best": "best", "last": "last"}


@dataclass(frozen=True)
class Filters:
    """Chosen names; None for all."""

    matrix: str | None
    dataset: str
    protocol: str | None
    backbone: str | None
    rule: str
    groups: tuple[Group, ...]


def ask_filters() -> Filters | None:
    """Let one choose; None where the store holds nothing yet, which is said."""
    counted = read(groups)
    if not counted:
        nothing_yet()
        return None
    first, second, third, fourth, fifth = st.columns(5)
    with first:
        matrix = ask_matrix()
    counted = read(groups, matrix) if matrix else counted
    with second:
        dataset = choice("dataset", "Dataset", names(counted, "dataset"))
    counted = tuple(group for group in counted if group.dataset == dataset)
    with third:
        protocol = choice("protocol", "Protocol", [ALL, *names(counted, "protocol")])
    with fourth:
        backbones = names(counted, "backbone")
        default = ALL if len(backbones) < 4 and _few(counted) else backbones[0]
        backbone = choice("backbone", "Backbone", [ALL, *backbones], default)
    with fifth:
        rule = choice("rule", "Epoch", list(RULES), shown=RULES.__getitem__)
    return Filters(matrix, dataset, _or_all(protocol), _or_all(backbone), rule, counted)


def ask_matrix(key: str = "matrix") -> str | None:
    """One matrix, or all."""
    known = [matrix.name for matrix in read(matrices)]
    return _or_all(choice(key, "Matrix", [ALL, *known]))


def nothing_yet() -> None:
    """The first thing that one sees."""
    st.info("No cell has been asked for yet. This trains the first ones, on built-in faces:")
    st.code("ferbench run quick", language="bash")
    st.caption("Leave this page open: it follows what happens.")


def names(counted: Sequence[Group], kind: str) -> list[str]:
    """What is there of a kind, once each."""
    return sorted({getattr(group, kind) for group in counted})


def tagged(name: str, identity: str) -> str:
    """A cell's name with enough of its identity to tell it from all others."""
    return f"{name} · {identity[:6]}"


def model_named(backbone: str, attention: str, protocol: str, identity: str) -> str:
    """A configuration, as page Compare lists it."""
    return tagged(f"{backbone} / {attention}, {protocol}", identity)


def _few(counted: Sequence[Group]) -> bool:
    return len({(group.backbone, group.attention) for group in counted}) <= 40


def _or_all(name: str) -> str | None:
    return None if name == ALL else name
