"""What goes wrong is told in a sentence; names and messages are never read as Markdown or HTML."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from sqlalchemy.exc import DBAPIError

from registry.errors import RequestError

#: Letters from which on a command that would help stands by itself, to be copied.
LONG = 240
#: What is said where nothing better is known.
UNFORESEEN = "this cannot be shown: something here is not as it should be"

log = logging.getLogger(__name__)

_COMMAND = re.compile(r"`(ferbench [^`]+)`")
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
    except Exception as error:
        log.exception("a page cannot be drawn")
        kind = type(error).__name__
        say(f"{UNFORESEEN} ({kind}: {error}); the terminal that serves this page has more of it")


def say(sentence: str) -> None:
    """Something is wrong."""
    first = sentence.partition(" ")[0]
    begun = sentence if "." in first else sentence[:1].upper() + sentence[1:]  # (a file's name)
    command = _COMMAND.search(begun)
    if command is None or len(begun) < LONG:
        st.error(plain(begun), icon=":material/error:")
        return
    st.error(plain(begun.replace(command[0], "this")), icon=":material/error:")
    st.code(command[1], language="bash", wrap_lines=True)


def remark(sentence: str) -> None:
    """Something that the reader must know."""
    st.warning(plain(sentence), icon=":material/warning:")


def note(*sentences: str) -> None:
    """Small print."""
    for sentence in sentences:
        st.caption(plain(sentence))
