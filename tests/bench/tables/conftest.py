"""A store with runs of the paper's Table 1, of which some are missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.builders import spec
from tests.bench.statistics.builders import Bench, split, wrong_at

#: 80 images that nobody can be told by: each wrong one costs 1.25 points.
STORED = split(people=40, frames=1, without=("subjects", "sequences"))
TABLE1 = {"dataset": "ckplus", "protocol": "paper", "epochs": 100, "batch_size": 16, "lr": 1e-4}
#: Wrong images by attention, one number a seed.
WRONG = {"none": (20, 22, 24, 21, 23, 25, 22), "hfc": (8, 9, 12, 10, 11, 12, 9), "lfc": (20,)}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    for attention, counts in WRONG.items():
        for seed, wrong in enumerate(counts):
            cell = spec(**TABLE1, attention=attention, seed=seed)
            made.run(cell, STORED, wrong_at(STORED, range(wrong)))
    made.submit("m", spec(**TABLE1, attention="lfc", seed=1))
    yield made
    made.store.close()
