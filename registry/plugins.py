"""Where components may come from: the modules of a package, and what other packages offer."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points


@dataclass(frozen=True)
class Source:
    """A module that registers components when it is imported.

    Attributes
    ----------
    name : str
        What it is called in messages.
    module : str
        Its name in full.
    load : Callable
        Imports it.
    """

    name: str
    module: str
    load: Callable[[], object]


def built_in(package: str) -> Iterator[Source]:
    """The modules of a package, by name."""
    paths = importlib.import_module(package).__path__
    for module in sorted(found.name for found in pkgutil.iter_modules(paths, f"{package}.")):
        yield Source(f"the module {module}", module, partial(importlib.import_module, module))


def installed(group: str) -> Iterator[Source]:
    """What installed packages name under an entry point, by package.

    The order is that of the names, so that of two packages that claim one name, the same one has
    it on every machine.
    """
    found = [
        (entry.dist.name if entry.dist else "?", entry.name, entry)
        for entry in entry_points(group=group)
    ]
    for package, name, entry in sorted(found, key=lambda one: one[:2]):
        where = f"the package '{package}' ({group}: {name} = {entry.value})"
        yield Source(where, entry.module, entry.load)
