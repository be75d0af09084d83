"""Workers that die at any moment: all ends as if none had."""

from pathlib import Path
from random import Random

import pytest

from tests.jobs import kills
from tests.jobs.kills import Blow, Survival, Undisturbed, survive

#: Moments that chance may miss.
PLACES = [
    "claim claim",
    "journal Journal.write",
    "checkpoint save",
    "attempt Attempt._epoch_event",
    "attempt Attempt._resume",
    "ingest ingest_journal",
]


def until(deaths: int, known: Undisturbed, blow: Blow, folder: Path) -> list[Survival]:
    """Runs, until so many workers were killed in the middle of one."""
    draw, survivals = Random(blow.__qualname__), []
    while sum(len(survival.deaths) for survival in survivals) < deaths:
        assert len(survivals) < 2 * deaths, "hardly any of them is killed in the middle"
        survivals.append(survive(known, blow, folder / str(len(survivals)), draw))
        assert survivals[-1].faults == []
    return survivals


def phases(survivals: list[Survival]) -> set[str]:
    return {death.phase for survival in survivals for death in survival.deaths}


def test_the_undisturbed_is_something(known):
    """That the comparisons below are of something."""
    assert len(known.rows["epochs"]) == 2 * 3
    assert len(known.rows["predictions"]) == 2 * 2 * 2
    assert known.rows["epochs"] != known.rows["evaluations"]
    assert known.results[0] != known.results[1]
    assert set(PLACES) <= set(known.lines)


@pytest.mark.slow
class TestFiftyKills:
    def test_at_random_moments(self, known, tmp_path):
        survivals = until(25, known, kills.at_a_moment, tmp_path)
        assert len(phases(survivals)) > 1
        assert sum(survival.resumed for survival in survivals) >= 5

    def test_at_random_lines_of_the_code_that_writes(self, known, tmp_path):
        survivals = until(20, known, kills.at_a_line, tmp_path)
        assert len(phases(survivals)) > 2

    @pytest.mark.parametrize("place", PLACES)
    def test_within(self, known, tmp_path, place):
        until(1, known, kills.at_a_line_of(place), tmp_path)

    def test_in_random_lines_of_the_journal(self, known, tmp_path):
        """A torn line costs nothing but itself."""
        survivals = until(6, known, kills.in_a_line_of_the_journal, tmp_path)
        assert phases(survivals) <= {"claiming", "writing"}


@pytest.mark.slow
def test_a_node_that_is_lost_with_all_its_workers(known, tmp_path):
    until(4, known, kills.with_its_node, tmp_path)


@pytest.mark.slow
def test_a_worker_that_is_given_up_and_lives_on(known, tmp_path):
    until(3, known, kills.lives_on, tmp_path)
