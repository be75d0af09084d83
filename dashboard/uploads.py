"""A picture that somebody uploads: read once its size is known, and named as they named it."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
from PIL import Image, ImageOps

from bench.figures.pictures import Picture, read_picture
from registry.errors import DataError, RequestError
from registry.images import read_size

#: Bytes of a file, and pixels that it may unfold to: more is no picture of a face.
BYTES = 10 * 2**20
PIXELS = 16_000_000


class Upload(Protocol):
    """A file as Streamlit gives it."""

    name: str
    size: int

    def getvalue(self) -> bytes:
        """Its bytes."""
        ...


def read_upload(upload: Upload) -> Picture:
    """The middle of an uploaded image, as a square.

    Raises
    ------
    RequestError
        It is no image, or too large; the message names it.
    """
    if upload.size > BYTES:
        raise RequestError(
            f"{upload.name} has {upload.size / 2**20:.0f} MB; at most {BYTES // 2**20} are taken"
        )
    with TemporaryDirectory() as folder:
        # Its own name could lead anywhere; what is said of it is said of the file's name.
        path = Path(folder) / "upload"
        path.write_bytes(upload.getvalue())
        try:
            height, width = read_size(path)
            if height * width > PIXELS:
                raise RequestError(f"{path} has {width} × {height} pixels, which is too large")
            with suppress(OSError, SyntaxError, ValueError):  # (below it is said what is wrong)
                _simplify(path)
            picture = read_picture(path)
        except (DataError, RequestError) as error:
            raise RequestError(str(error).replace(str(path), upload.name)) from None
    return Picture(picture.title.replace("upload", upload.name, 1), picture.pixels)


def _simplify(path: Path) -> None:
    """Let an image be upright and have 8 bits, of grey or RGB, as the files of a dataset do.

    Telephones write which side is up beside the pixels; screenshots have a palette or an alpha
    channel, which is laid on white.
    """
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened)
        if image.mode.startswith("I"):  # 16 bits of grey
            image = Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
        elif image.has_transparency_data:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
        elif image.mode not in ("L", "RGB"):
            image = image.convert("RGB")
        image.load()
    image.save(path, "PNG")
