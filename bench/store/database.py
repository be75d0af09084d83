"""Opening the results database: for writing, with migrations; or for reading only."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import URL, Connection, String, column, inspect, make_url, select, table
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session

from bench.store.connections import reading_engine, sqlite_file, writing_engine
from registry.errors import RequestError

#: Not ``alembic_version``: Optuna may share the server, and that name is its own.
VERSION_TABLE = "ferbench_version"
MIGRATIONS = Path(__file__).parent / "migrations"


class StoreError(RequestError):
    """The database cannot be read or written at the moment, whatever is asked of it."""


class Store:
    """A results database.

    Parameters
    ----------
    url : str
        An SQLAlchemy URL, or the path of an SQLite file.
    """

    def __init__(self, url: str) -> None:
        self.url = as_url(url)
        self.writing = writing_engine(make_url(self.url))
        self.reading = reading_engine(make_url(self.url))

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None for a server."""
        return sqlite_file(make_url(self.url))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is kept as a whole or not at all.

        Raises
        ------
        StoreError
            The database is locked, full, read-only, down, damaged or gone.
        """
        with self._telling("write"), Session(self.writing) as session, session.begin():
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The same as `write` without a session, for what is done after every epoch.

        Raises
        ------
        StoreError
            See `write`.
        """
        with self._telling("write"), self.writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; waits for no writer.

        Raises
        ------
        RequestError
            There is no database, it cannot be read, or it is of another version.
        """
        self._check()
        with self._telling("read"), Session(self.reading) as session, session.begin():
            yield session

    def version(self) -> str | None:
        """The migration that it is at; None where there are no tables of ours.

        Raises
        ------
        StoreError
            It cannot be read.
        """
        if self._is_missing():
            return None
        with self._telling("read"), self.reading.connect() as connection:
            if not inspect(connection).has_table(VERSION_TABLE):
                return None
            query = select(column("version_num", String)).select_from(table(VERSION_TABLE))
            return connection.scalar(query)

    def upgrade(self) -> None:
        """Make the database, or bring it to this version; only ever before any worker starts.

        Raises
        ------
        RequestError
            It is not of this version and cannot be written, or it is of a newer one.
        """
        if self._is_up_to_date():
            return  # (most often: nobody need wait for Alembic)
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        try:
            if self.path:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.touch()
            with self._telling("write"), self.writing.connect() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OSError as error:
            raise RequestError(f"cannot write the results database {self}: {error}") from None
        except CommandError as error:
            raise RequestError(
                f"the results database {self} is not of this ferbench or an older one: {error}"
            ) from None

    def close(self) -> None:
        """Let go of every connection; the next use makes new ones."""
        self.writing.dispose()
        self.reading.dispose()

    def _is_up_to_date(self) -> bool:
        try:
            return self.version() == head()
        except StoreError:
            return False  # (who writes waits longer, and says what is wrong)

    def _is_missing(self) -> bool:
        try:
            return self.path is not None and not self.path.exists()
        except OSError as error:
            raise StoreError(f"cannot read the results database {self}: {error}") from None

    def _check(self) -> None:
        if self._is_missing():
            raise RequestError(
                f"there is no results database at {self.path} yet; `ferbench run quick` makes one"
            )
        found = self.version()
        if found is None:
            makes = "`ferbench db init` makes them"
            if self._has_tables():
                raise RequestError(
                    f"the database {self} has other tables than ferbench's: if it is the right "
                    f"one all the same, {makes}"
                )
            raise RequestError(f"the results database {self} has no tables yet; {makes}")
        if found != head():
            raise RequestError(
                f"the results database {self} is of another version ({found}, not {head()}); "
                "`ferbench db upgrade` brings an older one up to date"
            )

    def _has_tables(self) -> bool:
        with self._telling("read"), self.reading.connect() as connection:
            return bool(inspect(connection).get_table_names())

    @contextmanager
    def _telling(self, action: str) -> Iterator[None]:
        """Say in a sentence what the database's own words are; rows that do not fit are not it."""
        try:
            yield
        except (IntegrityError, DataError):
            raise
        except DBAPIError as error:
            raise self.failure(action, error) from error

    def failure(self, action: str, error: DBAPIError) -> StoreError:
        """The database's own words in a sentence."""
        words = " ".join(str(error.orig).split())
        return StoreError(f"cannot {action} the results database {self}: {words}")

    def __str__(self) -> str:
        return str(self.path or make_url(self.url).render_as_string(hide_password=True))


def as_url(text: str) -> str:
    """An SQLAlchemy URL from a URL or from the path of an SQLite file."""
    if "://" not in text:
        path = Path(text).expanduser().absolute()
        return URL.create("sqlite", database=str(path)).render_as_string()
    try:
        url = make_url(text)
    except ArgumentError:
        raise RequestError(f"'{text}' is no database URL; try sqlite:///results.db") from None
    _check_driver(url)
    if url.get_backend_name() == "sqlite" and not url.database:
        raise RequestError(f"'{text}' names no file; try sqlite:///results.db")
    return url.render_as_string(hide_password=False)


def _check_driver(url: URL) -> None:
    try:
        dialect = url.get_dialect()
        if url.get_backend_name() not in ("sqlite", "postgresql") or dialect.is_async:
            raise NoSuchModuleError
        dialect.import_dbapi()
    except NoSuchModuleError:
        raise RequestError(
            f"'{url!r}' is no database URL that ferbench knows; try sqlite:///results.db or "
            "postgresql://user@host/name"
        ) from None
    except ImportError as error:
        hint = "; pip install 'ferbench[postgres]'" if error.name == "psycopg" else ""
        raise RequestError(f"'{url!r}' needs the package '{error.name}'{hint}") from None


@cache
def head() -> str:
    """The newest migration: their files are named by their numbers."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
