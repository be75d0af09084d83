"""Reading image files, with errors that name the file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from registry.errors import DataError

# What Pillow raises for files that are broken in one way or another.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, ordered by name.

    Passed over is only what operating systems leave behind: names that begin with a dot
    (``.DS_Store``) and ``Thumbs.db``.

    Raises
    ------
    DataError
        The folder does not exist, is a file, or may not be read.
    """
    try:
        entries = list(folder.iterdir())
    except FileNotFoundError:
        raise DataError(f"{folder}: there is no such folder") from None
    except NotADirectoryError:
        raise DataError(f"{folder} is a file; a folder is needed") from None
    except OSError as error:
        raise DataError(f"{folder} cannot be read: {error.strerror}") from None
    kept = [
        entry
        for entry in entries
        if not entry.name.startswith(".") and entry.name.lower() != "thumbs.db"
    ]
    return sorted(kept, key=lambda entry: entry.name)


def read_grey(path: Path, height: int, width: int) -> NDArray[np.uint8]:
    """The grey levels of one image file.

    A file saved as RGB is taken where its three channels are equal, so that nothing is lost.

    Returns
    -------
    uint8 array, (height, width)

    Raises
    ------
    DataError
        The file is no image, is cut off or broken, has another size, or is not 8-bit grey.
    """
    try:
        with Image.open(path) as image:
            # Before the pixels are decoded, for a file can claim any size.
            if image.size != (width, height):
                raise DataError(
                    f"{path} is {image.width}×{image.height} pixels; {width}×{height} are needed"
                )
            mode, pixels = image.mode, np.asarray(image)
    except UnidentifiedImageError:
        raise DataError(f"{path} is not an image") from None
    except _BROKEN as error:
        raise DataError(f"{path} cannot be read as an image: {error}") from None
    if mode == "L":
        return pixels
    if mode != "RGB":
        raise DataError(f"{path} is not an 8-bit grey image (Pillow calls its mode '{mode}')")
    grey: NDArray[np.uint8] = pixels[..., 0]
    if (pixels != grey[..., None]).any():
        raise DataError(f"{path} is in colour; a grey image is needed")
    return grey
