"""Asking the database: whatever was asked once is kept until the database has another revision."""

from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st
from sqlalchemy.orm import Session

from bench.home import Home
from bench.store.database import Store
from dashboard.place import place
from dashboard.revision import Watcher

P = ParamSpec("P")
T = TypeVar("T")
#: Answers that are kept; those asked for longest ago go first.
KEPT = 200


def read(question: Callable[Concatenate[Session, P], T], *args: P.args, **options: P.kwargs) -> T:
    """What a function of a session and of plain values says at the database's present revision.

    The answer is shared by everybody who looks, so it must be a value that nobody changes.

    Raises
    ------
    RequestError
        The database cannot be read, or the question is none; nothing is kept then.
    """
    key = (
        place().home.store.url,
        revision(),
        _name(question),
        args,
        tuple(sorted(options.items())),
    )
    return kept(key, lambda: ask(question, *args, **options))


def ask(question: Callable[Concatenate[Session, P], T], *args: P.args, **options: P.kwargs) -> T:
    """The same, asked now: for what is told apart by more than plain values; see `kept`."""
    with place().home.store.read() as session:
        return question(session, *args, **options)


def revision() -> tuple[Any, ...]:
    """Of the database, as it is now."""
    return _watcher(place().home.store).revision()


def keep(question: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """The same for what does not depend on the database."""
    key = (_name(question), args, tuple(sorted(options.items())))
    return kept(key, lambda: question(*args, **options))


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """What was made under this key, made now where nothing was; the key says all it depends on."""
    answer: T = _kept(key, make)
    return answer


def forget() -> None:
    """Let everything be asked, and made, anew."""
    _kept.clear()


def home() -> Home:
    """Where results and data lie."""
    return place().home


def _name(question: Callable[..., Any]) -> str:
    return f"{question.__module__}.{question.__qualname__}"


@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _kept(key: Hashable, _answer: Callable[[], Any]) -> Any:
    return _answer()


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs={Store: lambda store: store.url})
def _watcher(store: Store) -> Watcher:
    return Watcher(store)
