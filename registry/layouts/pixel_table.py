"""Images as rows of a comma-separated table: a code, the grey levels, and a part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.errors import DataError
from registry.images import visible
from registry.layouts.tables import check_header, opened, wrong_fields

#: The parts, by the words that FER2013 and its imitators use for them (in lower case).
USAGES = {"training": "train", "publictest": "public", "privatetest": "private"}
USAGE_WORDS = "Training, PublicTest, PrivateTest"


@dataclass(frozen=True, eq=False)
class PixelTable:
    """What such a table holds, row by row.

    Attributes
    ----------
    images : uint8 array, (N, 1, side, side)
    codes : tuple of int
        The number in the column ``emotion``.
    parts : tuple of str, or None
        ``"train"``, ``"public"`` or ``"private"``; None where there is no column ``Usage``.
    """

    images: NDArray[np.uint8]
    codes: tuple[int, ...]
    parts: tuple[str, ...] | None

    def __len__(self) -> int:
        return len(self.codes)


def pixel_tables(folder: Path) -> dict[Path, tuple[str, ...]]:
    """The files in a folder whose header has a column ``pixels``, with that header."""
    headers = {path: read_header(path) for path in visible(folder) if path.suffix == ".csv"}
    return {path: header for path, header in headers.items() if "pixels" in header}


def read_header(path: Path) -> tuple[str, ...]:
    """Column names in lower case, without the spaces that some releases put before them."""
    with opened(path) as file:
        return _fields(file.readline().lower())


def read_pixel_table(path: Path, codes: int, side: int = 48) -> PixelTable:
    """Read a table of images.

    Written for FER2013 (35,887 rows of 2,304 numbers, 290 MB), so the fields are split without the
    csv module, which takes as long as parsing the numbers: no field of these tables can hold a
    comma or a line end.

    Parameters
    ----------
    codes : int
        The column ``emotion`` counts from 0 to one less than this.
    side : int
        Each row has side² pixels, row by row from the top left.

    Raises
    ------
    DataError
        The file cannot be read, or a line is cut off or wrong; the message says which.
    """
    images, labels, parts = [], [], []
    with opened(path) as file:
        header = _fields(file.readline().lower())
        check_header(path, header, ("emotion", "pixels"), ("usage",))
        for line, text in enumerate(file, start=2):
            fields = _fields(text)
            try:
                if len(fields) != len(header):
                    raise ValueError(wrong_fields(fields, header))
                row = dict(zip(header, fields, strict=True))
                labels.append(_code(row["emotion"], codes))
                images.append(_pixels(row["pixels"], side))
                if "usage" in row:
                    parts.append(_part(row["usage"]))
            except ValueError as error:
                raise DataError(f"{path}, line {line}: {error}") from None
    if not images:
        raise DataError(f"{path} holds no image")
    shape = (len(images), 1, side, side)
    return PixelTable(
        np.stack(images).reshape(shape),
        tuple(labels),
        tuple(parts) if "usage" in header else None,
    )


def decode(codes: Sequence[int], expressions: Sequence[str]) -> tuple[str, ...]:
    """The expression that each code stands for."""
    return tuple(expressions[code] for code in codes)


def one_of(value: str, known: Mapping[str, str], words: str) -> str:
    """What a word stands for, in any case; a ValueError if it is none that is known."""
    meaning = known.get(value.lower())
    if meaning is None:
        raise ValueError(f"'{value}' is none of {words}")
    return meaning


def _fields(line: str) -> tuple[str, ...]:
    return tuple(field.strip().strip('"').strip() for field in line.split(","))


def _code(text: str, codes: int) -> int:
    if text not in map(str, range(codes)):
        raise ValueError(f"emotion '{text}' is none of the codes 0 to {codes - 1}")
    return int(text)


def _part(text: str) -> str:
    return one_of(text, USAGES, USAGE_WORDS)


def _pixels(text: str, side: int) -> NDArray[np.uint8]:
    try:
        # Not uint8, which would take 300 for 44.
        levels = np.fromstring(text, dtype=np.int32, sep=" ")
    except ValueError:
        raise ValueError("the pixels are not all whole numbers") from None
    if len(levels) != side * side:
        raise ValueError(f"{len(levels)} pixels, {side}×{side} = {side * side} are needed")
    if levels.min() < 0 or levels.max() > 255:
        raise ValueError("a pixel is outside 0 to 255")
    return levels.astype(np.uint8)
