"""The pictures that figures start from: a file, or a drawn face that anybody may print."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from registry.catalog import DATASETS
from registry.images import is_grey, read_pixels

Floats = NDArray[np.float64]
COLOUR_NAMES = ("red", "green", "blue")
#: Of red, green and blue: ITU-R BT.601, as Pillow has it.
LUMA = (0.299, 0.587, 0.114)
#: The built-in face: of the first subject, with wrinkles that a filter shows.
FACE = "s000/disgust/0"


@dataclass(frozen=True, eq=False)
class Picture:
    """A square picture.

    Attributes
    ----------
    title : str
        What it is, with what was cut off.
    pixels : float64 array, (C, n, n)
        Grey levels, or red, green and blue; from 0 to 1.
    """

    title: str
    pixels: Floats

    @property
    def grey(self) -> Floats:
        """Grey levels (n, n); of a colour picture its luma."""
        weights = (1.0,) if len(self.pixels) == 1 else LUMA
        grey: Floats = np.tensordot(weights, self.pixels, axes=1)
        return grey

    @property
    def colours(self) -> dict[str, Floats]:
        """Each colour (n, n) by its name; empty for a grey picture."""
        if len(self.pixels) == 1:
            return {}
        return dict(zip(COLOUR_NAMES, self.pixels, strict=True))


def read_picture(path: Path) -> Picture:
    """The middle of an image file, as a square.

    Raises
    ------
    DataError
        It is no 8-bit image in grey or RGB; the message names the file.
    """
    pixels = read_pixels(path)
    height, width, _ = pixels.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = pixels[top : top + side, left : left + side].transpose(2, 0, 1) / 255
    if is_grey(pixels):
        square = square[:1]
    cut = "" if height == width else f", its middle {side} × {side} of {width} × {height}"
    return Picture(f"{path.name}{cut}", square)


def drawn_face() -> Picture:
    """A face of the built-in dataset, 48 × 48 and grey."""
    faces = DATASETS.get("faces")
    samples = faces.build(None, faces.parse({"subjects": 2, "frames": 1}))
    pixels = samples.images[samples.names.index(FACE)] / 255
    return Picture("a drawn face", pixels)
