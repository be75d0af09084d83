"""A results database and a folder of journals for each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.runs import Runs
from bench.store.database import Store
from tests.bench.builders import BACKENDS, close, new_store


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each test of the store is one of SQLite and one of PostgreSQL."""
    return str(request.param)


@pytest.fixture
def another_store(backend: str, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes stores without rows."""
    made: list[Store] = []

    def make() -> Store:
        made.append(new_store(tmp_path, f"results{len(made) or ''}.db", backend))
        return made[-1]

    yield make
    for store in made:
        close(store)


@pytest.fixture
def store(another_store: Callable[[], Store]) -> Store:
    return another_store()


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")
