"""Whether a results database is whole, and is what its journals give."""

import json
import math
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from bench import journal
from bench.cost import record
from bench.runs import Runs
from bench.store.database import Store, head
from bench.store.export import without_journal
from bench.store.ingest import ingest
from bench.store.integrity import damage, orphans
from bench.store.models import Attempt, Base, Cell, Cost, Matrix, SplitRow
from bench.store.submission import Submission
from registry.errors import RequestError

#: Relative difference of figures that two machines may derive from the same counts.
ROUNDING = 1e-9


def check(
    store: Store, runs: Runs, tick: Callable[[int, int], None] = lambda *_: None
) -> list[str]:
    """Everything that is wrong, one sentence each; an empty list where nothing is.

    Raises
    ------
    RequestError
        There is no database, or it cannot be read.
    """
    if store.path and not store.path.exists():
        raise RequestError(f"there is no results database at {store.path}; `ferbench db init`")
    found = damage(store) or orphans(store)
    if found:
        return [*found, "`ferbench db rebuild` makes it anew from the journals"]
    version = store.version()
    if version != head():
        return [f"it is of version {version}, not {head()}; try `ferbench db upgrade`"]
    lost = [
        f"attempt {number} of cell {cell} has no journal in {runs.root}"
        for cell, number in without_journal(store, runs)
    ]
    return [*_unreadable(runs), *lost, *_differences(store, runs, tick)]


def _unreadable(runs: Runs) -> Iterator[str]:
    for path in sorted((runs.root / "matrices").glob("*/*.json")):
        try:
            Submission.model_validate_json(path.read_bytes())
        except (ValueError, OSError) as error:
            yield f"{path}: {_one_line(error)}"
    for path in runs.costs():
        try:
            record.read(path)
        except RequestError as error:
            yield _one_line(error)
    for _, _, path in runs.journals():
        try:
            journal.read(path)
        except (RequestError, OSError) as error:
            yield _one_line(error)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _differences(store: Store, runs: Runs, tick: Callable[[int, int], None]) -> Iterator[str]:
    """What a rebuild would change; cells that are being trained meanwhile may go on."""
    before = _offsets(store)
    with _rebuilt(runs, tick) as rebuilt:
        behind = []
        for (cell, number), size in _offsets(rebuilt).items():
            taken = before.get((cell, number), 0)
            if taken < size and _offsets(store, cell).get((cell, number), 0) < size:
                yield (
                    f"attempt {number} of cell {cell} is taken in up to byte {taken:,} of {size:,}"
                    "; try `ferbench db ingest`"
                )
            elif taken > size:
                yield f"attempt {number} of cell {cell} has a journal that was longer once"
            if taken != size:
                behind.append(cell)
        with store.read() as here, rebuilt.read() as there:
            yield from _unlike_rows(here, there, set(behind))


@contextmanager
def _rebuilt(runs: Runs, tick: Callable[[int, int], None]) -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        store = Store(str(Path(folder) / "rebuilt.db"))
        store.upgrade()
        ingest(store, runs, tick)
        yield store
        store.close()


def _offsets(store: Store, cell: str | None = None) -> dict[tuple[str, int], int]:
    query = select(Cell.id, Attempt.number, Attempt.offset).join(Attempt)
    if cell is not None:
        query = query.where(Cell.id == cell)
    with store.read() as session:
        return {(cell, number): offset for cell, number, offset in session.execute(query)}


def _unlike_rows(here: Session, there: Session, behind: set[str]) -> Iterator[str]:
    remedy = "; `ferbench db rebuild` makes it anew from the journals"
    whole = ((Matrix, _as_it_is), (Cost, _as_it_is), (SplitRow, _split))
    for table, decode in ((made.__table__, decode) for made, decode in whole):
        rows = [sorted(map(decode, side.execute(select(table)).all())) for side in (here, there)]
        if rows[0] != rows[1]:
            yield f"the table {table.description} differs from what the journals give{remedy}"
    keys, keys_there = _keys(here), _keys(there)
    for cell in sorted(set(keys) ^ set(keys_there)):
        where = "only the database knows" if cell in keys else "only the journals know"
        yield f"{where} the cell {cell}{remedy}"
    for cell in sorted(set(keys) & set(keys_there) - behind):
        unlike = [
            table.name
            for table, column in _tables_of_a_cell()
            if not _same(
                _rows(here, table, column, keys[cell]),
                _rows(there, table, column, keys_there[cell]),
            )
        ]
        if unlike:
            tables = ", ".join(unlike)
            yield f"cell {cell} differs from what its journals give in {tables}{remedy}"


def _keys(session: Session) -> dict[str, int]:
    return {row.id: row.key for row in session.execute(select(Cell.id, Cell.key))}


def _tables_of_a_cell() -> Iterator[tuple[Table, str]]:
    yield Base.metadata.tables["cells"], "key"
    for table in Base.metadata.sorted_tables:
        if "cell_key" in table.columns:
            yield table, "cell_key"


def _rows(session: Session, table: Table, column: str, key: int) -> list[tuple[Any, ...]]:
    """Rows of a cell without its key, which is the database's own business."""
    columns = [c for c in table.columns if c.name != column]
    rows = session.execute(select(*columns).where(table.columns[column] == key))
    return sorted((tuple(row) for row in rows), key=lambda row: repr(_key(row)))


def _key(row: tuple[Any, ...]) -> list[Any]:
    return [value for value in row if isinstance(value, int | str)]


def _same(here: Any, there: Any) -> bool:
    if isinstance(here, float) and isinstance(there, float | int):
        return math.isclose(here, there, rel_tol=ROUNDING)
    if isinstance(here, list | tuple) and isinstance(there, list | tuple):
        return len(here) == len(there) and all(map(_same, here, there))
    return bool(here == there)


def _as_it_is(row: Any) -> tuple[str, ...]:
    return tuple(map(str, row))


def _split(row: Any) -> tuple[str, ...]:
    """Another machine may pack the same names into other bytes."""
    return row.fingerprint, json.dumps(json.loads(zlib.decompress(row.parts)))
