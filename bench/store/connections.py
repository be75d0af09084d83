"""Connections to a results database, SQLite or PostgreSQL: for writing, or for reading only."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from bench.filesystem import is_shared

#: Seconds that a writer waits for another one, and anybody for a server to answer.
BUSY_TIMEOUT = 60
#: Seconds that a reader waits for a writer, which it does only where there is no WAL.
READ_TIMEOUT = 5
CONNECT_TIMEOUT = 10


def writing_engine(url: URL) -> Engine:
    """Connections whose transactions write."""
    if sqlite_file(url) is None:
        return _server_engine(url)
    return _file_engine(url, "BEGIN IMMEDIATE", BUSY_TIMEOUT)


def reading_engine(url: URL) -> Engine:
    """Connections whose transactions see one state and cannot write."""
    if sqlite_file(url) is None:
        return _server_engine(
            url, isolation_level="REPEATABLE READ", execution_options={"postgresql_readonly": True}
        )
    return _file_engine(url, "BEGIN", READ_TIMEOUT)


def sqlite_file(url: URL) -> Path | None:
    """The file of an SQLite database, or None for a server."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database)


def _server_engine(url: URL, **settings: Any) -> Engine:
    # A worker outlives a restart of the server: a connection that went with it is made anew.
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": str(CONNECT_TIMEOUT)})
    return create_engine(url, pool_pre_ping=True, **settings)


def _file_engine(url: URL, begin: str, timeout: float) -> Engine:
    path = Path(url.database or "").absolute()
    # Whoever deletes the file deletes it for good: only `Store.upgrade` makes one.
    only_existing = url.set(database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "1"})
    engine = create_engine(only_existing, connect_args={"timeout": timeout})
    # WAL keeps its index in shared memory, which machines do not share.
    journal = "DELETE" if is_shared(path) else "WAL"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        record.info["file"] = _identity(path)
        connection.isolation_level = None  # leave BEGIN to the listener below
        cursor = connection.cursor()
        if begin == "BEGIN":
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute(f"PRAGMA journal_mode = {journal}")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "checkout")
    def still_there(_connection: Any, record: Any, _proxy: Any) -> None:
        # One that was deleted can be written for ever, and nobody would find it.
        if record.info["file"] != _identity(path):
            raise DisconnectionError(f"{path} is not the file that it was")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
