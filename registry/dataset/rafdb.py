"""RAF-DB, in the authors' form and in folders."""

from pathlib import Path

from registry.catalog import dataset
from registry.component import NoParameters
from registry.expected import Expected
from registry.layouts import rafdb_folders, rafdb_list
from registry.layouts.recognise import Layout, read_recognised
from registry.samples import Samples

#: The single-label subset.
EXPECTED = Expected(
    counts={
        "anger": 867,
        "disgust": 877,
        "fear": 355,
        "happiness": 5957,
        "neutral": 3204,
        "sadness": 2460,
        "surprise": 1619,
    },
    parts={"train": 12271, "test": 3068},
)


def _read_list(home: Path, parameters: NoParameters) -> Samples:
    return rafdb_list.read_list(home)


def _read_folders(home: Path, parameters: NoParameters) -> Samples:
    return rafdb_folders.read_folders(home)


LAYOUTS = (
    Layout(rafdb_list.TITLE, rafdb_list.has_list, _read_list),
    Layout(rafdb_folders.TITLE, rafdb_folders.has_folders, _read_folders),
)


@dataset(
    "rafdb",
    citation=(
        "Li, Deng, Du: Reliable crowdsourcing and deep locality-preserving learning for expression "
        "recognition in the wild. CVPR 2017"
    ),
    aliases=("raf-db",),
    expected=EXPECTED,
)
def rafdb(root: Path, parameters: NoParameters) -> Samples:
    """RAF-DB (Li et al. 2017): 100×100 colour faces from the web, 7 basic expressions.

    The root holds, or one folder in it holds, the aligned images of the single-label subset as

    - ``list_patition_label.txt`` (its authors' spelling; perhaps in ``EmoLabel``) and
      ``Image/aligned/train_00001_aligned.jpg``; or
    - ``DATASET/train`` and ``DATASET/test`` with the folders 1 to 7, perhaps with
      ``train_labels.csv`` and ``test_labels.csv`` beside them, which must agree.

    The parts are the authors': ``train`` and ``test``. An image is called ``train_00001`` in either
    form. Nobody knows who is on an image, so there are no subjects.

    Raises
    ------
    DataError
        Neither layout or both, an unknown label, an image without a label or a label without an
        image, or one that cannot be read or is not 100×100; the message names file and line.
    """
    return read_recognised(root, LAYOUTS, "RAF-DB", parameters)
