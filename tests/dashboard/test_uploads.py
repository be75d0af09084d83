"""What is uploaded, in the ways that telephones and screenshots save it."""

import io
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from dashboard.uploads import read_upload

#: Red, green, blue; left is dark, and the lower row is green.
COLOURS = np.zeros((8, 8, 3), dtype=np.uint8)
COLOURS[:, 4:] = (200, 100, 50)
COLOURS[6:] = (0, 255, 0)


@dataclass(frozen=True)
class Upload:
    name: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def getvalue(self) -> bytes:
        return self.data


def saved(image: Image.Image, form: str = "PNG", **options) -> Upload:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return Upload(f"mine.{form.lower()}", buffer.getvalue())


def pixels(upload: Upload) -> np.ndarray:
    return np.rint(read_upload(upload).pixels * 255).transpose(1, 2, 0)


def test_colours_are_kept():
    np.testing.assert_array_equal(pixels(saved(Image.fromarray(COLOURS))), COLOURS)


def test_a_palette_is_looked_up():
    image = Image.fromarray(COLOURS).convert("P", palette=Image.Palette.ADAPTIVE)
    np.testing.assert_array_equal(pixels(saved(image)), COLOURS)


def test_what_is_transparent_lies_on_white():
    alpha = np.full((8, 8, 1), 255, dtype=np.uint8)
    alpha[0] = 0
    expected = COLOURS.copy()
    expected[0] = 255
    image = Image.fromarray(np.concatenate([COLOURS, alpha], axis=2))
    np.testing.assert_array_equal(pixels(saved(image)), expected)


def test_sixteen_bits_become_eight():
    grey = (np.arange(64, dtype=np.uint16) * 1024).reshape(8, 8)
    np.testing.assert_array_equal(pixels(saved(Image.fromarray(grey)))[..., 0], grey // 256)


def test_printers_colours_are_taken():
    image = Image.new("RGB", (16, 16), (200, 100, 50)).convert("CMYK")
    found = pixels(saved(image, "JPEG", quality=100))
    np.testing.assert_allclose(found, np.full((16, 16, 3), (200, 100, 50)), atol=4)


@pytest.mark.parametrize(("orientation", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_which_side_is_up_is_heeded(orientation, turns):
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = pixels(saved(Image.fromarray(COLOURS), exif=exif))
    np.testing.assert_array_equal(found, np.rot90(COLOURS, turns))
