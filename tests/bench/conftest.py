"""A results database and a folder of journals for each test."""

from pathlib import Path

import pytest

from bench.runs import Runs
from tests.bench.builders import close, new_store


@pytest.fixture
def store(tmp_path: Path):
    store = new_store(tmp_path)
    yield store
    close(store)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")
