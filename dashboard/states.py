"""States of cells, each with a sign for who sees no colours."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from bench.contents import Group, Listed, Wanted, listed
from dashboard.place import place
from dashboard.reading import read

#: Sign, colour of the badge, and background of a field of the grid, on which white stands out: most
#: fields are done or queued, and have none. The later a state, the more it wants attention.
STATES = {
    "done": ("✓", "green", ""),
    "running": ("▶", "blue", "#0072B2"),
    "queued": ("·", "gray", ""),
    "preempted": ("‖", "orange", "#B87800"),
    "cancelled": ("⊘", "gray", "#6b6b6b"),
    "pruned": ("✂", "blue", "#4a7fa8"),
    "lost": ("?", "red", "#b3261e"),
    "failed": ("✗", "red", "#b3261e"),
    "diverged": ("∞", "violet", "#8a3d72"),
}


#: Running cells of which it is looked up whether somebody trains them.
MOST = 2500


def running_or_lost(wanted: Wanted) -> tuple[Listed, ...]:
    """Those of such cells that run by the database; lost where nobody trains them any more."""
    return tuple(
        replace(cell, state="lost") if place().is_lost(cell.id) else cell
        for cell in read(listed, replace(wanted, state="running"), MOST)
    )


def sign(state: str) -> str:
    """Of a state; a blank for one that is not known."""
    return STATES.get(state, (" ", "", ""))[0]


def background_of(field: str) -> str:
    """Of a field of the grid, by the signs in it; empty where nothing wants attention."""
    signs = [one[:1] for one in field.split(", ")]
    found = [background for mark, _, background in STATES.values() if mark in signs]
    return next(filter(None, reversed(found)), "")


def counts(groups: Iterable[Group], lost: int = 0) -> dict[str, int]:
    """Cells by state, in the order above; so many of the running ones are lost."""
    found: Counter[str] = Counter()
    for group in groups:
        found[group.state] += group.cells
    found.update({"running": -lost, "lost": lost})
    return {state: found[state] for state in [*STATES, *found] if found[state]}


def show_counts(found: dict[str, int]) -> None:
    """A badge a state."""
    with st.container(horizontal=True, gap="small"):
        for state, count in found.items():
            mark, colour, _ = STATES.get(state, (" ", "gray", ""))
            st.badge(f"{mark} {count:,} {state}", color=colour)  # type: ignore[arg-type]  # (one of its colours)
