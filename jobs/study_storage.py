"""Where Optuna keeps studies: beside the results, and never where its locks cannot be trusted."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import optuna
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from bench.filesystem import is_shared
from bench.home import Home
from bench.runs import make_folder
from registry.errors import RequestError

#: Optuna's tables lie apart from ours: both have names like ``trials`` and versions of their own.
SCHEMA = "ferbench_studies"
#: Seconds that a writer waits for another one.
BUSY_TIMEOUT = 60

optuna.logging.set_verbosity(optuna.logging.WARNING)


@dataclass(frozen=True)
class Place:
    """A storage of Optuna's that workers can open; pickled with them.

    Attributes
    ----------
    url : str
        Of a database; empty for a journal file.
    file : Path or None
        That must be there: an SQLite database or a journal file.
    """

    url: str = ""
    file: Path | None = None

    def create(self) -> None:
        """Make it, where it is not there yet: in one process, before any worker opens it.

        Raises
        ------
        RequestError
            It cannot be made.
        """
        try:
            if self.file is not None:
                make_folder(self.file.parent)
            if self.url and self.file is None:
                with create_engine(self.url).begin() as connection:
                    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            self._open(create=True)
            if self.url and self.file is not None:
                with create_engine(self.url).connect() as connection:
                    connection.execute(text("PRAGMA journal_mode = WAL"))
        except (OSError, SQLAlchemyError) as error:
            raise RequestError(f"cannot make the storage of studies {self}: {error}") from None

    def open(self) -> BaseStorage:
        """The storage.

        Raises
        ------
        RequestError
            It cannot be read.
        """
        if not self.exists:
            raise RequestError(f"there is no study in {self} yet; `ferbench tune radius` makes one")
        try:
            return self._open(create=False)
        except (OSError, SQLAlchemyError) as error:
            raise RequestError(f"cannot read the studies in {self}: {error}") from None

    @property
    def exists(self) -> bool:
        """Whether it was made."""
        if self.file is not None:
            return self.file.exists()
        try:
            return bool(inspect(create_engine(self.url)).has_table("studies", schema=SCHEMA))
        except SQLAlchemyError as error:
            raise RequestError(f"cannot read the studies in {self}: {error}") from None

    @property
    def of_a_file(self) -> bool:
        """Whether it is an SQLite file, which only processes of one machine may open."""
        return bool(self.url) and self.file is not None

    def _open(self, create: bool) -> BaseStorage:
        if not self.url:
            lock = JournalFileOpenLock(str(self.file))
            return JournalStorage(JournalFileBackend(str(self.file), lock_obj=lock))
        timeout = {"timeout": BUSY_TIMEOUT} if self.file else {}
        return RDBStorage(
            self.url,
            engine_kwargs={"pool_pre_ping": True, "connect_args": timeout},
            skip_table_creation=not create,
        )

    def __str__(self) -> str:
        return str(self.file or make_url(self.url).render_as_string(hide_password=True))


def places(home: Home) -> tuple[Place, ...]:
    """Where studies of this results database may be."""
    journal = Place(file=home.runs.root / "studies" / "optuna.log")
    path = home.store.path
    if path is None:
        return (Place(url=_in_own_schema(home.store.url)),)
    file = path.with_name(f"{path.name.removesuffix('.db')}.studies.db")
    sqlite = make_url(home.store.url).set(database=str(file)).render_as_string()
    return Place(url=sqlite, file=file), journal


def place_for(home: Home, where: str) -> Place:
    """Where a new study is to be kept, by where its workers will run."""
    *database, last = places(home)
    if not database:
        return last
    elsewhere = (
        where == "slurm"
        or is_shared(home.runs.root)
        or is_shared(home.store.path or home.runs.root)
    )
    return last if elsewhere else database[0]


def place_of(home: Home, name: str) -> Place | None:
    """Where the study of that name is; None where there is none."""
    for place in places(home):
        if place.exists and name in study_names(place):
            return place
    return None


def study_names(place: Place) -> list[str]:
    """The studies that are kept there."""
    with quiet():
        return list(optuna.get_all_study_names(place.open()))


@contextmanager
def quiet() -> Iterator[None]:
    """Without Optuna's remarks on what is experimental."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=optuna.exceptions.ExperimentalWarning)
        yield


def _in_own_schema(url: str) -> str:
    own = make_url(url).update_query_dict({"options": f"-csearch_path={SCHEMA}"})
    return own.render_as_string(hide_password=False)
