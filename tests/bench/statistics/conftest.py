"""A bench for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.builders import close
from tests.bench.statistics.builders import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    close(bench.store)
