"""Reading image files, with errors that name the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from registry.errors import DataError

# What Pillow raises for files that are broken in one way or another.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)

#: Of the alpha channel.
OPAQUE = 255


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
    mode, pixels = _decode(path, (height, width))
    if mode == "L":
        return pixels
    if mode != "RGB":
        raise DataError(f"{path} is not an 8-bit grey image (Pillow calls its mode '{mode}')")
    if not is_grey(pixels):
        raise DataError(f"{path} is in colour; a grey image is needed")
    grey: NDArray[np.uint8] = pixels[..., 0]
    return grey


def read_pixels(path: Path, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Red, green and blue of one image file; a grey file has all three equal.

    Parameters
    ----------
    size : tuple of int, optional
        The height and width that it must have.

    Returns
    -------
    uint8 array, (height, width, 3)

    Raises
    ------
    DataError
        The file is no image, is cut off or broken, has another size, or is neither 8-bit grey nor
        8-bit RGB; that nothing of it is transparent may be written beside.
    """
    mode, pixels = _decode(path, size)
    if mode == "L":
        return np.repeat(pixels[..., None], 3, axis=2)
    if mode == "RGBA" and (pixels[..., 3] == OPAQUE).all():
        return pixels[..., :3]
    if mode != "RGB":
        raise DataError(
            f"{path} is neither an 8-bit grey nor an 8-bit RGB image (Pillow calls its mode "
            f"'{mode}')"
        )
    return pixels


def is_grey(pixels: NDArray[np.uint8]) -> bool:
    """Whether the channels of an (…, 3) array are equal everywhere."""
    return bool((pixels == pixels[..., :1]).all())


def read_size(path: Path) -> tuple[int, int]:
    """Height and width of an image file, without its pixels.

    Raises
    ------
    DataError
        The file is no image.
    """
    with _opened(path) as image:
        return image.height, image.width


def _decode(path: Path, size: tuple[int, int] | None) -> tuple[str, NDArray[np.uint8]]:
    with _opened(path) as image:
        # Before the pixels are decoded, for a file can claim any size.
        if size is not None and (image.height, image.width) != size:
            raise DataError(
                f"{path} is {image.width}×{image.height} pixels; {size[1]}×{size[0]} are needed"
            )
        return image.mode, np.asarray(image)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with Image.open(path) as image:
            yield image
    except UnidentifiedImageError:
        raise DataError(f"{path} is not an image") from None
    except PermissionError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    except _BROKEN as error:
        raise DataError(f"{path} cannot be read as an image: {error}") from None
