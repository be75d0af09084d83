"""What goes wrong is told in a sentence; names and messages are never read as Markdown or HTML."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import DBAPIError

from registry.errors import RequestError

#: What Markdown, and Streamlit's own additions to it, would take for markup.
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=])")


def plain(text: object) -> str:
    """A text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))


@contextmanager
def telling() -> Iterator[None]:
    """A page, or a part of one: what a person or the database can cause is said, and it ends."""
    try:
        yield
    except RequestError as error:
        say(str(error))
    except DBAPIError as error:
        say(f"cannot read the results database: {str(error).splitlines()[0]}")


def say(sentence: str) -> None:
    """Something is wrong."""
    st.error(plain(sentence[:1].upper() + sentence[1:]), icon=":material/error:")


def remark(sentence: str) -> None:
    """Something that the reader must know."""
    st.warning(plain(sentence), icon=":material/warning:")


def note(*sentences: str) -> None:
    """Small print."""
    for sentence in sentences:
        st.caption(plain(sentence))
