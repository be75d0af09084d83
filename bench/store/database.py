"""Opening the results database: for writing, with migrations; or for reading only."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from bench.filesystem import is_shared
from registry.errors import RequestError

#: Seconds that a writer waits for another one.
BUSY_TIMEOUT = 60
#: Not ``alembic_version``: Optuna may share the server, and that name is its own.
VERSION_TABLE = "ferbench_version"
MIGRATIONS = Path(__file__).parent / "migrations"


class Store:
    """A results database.

    Parameters
    ----------
    url : str
        An SQLAlchemy URL, or the path of an SQLite file.
    """

    def __init__(self, url: str) -> None:
        self.url = as_url(url)
        self.writing = _engine(self.url, "BEGIN IMMEDIATE")
        self.reading = _engine(self.url, "BEGIN")

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None for a server."""
        url = make_url(self.url)
        sqlite = url.get_backend_name() == "sqlite"
        return Path(url.database) if sqlite and url.database else None

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is kept as a whole or not at all."""
        with Session(self.writing) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view; waits for no writer.

        Raises
        ------
        RequestError
            There is no database, it cannot be read, or it is of another version.
        """
        self._check()
        with Session(self.reading) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Make the database, or bring it to this version; only ever before any worker starts."""
        try:
            if self.path:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.writing.connect() as connection:
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS))
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except OSError as error:
            raise RequestError(f"cannot write the results database {self}: {error}") from None
        except DBAPIError as error:
            raise RequestError(f"cannot write the results database {self}: {error.orig}") from None
        except CommandError as error:
            raise RequestError(
                f"the results database {self} is not of this ferbench or an older one: {error}"
            ) from None

    def _check(self) -> None:
        if self.path and not self.path.exists():
            raise RequestError(
                f"there is no results database at {self.path} yet; `ferbench run quick` makes one"
            )
        try:
            with self.reading.connect() as connection:
                found = _revision(connection)
        except DBAPIError as error:
            raise RequestError(f"cannot read the results database {self}: {error.orig}") from None
        if found != head():
            raise RequestError(
                f"the results database {self} is of another version ({found}, not {head()}); "
                "`ferbench run` brings an older one up to date"
            )

    def __str__(self) -> str:
        return str(self.path or make_url(self.url).render_as_string(hide_password=True))


def as_url(text: str) -> str:
    """An SQLAlchemy URL from a URL or from the path of an SQLite file."""
    if "://" not in text:
        return f"sqlite:///{Path(text).expanduser().absolute()}"
    try:
        url = make_url(text)
        url.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError):
        raise RequestError(f"'{text}' is no database URL; try sqlite:///results.db") from None
    except ImportError as error:
        raise RequestError(f"'{url!r}' needs the package '{error.name}'") from None
    if url.get_backend_name() == "sqlite" and not url.database:
        raise RequestError(f"'{text}' names no file; try sqlite:///results.db")
    return url.render_as_string(hide_password=False)


def head() -> str:
    """The newest migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    revision = ScriptDirectory.from_config(config).get_current_head()
    return str(revision)


def _revision(connection: Connection) -> str | None:
    options = {"version_table": VERSION_TABLE}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def _engine(url: str, begin: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT})
    path = Path(make_url(url).database or "")
    # WAL keeps its index in shared memory, which machines do not share.
    journal = "DELETE" if is_shared(path) else "WAL"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # leave BEGIN to the listener below
        cursor = connection.cursor()
        if begin == "BEGIN":
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute(f"PRAGMA journal_mode = {journal}")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
