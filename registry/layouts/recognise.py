"""Which of a dataset's layouts a folder holds, told from what lies in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from registry.errors import DataError
from registry.images import visible
from registry.samples import Samples

P = TypeVar("P")


@dataclass(frozen=True)
class Layout(Generic[P]):
    """One form in which a dataset is published.

    Attributes
    ----------
    title : str
        What a person finds in the folder.
    fits : callable
        Whether a folder looks like it; must be true of a damaged copy too, so that `read` can say
        what is wrong.
    read : callable
        Makes the samples from the folder and the dataset's parameters, or raises DataError.
    """

    title: str
    fits: Callable[[Path], bool]
    read: Callable[[Path, P], Samples]


def read_recognised(
    root: Path, layouts: Sequence[Layout[P]], dataset: str, parameters: P
) -> Samples:
    """Read the one layout that lies in the root, or in a folder of the root.

    Raises
    ------
    DataError
        The root does not exist, holds none of the layouts, or holds several.
    """
    found = _fitting(root, layouts)
    if not found:
        folders = [entry for entry in visible(root) if entry.is_dir()]
        found = [pair for folder in folders for pair in _fitting(folder, layouts)]
    if not found:
        titles = "; ".join(layout.title for layout in layouts)
        raise DataError(
            f"{root} holds no layout of {dataset}, nor does a folder in it; known are: {titles}"
        )
    if len(found) > 1:
        raise DataError(
            f"{root} holds several layouts of {dataset} ({_places(root, found)}); "
            "give a folder that holds just one"
        )
    ((home, layout),) = found
    return layout.read(home, parameters)


def _fitting(folder: Path, layouts: Sequence[Layout[P]]) -> list[tuple[Path, Layout[P]]]:
    return [(folder, layout) for layout in layouts if layout.fits(folder)]


def _places(root: Path, found: list[tuple[Path, Layout[P]]]) -> str:
    """The folders, where they tell the findings apart; else what was recognised."""
    homes = [home.name for home, _ in found]
    if len(set(homes)) == len(homes):
        return ", ".join(homes)
    return "; ".join(layout.title for _, layout in found)
