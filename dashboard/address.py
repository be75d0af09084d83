"""Choices that stand in the address, so that a link shows somebody else the same page.

A choice has the same name on every page that has it: who goes from one to the next keeps it. What
is offered first is left out of the address where the program settles it, and stands in the address
where the database does, which may offer another first tomorrow.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard.told import note, remark
from registry.errors import nearest

#: Whatever a page's address may name, but for what Streamlit itself reads there.
NAMES = {
    *("matrix", "dataset", "protocol", "backbone", "rule"),  # beside every page
    *("metric", "paper", "order", "model", "against"),  # leaderboard, compare
    *("cell", "configuration", "state", "name", "sheet", "show", "at", "epoch", "other"),  # run
    *("class_part", "class_figure", "picked", "images"),
    *("study", "image", "radius", "table"),  # studies, inside the attention, audit
    *("export", "what", "layout", "figure", "datasets", "models", "matrix_of_report"),
}
STREAMLITS = ("embed", "embed_options")
#: Names that no field settles.
BARE = ("cell", "configuration")
ON_OFF = ("true", "false")


@dataclass(frozen=True)
class Slip:
    """What a link asks for in vain.

    Attributes
    ----------
    sentences : tuple of str
        What is to be said of it.
    settled : tuple or None
        What stands there in its stead; None until that is known.
    """

    sentences: tuple[str, ...]
    settled: tuple[Any, ...] | None = None


def check_names() -> None:
    """Say which names of a link nobody reads: a slip of the pen would show another page."""
    for name in st.query_params:
        if name not in NAMES and name not in STREAMLITS:
            hint = nearest(name, NAMES)
            remark(f"The address names '{name}', which no page has{hint}")
    for name in BARE:
        values = st.query_params.get_all(name)
        if len(values) > 1:
            remark(_which_holds(name, values))


def choice(
    name: str,
    label: str,
    options: Sequence[str],
    default: str | None = None,
    shown: Callable[[str], str] = str,
    **look: Any,
) -> str:
    """One of several that the program knows; the address has it as it is shown.

    What the address asks for and is not there is said, and the default taken.
    """
    _check_link(name, [shown(option) for option in options], most=1)
    index = options.index(default) if default in options else 0
    if st.session_state.get(name, options[index]) not in options:
        st.session_state[name] = options[index]
    chosen = st.selectbox(
        label, options, index=index, key=name, bind="query-params", format_func=shown, **look
    )
    return str(chosen if chosen is not None else options[index])


def choice_of_data(
    name: str, label: str, options: Sequence[str], default: str | None = None, **look: Any
) -> str:
    """One of several that the database has; it always stands in the address."""
    _check_link(name, options, most=1)
    first = default if default is not None and default in options else options[0]
    if st.session_state.get(name, st.query_params.get(name)) not in options:
        choose(name, first)
    chosen = st.selectbox(
        label, options, index=None, key=name, bind="query-params", placeholder=first, **look
    )
    return str(chosen if chosen is not None else first)


def section(name: str, label: str, options: Sequence[str]) -> str:
    """The part of a page that is shown; the others are not even asked for."""
    _check_link(name, options, most=1)
    chosen = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=name,
        bind="query-params",
        label_visibility="collapsed",
    )
    return str(chosen or options[0])


def choices(
    name: str, label: str, options: Sequence[str], default: Sequence[str] = (), **look: Any
) -> list[str]:
    """Several of several; where none is chosen the default is, and stands in the address too."""
    _check_link(name, options)
    before = st.session_state.get(name, st.query_params.get_all(name))
    kept = [one for one in before if one in options]
    if name in st.session_state and len(kept) < len(before):
        gone = ", ".join(one for one in before if one not in options)
        note(f"Chosen no more, for it is not among these: {gone}.")
        st.session_state[name] = kept
    if default and not kept:
        choose(name, list(default))
    return list(st.multiselect(label, options, key=name, bind="query-params", **look))


def number(name: str, label: str, low: int, high: int, default: int) -> int:
    """A whole number within bounds; where there is but one, nothing is asked."""
    asked = st.query_params.get(name, "") if name not in st.session_state else ""
    if asked and not (asked.isdecimal() and low <= int(asked) <= high):
        _slip(name, f"The address asks for {name} = {asked}; it goes from {low} to {high}.")
    if low >= high:
        return low
    return int(st.slider(label, low, high, default, key=name, bind="query-params"))


def switch(name: str, label: str) -> bool:
    """On or off; off at first."""
    _check_link(name, ON_OFF, most=1, read=str.lower)
    return st.toggle(label, key=name, bind="query-params")


def restate(names: Iterable[str]) -> None:
    """On another page: let the address have again what it has lost.

    Who goes on before all fields are on the screen leaves by an address without them.
    """
    for name in names:
        if name in st.session_state and name not in st.query_params:
            st.session_state[name] = st.session_state[name]


def _check_link(
    name: str,
    options: Sequence[str],
    most: int | None = None,
    read: Callable[[str], str] = str,
) -> None:
    """Note what a link asks for that is not there; of what was chosen by hand one knows why."""
    if name in st.session_state:
        return
    wanted = st.query_params.get_all(name)
    if most is not None and len(wanted) > most:
        _slip(name, _which_holds(name, wanted))
        wanted = wanted[-most:]
    absent = [asked for asked in wanted if read(asked) not in options]
    if absent:
        hint = nearest(absent[0], options) if options else ""
        which = ", ".join(f"'{asked}'" for asked in absent)
        stop = "" if hint.endswith("?") else "."
        _slip(name, f"The address asks for {name} = {which}, which is not there{hint}{stop}")


def _which_holds(name: str, values: Sequence[str]) -> str:
    return f"The address names {name} {len(values)} times: '{values[-1]}' holds."


def _slip(name: str, sentence: str) -> None:
    """Say what is wrong with a link, and keep it, for the page is soon drawn once more."""
    slips: dict[str, Slip] = st.session_state.setdefault("slips", {})
    said = slips[name].sentences if name in slips else ()
    if sentence not in said:  # (where a field has but one value, it is not there to remember it)
        remark(sentence)
        slips[name] = Slip((*said, sentence))


def own_up(page: str) -> None:
    """Say what was wrong with the link to this page, until one chooses something else there.

    Streamlit takes a wrong value out of the address, and what stands in its stead comes into it
    when it is chosen anew: the address names the view again.
    """
    if st.session_state.get("slips_of") != page:
        st.session_state.update(slips={}, slips_of=page)
    slips: dict[str, Slip] = st.session_state["slips"]
    for name, slip in list(slips.items()):
        settled = st.session_state.get(name)
        if slip.settled is None:
            slips[name] = replace(slip, settled=(settled,))
            if name in st.session_state:
                st.session_state[name] = settled
        elif slip.settled != (settled,):
            del slips[name]
            continue
        for sentence in slip.sentences:
            remark(sentence)


def slipped() -> bool:
    """Whether something is still to be said of the link."""
    return any(slip.settled is None for slip in st.session_state.get("slips", {}).values())


def choose(name: str, value: str | list[str]) -> None:
    """Choose in one's stead, before the field is drawn, and let the address say so."""
    if name not in st.session_state:  # (of those that are there, Streamlit keeps the address true)
        st.query_params[name] = value
    if st.session_state.get(name) != value:
        st.session_state[name] = value
