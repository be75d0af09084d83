"""The matrices that are expanded and looked up for the clock."""

from functools import partial

import pytest

from bench.data import fingerprint_in, load_cell
from bench.perf.growth import growth_rows
from bench.perf.plan import Plan
from bench.specification import specify
from jobs.growing import dry_run_workload, matrix_of, matrix_workload


@pytest.mark.parametrize("cells", [20, 100])
def test_so_many_different_cells(cells):
    made = matrix_of(cells).specifications(lambda _dataset: "0" * 32)
    assert len({cell.id for cell in made}) == cells
    assert len({cell.configuration for cell in made}) == 20


def test_every_cell_is_done():
    with matrix_workload(40, epochs=2) as tasks:
        assert len(tasks["matrix expansion"]()) == 40
        found = tasks["look-up of what is done"]()
    assert found.states == ("done",) * 40
    assert found.open == ()


def test_a_dry_run_estimates_the_half_that_is_open():
    with dry_run_workload(40, epochs=2) as tasks:
        found = tasks["dry run"]()
    one = specify(matrix_of(20).base | {"backbone": "resnet18"}, fingerprint_in({}))
    trained = len(load_cell(one, {})[1].train)
    assert found.images == 20 * trained * one.recipe.epochs
    assert found.seconds > 0


def test_neither_task_grows_worse_than_linearly():
    plan = Plan(cells=(100, 1000), rounds=5, epochs=3)
    rows = growth_rows(plan, partial(matrix_workload, epochs=3), lambda _text: None)
    assert [row.low < 1.2 for row in rows if "exponent" in row.what] == [True, True]
