"""Whether the database is still what it was: one cheap query, so that nothing is kept by time."""

import threading
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError, DisconnectionError

from bench.store.database import Store
from bench.store.models import Attempt, Cell, Cost, Matrix, MatrixCell
from registry.errors import RequestError

_numbers = count()


@dataclass
class Watcher:
    """Tells the states of one database apart.

    SQLite counts the changes that others make, as one connection sees them (``PRAGMA
    data_version``), and so that connection is kept. On a server it is what ingesting adds to, whose
    sequences never give a key twice.
    """

    store: Store

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._where = (0, 0)
        self._number = 0

    def revision(self) -> tuple[Any, ...]:
        """Equal only if nothing was committed in between.

        Raises
        ------
        RequestError
            There is no database, it cannot be read, or it is of another version.
        """
        if self.store.path is None:
            return self._of_server()
        with self._lock:
            try:
                return self._of_file()
            except DBAPIError as error:
                self._forget()
                raise self.store.failure("read", error) from error

    def _of_server(self) -> tuple[Any, ...]:
        taken = select(func.count(), func.sum(Attempt.offset), func.max(Attempt.cell_key))
        with self.store.read() as session:
            cells = session.execute(select(func.count(), func.max(Cell.key))).one()
            costs = session.execute(select(func.count()).select_from(Cost)).one()
            asked = session.execute(select(func.count()).select_from(MatrixCell)).one()
            named = session.execute(select(Matrix.name, Matrix.title, Matrix.reported)).all()
            taken_in = session.execute(taken).one()
            return (*cells, *asked, *costs, *taken_in, *sorted(map(str, named)))

    def _of_file(self) -> tuple[Any, ...]:
        path = self.store.path
        try:
            found = path.stat() if path else None
        except OSError:
            found = None
        if found is None:
            self._forget()
            raise RequestError(
                f"there is no results database at {path} (any more); `ferbench run quick` makes "
                "one, and `ferbench db rebuild` makes a lost one anew from the journals"
            )
        where = (found.st_dev, found.st_ino)
        if self._connection is None or self._where != where:
            self._forget()
            self._connection, self._where = self._connect(), where
            self._number = next(_numbers)
        version = self._connection.exec_driver_sql("PRAGMA data_version").scalar()
        self._connection.rollback()
        return (*where, self._number, version)

    def _connect(self) -> Connection:
        try:
            return self.store.reading.connect()
        except DisconnectionError:  # it was replaced while we asked; once more
            return self.store.reading.connect()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
