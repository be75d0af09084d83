"""A contact sheet: a few images of each class at a glance."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from registry.errors import RequestError
from registry.samples import Samples

_GAP = 4
_PAPER, _INK = "white", "black"


def contact_sheet(samples: Samples, columns: int = 8, rows: int = 1, scale: int = 2) -> Image.Image:
    """A few images of each class, the class name at the left.

    The images of a class are taken at even distances from its list ordered by name, so that they
    are from different recordings where there are several, and always the same ones. A class that
    has fewer images than places shows all of them.

    Parameters
    ----------
    samples : Samples
        Grey (C = 1) or colour (C = 3) images.
    columns, rows : int
        Images side by side, and lines of them for each class.
    scale : int
        Pixels for each pixel of an image.

    Returns
    -------
    PIL.Image.Image
        In mode L or RGB, as the images are.

    Raises
    ------
    RequestError
        `columns`, `rows` or `scale` below 1, or images with neither 1 nor 3 channels.
    """
    for parameter, value in (("columns", columns), ("rows", rows), ("scale", scale)):
        if value < 1:
            raise RequestError(f"contact sheet: {parameter} must be at least 1, not {value}")
    _, channels, height, width = samples.images.shape
    if channels not in (1, 3):
        raise RequestError(f"contact sheet: images have {channels} channels; 1 or 3 are needed")

    font = ImageFont.load_default()
    margin = _GAP + max(round(font.getlength(name)) for name in samples.classes) + _GAP
    step_x, step_y = width * scale + _GAP, height * scale + _GAP
    size = (margin + columns * step_x, _GAP + len(samples.classes) * rows * step_y)
    sheet = Image.new("L" if channels == 1 else "RGB", size, _PAPER)
    draw = ImageDraw.Draw(sheet)
    for label, name in enumerate(samples.classes):
        top = _GAP + label * rows * step_y
        draw.text((_GAP, top), name, fill=_INK, font=font)
        for place, index in enumerate(_chosen(samples, label, columns * rows)):
            row, column = divmod(place, columns)
            tile = _tile(samples.images[index], scale)
            sheet.paste(tile, (margin + column * step_x, top + row * step_y))
    return sheet


def _chosen(samples: Samples, label: int, places: int) -> list[int]:
    members = np.flatnonzero(samples.labels == label).tolist()
    members.sort(key=lambda index: samples.names[index])
    count = min(places, len(members))
    return [members[place * len(members) // count] for place in range(count)]


def _tile(image: NDArray[np.uint8], scale: int) -> Image.Image:
    pixels = image[0] if len(image) == 1 else image.transpose(1, 2, 0)
    tile = Image.fromarray(np.ascontiguousarray(pixels))
    return tile.resize((tile.width * scale, tile.height * scale), Image.Resampling.NEAREST)
