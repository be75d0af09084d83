"""Mistakes that a person can make, told in a plain sentence."""

import difflib
from collections.abc import Iterable

#: Names that one reads before one stops reading.
LISTED = 40


class RequestError(Exception):
    """The request cannot be carried out as it stands; the message says why and what would do."""


class DataError(RequestError):
    """A dataset is not what it should be; the message names the file."""


def nearest(name: str, known: Iterable[str]) -> str:
    """End of a sentence that offers the nearest right name, or else all of them.

    Returns
    -------
    str
        ``"; did you mean 'hfc'?"`` or ``"; there are: bam, hfc, none"``.
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=5, cutoff=0.6)
    close.sort(key=lambda one: sorted(one) != sorted(name))  # of the same letters before others
    if close:
        return f"; did you mean '{close[0]}'?"
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return f"; there are: {', '.join(names[:LISTED])}{more}" if names else "; there are none"
