"""Letters that stand for notes below a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, product
from string import ascii_lowercase


@dataclass(frozen=True)
class Note:
    """A line below the table; without a mark it is about all of it."""

    mark: str
    text: str


class Letters:
    """Gives each text a letter, and the same text the same one."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}
        self._free = _letters()

    def mark(self, text: str) -> str:
        """The letter of that text."""
        if text not in self._marks:
            self._marks[text] = next(self._free)
        return self._marks[text]

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was marked so far."""
        return tuple(Note(mark, text) for text, mark in self._marks.items())


def _letters() -> Iterator[str]:
    for length in count(1):
        yield from ("".join(letters) for letters in product(ascii_lowercase, repeat=length))
