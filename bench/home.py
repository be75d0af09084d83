"""Where results and data lie: options come first, then the environment, then ferbench.toml."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bench.runs import Runs
from bench.store.database import Store
from registry.catalog import DATASETS
from registry.errors import RequestError, nearest

DEFAULT_DATABASE = "results.db"
CONFIGURATION = Path("ferbench.toml")


class _Configuration(BaseModel):
    """What ferbench.toml may say."""

    model_config = ConfigDict(strict=True)

    db: str = ""
    runs: str = ""
    roots: dict[str, str] = {}
    profiles: dict[str, Any] = {}


@dataclass(frozen=True)
class Home:
    """The results database, the folder of journals that it is made from, and the data folders.

    ``profiles`` are the ``[profiles.NAME]`` of ferbench.toml; see `jobs.placement.Placement`.
    """

    store: Store
    runs: Runs
    roots: Mapping[str, Path]
    profiles: Mapping[str, Any] = field(default_factory=dict)


def find_home(db: str | None = None, roots: Sequence[str] = ()) -> Home:
    """Settle where everything is.

    Parameters
    ----------
    db : str, optional
        URL or path of the database; else ``FERBENCH_DB``, else ``db`` in ferbench.toml, else
        ``results.db`` in the current folder. Journals lie beside it, in ``results.runs``; those of
        a database server in ``ferbench.runs`` of the current folder, or where ``runs`` says.
    roots : sequence of str
        ``DATASET=DIR`` each; they come before ``[roots]`` in ferbench.toml.

    Raises
    ------
    RequestError
        ferbench.toml cannot be understood, or a root names no dataset or no folder.
    """
    configured = _configuration()
    named = db or os.environ.get("FERBENCH_DB")
    store = Store(named or configured.db or DEFAULT_DATABASE)
    runs = Path(configured.runs) if configured.runs and not named else beside(store)
    folders = _roots(configured.roots, roots)
    return Home(store, Runs(runs.absolute()), folders, configured.profiles)


def beside(store: Store) -> Path:
    """The runs folder of a database: ``results.runs`` beside ``results.db``."""
    if store.path is None:
        return Path("ferbench.runs")
    return store.path.with_name(f"{store.path.name.removesuffix('.db')}.runs")


def _roots(configured: Mapping[str, str], given: Sequence[str]) -> dict[str, Path]:
    pairs = dict(configured)
    for text in given:
        name, separator, folder = text.partition("=")
        if not separator or not folder:
            raise RequestError(f"--root {text}: write it as DATASET=DIR")
        pairs[name] = folder
    return {DATASETS.get(name).name: _folder(name, Path(path)) for name, path in pairs.items()}


def _folder(name: str, path: Path) -> Path:
    folder = path.expanduser().absolute()
    if not folder.exists():
        raise RequestError(f"the root of {name} does not exist: {folder}")
    return folder


def _configuration() -> _Configuration:
    try:
        configured = tomllib.loads(CONFIGURATION.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _Configuration()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RequestError(f"{CONFIGURATION}: {error}") from None
    known = _Configuration.model_fields
    for key in configured:
        if key not in known:
            raise RequestError(f"{CONFIGURATION}: there is no setting '{key}'{nearest(key, known)}")
    try:
        return _Configuration.model_validate(configured)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RequestError(
            f"{CONFIGURATION}: {place} = {first['input']!r}: {first['msg']}"
        ) from None
