"""CK+ as the table ``ckextended.csv``: peak frames and neutral first frames, nobody named."""

from pathlib import Path

from registry.errors import DataError
from registry.layouts.class_folders import label
from registry.layouts.pixel_table import decode, pixel_tables, read_pixel_table
from registry.samples import Samples

#: What the codes 0 to 7 stand for.
CODES = (
    "anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt",
)  # fmt: skip
CLASSES = tuple(sorted(CODES))
NAME = "ckextended.csv"
TITLE = f"a table with emotion, pixels and Usage ({NAME})"


def has_table(folder: Path) -> bool:
    """Whether a table with images lies there, or one of that name."""
    return bool(pixel_tables(folder)) or (folder / NAME).is_file()


def read_table_of_peaks(home: Path) -> Samples:
    """Read the table; the parts are those of its column Usage, drawn without regard to people."""
    paths = sorted({*pixel_tables(home), *home.glob(NAME)})
    if len(paths) > 1:
        names = ", ".join(path.name for path in paths)
        raise DataError(f"{home} holds several tables of CK+ ({names}); keep just one")
    table = read_pixel_table(paths[0], len(CODES))
    return Samples(
        images=table.images,
        labels=label(decode(table.codes, CODES), CLASSES, paths[0]),
        classes=CLASSES,
        names=tuple(f"row{row:04d}" for row in range(len(table))),
        parts=table.parts,
        layout=f"{NAME} (emotion, pixels, Usage)",
    )
