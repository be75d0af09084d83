"""Four times the cells take four times the time and little more: ratios, never seconds."""

import gc
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.journal import Event
from bench.leaderboard import leaderboard
from bench.runs import Runs, make_folder
from bench.specification import Specification
from bench.store.submission import Submission
from jobs.matrix import Matrix
from jobs.matrix_run import Prepared, look_up
from tests.bench.builders import claimed, close, ended, fake_fingerprint, full_run, new_store, spec
from tests.dashboard.big import fill

FEW, TIMES = 300, 4
ROUNDS = 4
#: Linear is 4, and n log n is 5; quadratic would be 16.
MOST = 8.0


def growth(few: Callable[[], object], many: Callable[[], object]) -> float:
    """How much longer the second takes: each at its best of several turns, in CPU time."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for place, work in enumerate((few, many)):
            gc.collect()
            begun = time.process_time()
            work()
            best[place] = min(best[place], time.process_time() - begun)
    return best[1] / best[0]


def test_the_measure_tells_linear_from_quadratic() -> None:
    def pairs(count: int) -> int:
        return sum(1 for a in range(count) for b in range(count) if a < b)

    assert growth(lambda: pairs(100), lambda: pairs(400)) > MOST
    assert growth(lambda: sum(range(100_000)), lambda: sum(range(400_000))) < MOST


def matrix_of(cells: int) -> Matrix:
    """Two backbones, five radii, and as many seeds as it takes."""
    return Matrix(
        name="growing",
        base={"dataset": "faces", "protocol": "subject", "attention": "hfc"},
        sweep={
            "backbone": ["resnet18", "mobilenet_v2"],
            "attention.radius": [0.1, 0.2, 0.3, 0.4, 0.5],
            "seed": list(range(cells // 10)),
        },
    )


def put_down(runs: Runs, cell: Specification, events: Iterable[Event]) -> None:
    """The journal of an attempt, without a flush for each line."""
    path = runs.journal(cell.id, 1)
    make_folder(path.parent)
    path.write_text("".join(f"{event.model_dump_json()}\n" for event in events), encoding="utf-8")


def looked_up(runs: Runs, cells: tuple[Specification, ...]) -> Prepared:
    asked = Submission(name="growing", title="", reported=None, specifications=cells)
    return look_up(asked, runs)


def test_expansion() -> None:
    few, many = matrix_of(FEW), matrix_of(TIMES * FEW)
    assert len(many.specifications(fake_fingerprint)) == TIMES * FEW
    grown = growth(
        lambda: few.specifications(fake_fingerprint), lambda: many.specifications(fake_fingerprint)
    )
    assert grown < MOST


def test_look_up_of_what_is_done(runs: Runs) -> None:
    cells = matrix_of(TIMES * FEW).specifications(fake_fingerprint)
    for cell in cells:
        put_down(runs, cell, [claimed(), ended()])
    assert looked_up(runs, cells).count("done") == TIMES * FEW
    assert growth(lambda: looked_up(runs, cells[:FEW]), lambda: looked_up(runs, cells)) < MOST


def test_a_look_up_reads_no_more_of_a_long_journal(runs: Runs) -> None:
    short, long = spec(seed=1), spec(seed=2)
    for cell, epochs in ((short, 10), (long, 5000)):
        put_down(runs, cell, full_run(cell, [((1, 0), (0, 1))] * epochs))
    assert looked_up(runs, (short, long)).states == ("done", "done")
    assert (
        growth(lambda: looked_up(runs, (short,) * 500), lambda: looked_up(runs, (long,) * 500)) < 2
    )


def test_leaderboard(tmp_path: Path) -> None:
    boards = []
    for runs in (FEW, TIMES * FEW):
        store = new_store(tmp_path, f"{runs}.db")
        fill(store, runs, epochs=3, seeds=20)
        boards.append(store)

    def board(number: int) -> int:
        with boards[number].read() as session:
            return sum(row.n for row in leaderboard(session))

    assert board(1) == TIMES * board(0) == 2 * TIMES * FEW
    assert growth(lambda: board(0), lambda: board(1)) < MOST
    for store in boards:
        close(store)
