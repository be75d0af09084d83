"""CK+, in each of the forms in which it is passed on."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from registry.catalog import dataset
from registry.component import Parameters
from registry.errors import DataError
from registry.expected import Expected
from registry.layouts import ckplus_crops, ckplus_original, ckplus_table
from registry.layouts.recognise import Layout, read_recognised
from registry.samples import Samples

#: Peak and neutral frames as ckextended.csv has them.
EXPECTED_TABLE = Expected(
    counts={
        "anger": 45,
        "contempt": 18,
        "disgust": 59,
        "fear": 25,
        "happiness": 69,
        "neutral": 593,
        "sadness": 28,
        "surprise": 83,
    }
)
#: The last three frames of each of the 327 labelled sequences.
EXPECTED = Expected(
    counts={
        "anger": 135,
        "contempt": 54,
        "disgust": 177,
        "fear": 75,
        "happiness": 207,
        "sadness": 84,
        "surprise": 249,
    },
    subjects=118,
    sequences=327,
    variants={ckplus_table.NAME: EXPECTED_TABLE},
)


class CkplusParameters(Parameters):
    """How the authors' sequences are cut; the other layouts are cut already.

    ``frames``: how many last frames of each sequence; ``side``: what a face is brought to.
    """

    frames: Annotated[int, Field(ge=1, le=6)] = 3
    side: Annotated[int, Field(ge=16, le=256)] = ckplus_crops.SIDE


def _read_crops(home: Path, parameters: CkplusParameters) -> Samples:
    _refuse_parameters(home, parameters)
    return ckplus_crops.read_crops(home)


def _read_table(home: Path, parameters: CkplusParameters) -> Samples:
    _refuse_parameters(home, parameters)
    return ckplus_table.read_table_of_peaks(home)


def _read_original(home: Path, parameters: CkplusParameters) -> Samples:
    return ckplus_original.read_original(home, parameters.frames, parameters.side)


def _refuse_parameters(home: Path, parameters: CkplusParameters) -> None:
    if parameters != CkplusParameters():
        raise DataError(f"{home} holds faces that are cut already: frames and side have no effect")


LAYOUTS = (
    Layout(ckplus_crops.TITLE, ckplus_crops.has_crops, _read_crops),
    Layout(ckplus_table.TITLE, ckplus_table.has_table, _read_table),
    Layout(ckplus_original.TITLE, ckplus_original.has_original, _read_original),
)


@dataset(
    "ckplus",
    citation=(
        "Lucey, Cohn, Kanade, Saragih, Ambadar, Matthews: The extended Cohn-Kanade dataset (CK+): "
        "A complete dataset for action unit and emotion-specified expression. CVPR Workshops 2010"
    ),
    parameters=CkplusParameters,
    aliases=("ck+", "ckplus48"),
    expected=EXPECTED,
)
def ckplus(root: Path, parameters: CkplusParameters) -> Samples:
    """CK+ (Lucey et al. 2010): grey face crops of 7 posed expressions.

    The root holds, or one folder in it holds, just one of:

    - the folders anger, contempt, disgust, fear, happy, sadness and surprise (in any case, or by
      another usual word) with 48×48 crops. An image is called like ``S010_004_00000017.png``:
      subject S010, sequence S010_004, frame 17. Its name in the samples is the path from the folder
      with the class folders on, with forward slashes, so that it is the same whichever of the two
      roots was given. A part of the 981 images is accepted;
    - ``ckextended.csv`` (emotion, pixels, Usage): peak frames and neutral ones, 8 classes, nobody
      named;
    - the authors' folders ``cohn-kanade-images``, ``Emotion`` and ``Landmarks``, of which the last
      `frames` frames of each labelled sequence are taken and cropped by their landmarks to `side`
      pixels; see `registry.layouts.ckplus_original.read_original`.

    Passed over are hidden files (``.DS_Store``) and ``Thumbs.db``; all else that is no such image
    is an error.

    Raises
    ------
    DataError
        No such root, no layout or several, an unknown, missing or empty class, a misnamed file, or
        an image that cannot be read, is not 48×48 or not grey; the message names file and line.
    """
    return read_recognised(root, LAYOUTS, "CK+", parameters)
