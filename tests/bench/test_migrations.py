"""The tables come from migrations, which go up from every version that there has been."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bench.cells import cell_report, cell_states
from bench.leaderboard import leaderboard
from bench.runs import Runs
from bench.store.database import MIGRATIONS, VERSION_TABLE, Store, head
from bench.store.ingest import ingest
from bench.store.models import Attempt, Base, Cell, Matrix
from tests.bench.builders import RIGHT, close, dump, epoch, new_store
from tests.bench.databases.freeze import CELLS, fill, frozen
from tests.postgres import server

VERSIONS = sorted(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def empty(backend: str, folder: Path) -> Store:
    """A database without even a table."""
    if backend == "postgresql":
        return Store(server().new_database())
    (folder / "empty.db").touch()
    return Store(str(folder / "empty.db"))


@pytest.fixture
def nothing(backend: str, tmp_path: Path) -> Iterator[Store]:
    store = empty(backend, tmp_path)
    yield store
    close(store)


def thaw(version: str, store: Store) -> None:
    """Put a frozen database into an empty one."""
    kind = "sqlite" if store.path else "postgresql"
    text = frozen(version, kind).read_text(encoding="utf-8")
    if store.path:
        connection = sqlite3.connect(store.path)
        connection.executescript(text)
        connection.close()
    else:
        with store.writing.connect() as connection:
            connection.connection.driver_connection.execute(text)
            connection.connection.driver_connection.commit()
        store.close()  # the dump has changed the connection's settings


def plain_rows(store: Store) -> dict[str, tuple[list[str], list[str]]]:
    """Columns and rows of every table, by the database's own account."""
    with store.reading.connect() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        return {
            name: (
                [column.name for column in table.columns],
                sorted(repr(tuple(row)) for row in connection.execute(sa.select(table))),
            )
            for name, table in found.tables.items()
        }


class TestTables:
    def test_are_exactly_those_that_the_models_declare(self, nothing):
        nothing.upgrade()
        options = {
            "version_table": VERSION_TABLE,
            "compare_type": True,
            "compare_server_default": True,
        }
        with nothing.reading.connect() as connection:
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []
            tables = set(sa.inspect(connection).get_table_names())
        assert tables == {*Base.metadata.tables, "ferbench_version"}

    def test_the_newest_migration_is_the_one_that_alembic_ends_at(self):
        assert head() == ScriptDirectory(str(MIGRATIONS)).get_current_head()
        assert [
            path.name[:4] for path in sorted((MIGRATIONS / "versions").glob("*.py"))
        ] == VERSIONS

    def test_again_changes_nothing(self, store):
        with store.write() as session:
            session.add(Matrix(name="kept", title=""))
        store.upgrade()
        with store.read() as session:
            assert session.scalars(sa.select(Matrix.name)).all() == ["kept"]

    def test_a_database_without_anything_in_it_is_one_to_be(self, nothing):
        assert nothing.version() is None
        nothing.upgrade()
        assert nothing.version() == head()
        with nothing.read() as session:
            assert session.scalars(sa.select(Cell)).all() == []

    def test_folders_are_made(self, tmp_path):
        store = Store(str(tmp_path / "a" / "b" / "results.db"))
        store.upgrade()
        with store.read():
            pass

    def test_another_program_s_version_in_the_same_database_is_left_alone(self, nothing):
        """As Optuna keeps its own ``alembic_version`` beside ours on a shared server."""
        with nothing.writing.begin() as connection:
            for statement in (
                "CREATE TABLE studies (study_id INTEGER PRIMARY KEY)",
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
                "INSERT INTO alembic_version VALUES ('v3.2.0.a')",
            ):
                connection.exec_driver_sql(statement)
        nothing.upgrade()
        nothing.upgrade()
        with nothing.read() as session:
            found = session.execute(sa.text("SELECT version_num FROM alembic_version")).all()
            assert found == [("v3.2.0.a",)]
            ours = session.execute(sa.text("SELECT version_num FROM ferbench_version")).all()
            assert ours == [(head(),)]

    def test_many_that_make_it_at_once_make_one(self, nothing):
        nothing.close()
        context = multiprocessing.get_context("fork")
        makers = [context.Process(target=_upgrade, args=(nothing.url,)) for _ in range(6)]
        for maker in makers:
            maker.start()
        for maker in makers:
            maker.join()
        assert [maker.exitcode for maker in makers] == [0] * 6
        with nothing.read() as session:
            assert session.scalars(sa.select(Cell)).all() == []


def _upgrade(url: str) -> None:
    Store(url).upgrade()


def test_every_version_is_frozen_with_data_in_it():
    """After a new migration: ``python -m tests.bench.databases.freeze``."""
    missing = [
        path.name
        for version in VERSIONS
        for path in (frozen(version, "sqlite"), frozen(version, "postgresql"))
        if not path.exists()
    ]
    assert missing == []


@pytest.mark.parametrize("version", VERSIONS)
class TestGoingUp:
    def test_every_row_stays_as_it_was(self, nothing, version):
        thaw(version, nothing)
        assert nothing.version() == version
        before = plain_rows(nothing)
        assert [name for name, (_, rows) in before.items() if not rows] == []
        nothing.upgrade()
        assert nothing.version() == head()
        nothing.close()
        with nothing.reading.connect() as connection:
            for name, (columns, rows) in before.items():
                if name != VERSION_TABLE:
                    found = sa.Table(name, sa.MetaData(), autoload_with=connection)
                    query = sa.select(*(found.c[column] for column in columns))
                    assert sorted(repr(tuple(row)) for row in connection.execute(query)) == rows

    def test_the_tables_are_those_of_a_new_one(self, nothing, version):
        thaw(version, nothing)
        nothing.upgrade()
        with nothing.reading.connect() as connection:
            options = {"version_table": VERSION_TABLE, "compare_type": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []

    def test_what_it_holds_can_be_read(self, nothing, version):
        thaw(version, nothing)
        nothing.upgrade()
        with nothing.read() as session:
            states = {state.id: state.state for state in cell_states(session, "all")}
            assert [states[cell.id] for cell in CELLS.values()] == [
                *("done", "done", "done"),
                *("failed", "running", "diverged", "queued"),
            ]
            report = cell_report(session, CELLS["contested"].id)
            assert [(row.epoch, row.attempt) for row in report.epochs] == [
                (1, 1),
                (2, 1),
                (3, 2),
                (4, 3),
            ]
            assert [row.confusion for row in report.picked] == [[[1, 0], [0, 1]], [[2, 0], [0, 2]]]
            board = leaderboard(session, "paper")
            hfc = {row.selection: row for row in board if row.attention == "hfc"}
            # The test parts at the picked epochs: 100 % and 100 %; 100 % and 50 %.
            assert hfc["best"].mean == 100
            assert hfc["last"].mean == 75
            assert hfc["best"].n == 2

    def test_it_goes_on_from_there(self, nothing, version, runs):
        """With a journal that has grown since; what was taken in is not read again."""
        thaw(version, nothing)
        nothing.upgrade()
        cell = CELLS["begun"].id
        with nothing.read() as session:
            query = sa.select(Attempt.offset).join(Cell).where(Cell.id == cell)
            taken = session.scalars(query).one()
        runs.journal(cell, 1).parent.mkdir(parents=True)
        line = epoch(2, RIGHT).model_dump_json() + "\n"
        runs.journal(cell, 1).write_text("\n" * taken + line)
        assert ingest(nothing, runs) == 1
        with nothing.read() as session:
            assert [row.epoch for row in cell_report(session, cell).epochs] == [1, 2]


def test_the_newest_frozen_database_is_what_this_version_makes(tmp_path):
    """So that nobody changes a migration that others have gone through."""
    old, new = empty("sqlite", tmp_path), new_store(tmp_path)
    thaw(head(), old)
    fill(new, Runs(tmp_path / "runs"))
    assert dump(old) == dump(new)
    close(old)
    close(new)
