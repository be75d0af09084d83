"""What was asked for, found again by what a person types."""

from pathlib import Path

import pytest

from bench.runs import Runs
from jobs.asked import cells_asked_for, files_asking_for, matrices, matrix_asked_for
from registry.errors import RequestError
from tests.bench.builders import spec
from tests.jobs.standings import ask, in_state

CELLS = tuple(spec(seed=seed) for seed in range(3))


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    runs = Runs(tmp_path / "runs")
    ask(runs, "trial", *CELLS[:2])
    ask(runs, "trial", *CELLS[1:])
    ask(runs, "table1", CELLS[0])
    return runs


def test_a_matrix_is_all_that_was_ever_asked_for_under_its_name(runs):
    assert {name: len(found.specifications) for name, found in matrices(runs).items()} == {
        "trial": 3,
        "table1": 1,
    }
    assert matrix_asked_for(runs, "trial").specifications == CELLS


@pytest.mark.parametrize("typed", ["trial", "trial.toml", "some/where/trial.toml"])
def test_its_file_will_do(runs, typed):
    assert matrix_asked_for(runs, typed).name == "trial"


@pytest.mark.parametrize("typed", ["trial", "trial.toml", "some/where/trial.toml"])
def test_its_cells_by_the_name_of_its_file(runs, typed):
    assert cells_asked_for(runs, typed) == tuple(cell.id for cell in CELLS)


@pytest.mark.parametrize(
    ("cells", "files"),
    [
        ([], []),
        (["0" * 16], []),
        ([CELLS[2].id], ["trial.toml"]),
        ([CELLS[2].id, CELLS[0].id], ["table1", "trial.toml"]),
    ],
)
def test_what_to_run_for_cells(runs, cells, files):
    """A shipped matrix has a name, any other one a file."""
    assert sorted(files_asking_for(runs, cells)) == files


def test_the_nearest_name_is_offered(runs):
    with pytest.raises(RequestError, match=r"no matrix 'tabel1' was run here.*table1"):
        matrix_asked_for(runs, "tabel1")


def test_a_cell_is_known_by_the_beginning_of_its_identity(runs):
    assert cells_asked_for(runs, CELLS[1].id[:6]) == (CELLS[1].id,)
    assert cells_asked_for(runs, "trial") == tuple(cell.id for cell in CELLS)


def test_a_cell_of_a_study_has_a_journal_and_no_matrix(runs):
    alone = spec(seed=9)
    in_state(runs, alone, "done")
    assert cells_asked_for(runs, alone.id[:8]) == (alone.id,)


@pytest.mark.parametrize("typed", ["", "a", CELLS[0].id[:3], "zzzz", "../trial"])
def test_what_is_too_short_or_fits_nothing_is_refused(runs, typed):
    with pytest.raises(RequestError):
        cells_asked_for(runs, typed)


def test_a_damaged_file_hides_no_other_matrix(runs, caplog):
    damaged = runs.matrix("broken", "0123456789abcdef")
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{")
    assert set(matrices(runs)) == {"trial", "table1"}
    assert str(damaged) in caplog.text
