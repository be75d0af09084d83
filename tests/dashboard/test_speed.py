"""A page's time against that of a bare query: what ten thousand runs may cost.

`tests.dashboard.big` makes the database of 10,000 runs × 100 epochs × 7 classes; here there are
fewer, and the bounds are ratios, which hold on any machine.
"""

import statistics
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from bench.home import Home
from bench.runs import Runs
from dashboard import reading
from dashboard.revision import Watcher
from tests.bench.builders import new_store
from tests.dashboard import big

pytestmark = pytest.mark.slow
RUNS, EPOCHS = 2000, 20
#: A bare query of 10,000 runs takes 0.02 to 0.03 s, and a filter may take 0.5 s with them, of which
#: the browser needs 0.2 s.
QUERIES = 10
#: A first look may take 2 s with 10,000 runs. The matrix draws a grid of up to 2,500 fields, of
#: however many runs.
FIRST, GRID = 60, 20
#: What any page that shows all runs has to read at least: every cell, and its picked matrix.
BARE = """
    SELECT cells.specification, selections.confusion FROM cells
    JOIN selections ON selections.cell_key = cells.key AND selections.rule = 'best'
"""


def made(folder: Path, runs: int) -> Home:
    store = new_store(folder)
    big.fill(store, runs=runs, epochs=EPOCHS)
    return Home(store, Runs(folder / "results.runs"), {})


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made(tmp_path_factory.mktemp("many"), RUNS)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return made(tmp_path_factory.mktemp("few"), RUNS // 20)


def median(what: Callable[[], object], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        start = time.process_time()
        what()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


@pytest.fixture(scope="module")
def bare(many) -> float:
    def ask() -> None:
        with many.store.read() as session:
            session.execute(text(BARE)).all()

    ask()
    return median(ask)


def filtering(app: AppTest) -> Callable[[], object]:
    """Asks for something else each time, so that nothing is remembered."""
    metrics = cycle(["macro_f1", "accuracy", "balanced_accuracy"])
    rules = cycle(["last", "best"])

    def change() -> None:
        app.selectbox(key="metric").set_value(next(metrics))
        app.selectbox(key="rule").set_value(next(rules)).run()
        assert not app.exception

    return change


def test_whether_it_has_changed_costs_next_to_nothing(many, bare):
    watcher = Watcher(many.store)
    watcher.revision()
    assert median(watcher.revision) < bare / 5


def test_what_many_runs_add_to_a_filter_is_a_few_bare_queries(many, few, bare, look):
    change = filtering(look(few))
    change()
    page = median(change)
    change = filtering(look(many))
    change()
    added = median(change) - page
    assert added < QUERIES * bare, f"{added:.3f} s more, against {bare:.3f} s"


@pytest.mark.parametrize("view", ["leaderboard", "matrix", "run", "compare", "attention", "export"])
def test_what_many_runs_add_to_a_first_look_is_a_few_bare_queries(many, few, bare, look, view):
    def first(home: Home) -> float:
        def ask() -> None:
            reading.forget()
            look(home, view)

        ask()  # (whatever is imported, is by now)
        return median(ask, 3)

    added = first(many) - first(few)
    bound = (FIRST + (GRID if view == "matrix" else 0)) * bare
    assert added < bound, f"{added:.3f} s more, against {bare:.3f} s"


def test_what_was_asked_is_not_asked_again(many, look, monkeypatch):
    app = look(many)
    seen = []
    reads = many.store.read
    monkeypatch.setattr(many.store, "read", lambda: seen.append(1) or reads())
    app.run()
    assert not seen
