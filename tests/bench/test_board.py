"""The screen's lines beside the terminal's, and gains worked out by hand."""

import pytest

from bench.board import board, entered
from bench.leaderboard import leaderboard
from bench.statistics.reproduction import reproductions, tables_named
from tests.bench.builders import spec
from tests.bench.statistics.builders import Bench, split, wrong_at

SPLIT = split(people=6)
TABLE1 = {"dataset": "ckplus", "protocol": "paper", "epochs": 100, "batch_size": 16, "lr": 1e-4}
#: Tables are named by two matrices, for cells of their own and for one that both ask for.
SHARED = spec(**TABLE1, attention="hfc")
ELSEWHERE = spec(attention="hfc")
UNNAMED = spec(attention="lfc")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    bench = Bench(tmp_path_factory.mktemp("boards"))
    cells = [SHARED, ELSEWHERE, UNNAMED]
    cells += [spec(attention=name, seed=seed) for name in ("none", "hfc") for seed in (1, 2, 3)]
    for number, cell in enumerate(cells):
        best, last = (wrong_at(SPLIT, range(at)) for at in (number, number + 2))
        bench.run(cell, SPLIT, best, last)
    bench.submit("first", SHARED, ELSEWHERE, reported="kim_jo/table1")
    bench.submit("second", SHARED, reported="kim_jo/table2")
    bench.submit("mine", UNNAMED)
    return bench


@pytest.mark.parametrize("rule", ["best", "last"])
@pytest.mark.parametrize("matrix", [None, "first", "second", "mine"])
def test_the_screen_says_what_the_terminal_says(bench, rule, matrix):
    with bench.session() as session:
        lines = board(session, entered(session, rule, matrix), tables_named(session, matrix))
        standings = [one for one in leaderboard(session, matrix) if one.selection == rule]
    screen = {
        (line.dataset, line.protocol, line.backbone, line.attention): (
            (line.runs, line.missing, line.parameters, line.optimistic),
            (line.measured.mean, line.measured.sd, line.measured.low, line.measured.high),
            line.printed and (line.printed.percent, line.printed.source, line.printed.unlike),
            str(line.printed.verdict) if line.printed else "",
        )
        for line in lines
    }
    terminal = {
        (one.dataset, one.protocol, one.backbone, one.attention): (
            (one.n, one.missing, one.parameters, one.optimistic),
            (one.mean, one.std, one.low, one.high),
            None if one.reported is None else (one.reported, one.reported_as, one.unlike),
            one.verdict,
        )
        for one in standings
    }
    assert screen == terminal
    assert len(lines) == len(standings) > 0


@pytest.mark.parametrize(
    ("matrix", "sources"),
    [
        (None, {"hfc": {"kim_jo/table1, ckplus"}, "lfc": set()}),
        ("first", {"hfc": {"kim_jo/table1, ckplus"}}),
        ("second", {"hfc": {"kim_jo/table2, ckplus"}}),
        ("mine", {"lfc": set()}),
    ],
)
def test_a_table_stands_beside_other_data_where_its_matrix_asks_for_them(bench, matrix, sources):
    with bench.session() as session:
        lines = leaderboard(session, matrix)
        judged = {
            row.reported_as
            for row in reproductions(session, "best", matrix)
            if row.measured is not None
        }
    found: dict[str, set[str]] = {}
    for one in lines:
        found.setdefault(one.attention, set()).update({one.reported_as} - {""})
    assert {name: found[name] for name in sources} == sources
    assert judged == set().union(*found.values())


def test_a_gain_is_of_the_pairs_that_share_a_seed(bench):
    """Of 24 images, 12 a class, none has 3, 4 and 5 wrong, and hfc with the same seeds 6, 7, 8."""
    with bench.session() as session:
        lines = board(session, entered(session, dataset="faces"), {})
    gains = {line.attention: line.gain for line in lines}
    assert gains["none"] is None
    assert gains["hfc"].points.n == 3  # (its fourth run has no other beside it)
    assert gains["hfc"].points.mean == pytest.approx(-100 * 3 / 24)
    assert gains["lfc"].points.mean is None
