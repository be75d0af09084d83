"""What is PostgreSQL's own: how it is read, waited for and named."""

import socket
import time

import pytest
import sqlalchemy as sa

from bench.home import find_home
from bench.store.database import Store, StoreError
from bench.store.models import Matrix
from registry.errors import RequestError
from tests.bench.builders import close, new_store
from tests.postgres import server


@pytest.fixture
def store(tmp_path):
    store = new_store(tmp_path, backend="postgresql")
    yield store
    close(store)


def setting(engine: sa.Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"SHOW {name}").scalar()


def test_settings(store):
    assert setting(store.writing, "transaction_read_only") == "off"
    assert setting(store.writing, "transaction_isolation") == "read committed"
    assert setting(store.reading, "transaction_read_only") == "on"
    assert setting(store.reading, "transaction_isolation") == "repeatable read"


def test_the_url_may_leave_the_driver_out(store):
    plain = Store(store.url.replace("postgresql+psycopg", "postgresql"))
    with plain.write() as session:
        session.add(Matrix(name="m", title=""))
    with store.read() as session:
        assert session.scalars(sa.select(Matrix.name)).all() == ["m"]
    plain.close()


def test_a_database_that_is_not_there():
    store = Store(server().url("nosuch"))
    for use in (store.upgrade, store.version):
        with pytest.raises(StoreError, match='database "nosuch" does not exist'):
            use()


def test_one_without_tables_says_how_they_are_made():
    store = Store(server().new_database())
    with pytest.raises(RequestError, match="`ferbench db init` makes them"), store.read():
        pass
    close(store)


def test_a_server_that_is_down_is_one_sentence_without_the_password():
    store = Store("postgresql://me:secret@127.0.0.1:1/name")
    with pytest.raises(StoreError, match="Connection refused") as error:
        store.version()
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_a_server_that_does_not_answer_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr("bench.store.connections.CONNECT_TIMEOUT", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = Store(f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/name")
        start = time.monotonic()
        with pytest.raises(StoreError, match="timeout"):
            store.version()
        assert time.monotonic() - start < 8


def test_journals_lie_in_the_current_folder(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_home(store.url).runs.root == tmp_path / "ferbench.runs"
