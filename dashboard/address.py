"""Choices that stand in the address, so that a link shows somebody else the same page."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from dashboard.told import remark
from registry.errors import nearest

T = TypeVar("T", bound=str)


def choice(
    name: str,
    label: str,
    options: Sequence[str],
    default: str | None = None,
    shown: Callable[[str], str] = str,
) -> str:
    """One of several; what the address asks for and is not there is said, and the default taken.

    The address has it as it is shown.
    """
    check(name, [shown(option) for option in options])
    index = options.index(default) if default in options else 0
    chosen = st.selectbox(
        label, options, index=index, key=name, bind="query-params", format_func=shown
    )
    return str(chosen if chosen is not None else options[index])


def section(name: str, label: str, options: Sequence[str]) -> str:
    """The part of a page that is shown; the others are not even asked for."""
    check(name, options)
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
    name: str, label: str, options: Sequence[str], default: Sequence[str], **look: Any
) -> list[str]:
    """Several of several."""
    check(name, options)
    kept = [one for one in default if one in options]
    return list(st.multiselect(label, options, default=kept, key=name, bind="query-params", **look))


def number(name: str, label: str, low: int, high: int, default: int) -> int:
    """A whole number within bounds; where there is but one, nothing is asked."""
    if low >= high:
        return low
    asked = st.query_params.get(name, "")
    if asked and not (asked.isdecimal() and low <= int(asked) <= high):
        remark(f"The address asks for {name} = {asked}; it goes from {low} to {high}.")
    return int(st.slider(label, low, high, default, key=name, bind="query-params"))


def check(name: str, options: Sequence[str]) -> None:
    """Say what the address asks for that is not there."""
    for asked in st.query_params.get_all(name):
        if asked not in options:
            hint = nearest(asked, options) if options else ""
            remark(f"The address asks for {name} = '{asked}', which is not there{hint}.")
