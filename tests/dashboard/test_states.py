"""Fields of the grid of cells: what wants attention stands out, beside whatever else."""

import pytest

from dashboard.states import STATES, background_of


@pytest.mark.parametrize("field", ["", "✓", "·", "✓, ·, ✓"])
def test_nothing_stands_out(field):
    assert background_of(field) == ""


@pytest.mark.parametrize(
    ("field", "state"),
    [("▶ 3/10", "running"), ("✓, ✗", "failed"), ("✗, ✓", "failed"), ("·, ▶, ?", "lost")],
)
def test_the_worst_of_several_stands_out(field, state):
    assert background_of(field) == STATES[state][2] != ""
