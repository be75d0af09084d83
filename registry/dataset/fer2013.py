"""FER2013, in each of the forms in which it is passed on, with its own labels or FERPlus's."""

from pathlib import Path
from typing import Literal

from registry.catalog import dataset
from registry.component import Parameters
from registry.expected import Expected
from registry.layouts import fer2013_folders, fer2013_tables
from registry.layouts.recognise import Layout, read_recognised
from registry.samples import Samples

COUNTS = {
    "anger": 4953,
    "disgust": 547,
    "fear": 5121,
    "happiness": 8989,
    "neutral": 6198,
    "sadness": 6077,
    "surprise": 4002,
}
#: Training, PublicTest and PrivateTest together.
_TWO_PARTS = Expected(COUNTS, parts={"train": 28709, "test": 7178})
EXPECTED = Expected(
    COUNTS,
    parts={"train": 28709, "public": 3589, "private": 3589},
    variants={
        fer2013_tables.HALVES: _TWO_PARTS,
        fer2013_folders.PLAIN: _TWO_PARTS,
        fer2013_tables.FERPLUS: None,
    },
)

LAYOUTS = (
    Layout(fer2013_tables.WHOLE, fer2013_tables.has_whole, fer2013_tables.read_whole),
    Layout(fer2013_tables.HALVES, fer2013_tables.has_halves, fer2013_tables.read_halves),
    Layout(fer2013_folders.TITLE, fer2013_folders.has_folders, fer2013_folders.read_folders),
)


class Fer2013Parameters(Parameters):
    """``labels``: those of the contest, or what FERPlus's ten voters saw: majority or shares."""

    labels: Literal["fer2013", "ferplus", "ferplus_probability"] = "fer2013"


@dataset(
    "fer2013",
    citation=(
        "Goodfellow et al.: Challenges in Representation Learning: A report on three machine "
        "learning contests. ICONIP 2013; the labels 'ferplus…': Barsoum, Zhang, Canton Ferrer, "
        "Zhang: Training Deep Networks for Facial Expression Recognition with Crowd-Sourced Label "
        "Distribution. ICMI 2016"
    ),
    parameters=Fer2013Parameters,
    aliases=("fer-2013",),
    expected=EXPECTED,
)
def fer2013(root: Path, parameters: Fer2013Parameters) -> Samples:
    """FER2013 (Goodfellow et al. 2013): grey 48×48 faces from the web, 7 expressions.

    The root holds, or one folder in it holds, just one of:

    - a table with the columns emotion, pixels and Usage (``fer2013.csv``, ``icml_face_data.csv``):
      parts ``train``, ``public`` and ``private``;
    - ``train.csv`` and ``test.csv`` with emotion and pixels: parts ``train`` and ``test``; a
      ``test.csv`` without labels, as the contest handed it out, is refused;
    - the folders ``train`` and ``test`` with a folder for each class: parts as in the table where
      the files' names tell (``PublicTest_…``), else ``train`` and ``test``. These copies are often
      JPEG, so that their pixels differ a little from the table's.

    With ``labels="ferplus"`` the votes of ``fer2013new.csv`` beside the table take the place of its
    labels: eight classes, and rows without a clear winner are dropped and counted in the layout's
    description. With ``labels="ferplus_probability"`` the samples also have the distribution of the
    votes over the classes, from which is learnt; their label is the class with the most.

    Nobody knows who is on an image, so there are no subjects.

    Raises
    ------
    DataError
        None or several of these, or a damaged one; the message names the file and the line.
    """
    return read_recognised(root, LAYOUTS, "FER2013", parameters.labels)
