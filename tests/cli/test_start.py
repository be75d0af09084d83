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
HEAVY += ("scipy.stats", "statsmodels", "alembic")
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


def brought(folder: Path, words: str) -> set[str]:
    """What of it a command has imported."""
    cell = spec(protocol="paper", epochs=100, attention="hfc", seed=0).id
    command = [sys.executable, "-c", PROGRAM, *words.format(cell=cell).split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(done.stderr.split())


@pytest.mark.parametrize("words", ["leaderboard", "status", "show {cell}", "logs {cell}"])
def test_reading_brings_nothing_that_training_needs(folder, words):
    assert brought(folder, words) == set()


@pytest.mark.parametrize("words", ["compare hfc none", "claim small", "ladder small", "power"])
def test_a_conclusion_brings_its_tests_alone(folder, words):
    assert brought(folder, words) <= {"scipy.stats"}
