"""Who reads results does not wait for what trains models."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.builders import close, spec
from tests.bench.statistics.builders import Bench, split, wrong_at

SPLIT = split(people=12)
#: What takes a second or more to import.
HEAVY = ("torch", "torchvision", "sklearn", "timm", "pandas", "matplotlib", "plotly", "optuna")
PROGRAM = f"""
import sys
from cli.main import main
try:
    main()
except SystemExit as exit:
    assert not exit.code, exit.code
print(*[name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two seeds of two models, beside what a paper reports of them."""
    folder = tmp_path_factory.mktemp("results")
    bench = Bench(folder)
    cells = [
        spec(protocol="paper", epochs=100, attention=attention, seed=seed)
        for attention in ("hfc", "none")
        for seed in range(2)
    ]
    for number, cell in enumerate(cells):
        bench.run(cell, SPLIT, wrong_at(SPLIT, range(number + 1)), fingerprint="1" * 32)
    bench.submit("small", *cells, reported="kim_jo/table1")
    close(bench.store)
    return folder


@pytest.mark.parametrize("words", ["leaderboard", "status", "verdict", "compare hfc none"])
def test_reading_brings_nothing_that_training_needs(folder, words):
    command = [sys.executable, "-c", PROGRAM, *words.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert done.stderr.split() == []
