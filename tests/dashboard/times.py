"""How long a filter takes until a real browser has drawn what it asks for; the first look before.

    python -m tests.dashboard.big big.db
    python -m tests.dashboard.times big.db

Every choice is one that was not made before on the page; another metric is worked out from runs
that were read already. Server, browser and this script share the machine's cores.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.contents import Wanted, listed, models
from bench.store.database import Store
from dashboard.filters import model_named
from tests.dashboard.browser import Watched, chromium, served

DATASET = "faces(subjects=40)"
#: Field, what is picked in it: one after the other, on each page.
LEADERBOARD = (
    ("Epoch", "last"),
    ("Metric", "macro F1"),
    ("Backbone", "resnet18"),
    ("Metric", "accuracy"),
    ("Epoch", "best"),
    ("Dataset", "faces(subjects=40)"),
    ("Backbone", "all"),
    ("Metric", "macro F1"),
    ("Epoch", "last"),
    ("Dataset", "faces(subjects=60)"),
    ("Backbone", "resnet18"),
    ("Metric", "accuracy"),
    ("Dataset", "faces(subjects=80)"),
    ("Epoch", "best"),
)
OTHERS = (
    ("Matrix", (("Dataset", "faces(subjects=40)"), ("Dataset", "ckplus"), ("Matrix", "big"))),
    ("Run", (("Dataset", "faces(subjects=60)"), ("Dataset", "faces(subjects=80)"))),
    (
        "Export",
        (
            ("Dataset", "ckplus"),
            ("Table", "verdicts on reported figures"),
            ("Table", "leaderboard: interval and gain"),
            ("Epoch", "last"),
        ),
    ),
    ("Audit", (("Paper's table", "kim_jo/table2"),)),
)
OF_A_CELL = (
    ("Part", "train"),
    ("Figure of each class", "precision"),
    ("Part", "test"),
    ("Figure of each class", "f1"),
)
#: The time from a click, as the page hears of it, until what came of it is drawn: the last change
#: of the page before it is still. (A table is drawn on a canvas, in the frame after; what stands in
#: that for screen readers follows a tenth of a second later, and is not waited for.)
CLOCK = """
() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const page = document.querySelector('[data-testid="stMain"]');
  const seen = ({ target }) => !(target.closest ? target : target.parentElement).closest("canvas");
  let start, drawn, pending = false;
  window.taken = null;
  const heard = (event) => { start = event.timeStamp; };
  document.addEventListener("pointerdown", heard, { capture: true, once: true });
  const watcher = new MutationObserver((changes) => {
    if (start && !pending && changes.some(seen)) {
      pending = true;
      requestAnimationFrame(() => { drawn = performance.now(); pending = false; });
    }
  });
  watcher.observe(page, { attributes: true, characterData: true, childList: true, subtree: true });
  const still = setInterval(() => {
    const idle = app.dataset.testScriptState === "notRunning";
    if (drawn && !pending && idle && performance.now() - drawn > 500) {
      clearInterval(still);
      watcher.disconnect();
      window.taken = drawn - start;
    }
  }, 50);
}
"""
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def main(database: Path) -> None:
    """Tell seconds."""
    with served(database) as address, chromium() as browser:
        watched = Watched(browser)
        start = time.perf_counter()
        page = watched.open(address)
        page.wait_for_selector(".js-plotly-plot .point")
        drawn = time.perf_counter() - start
        _tell(page.evaluate(PAINTED) / 1000, "first contentful paint")
        _tell(drawn, "the leaderboard's plot")
        _choose(page, LEADERBOARD, "Leaderboard")
        for name, choices in OTHERS:
            page.get_by_role("link", name=name, exact=True).click()
            page.get_by_role("heading", name=name, exact=True).wait_for()
            watched.idle()
            _choose(page, choices, name)
        cell, *picked = _picked(database)
        watched.open(f"{address}/run?{urlencode({'cell': cell, 'show': 'Classes'})}")
        _choose(page, OF_A_CELL, "Run")
        watched.open(f"{address}/compare?{urlencode({'dataset': DATASET, 'model': picked}, True)}")
        _choose(page, (("Against", picked[2]), ("Epoch", "last")), "Compare")


def _picked(database: Path) -> list[str]:
    """A cell, and three models as they are named on the screen."""
    with Store(str(database)).read() as session:
        (cell,) = listed(session, Wanted(dataset=DATASET), most=1)
        found = models(session, DATASET)[:3]
    return [cell.id, *(model_named(*named, identity) for identity, *named, _ in found)]


def _choose(page: Any, choices: Sequence[tuple[str, str]], name: str) -> None:
    for field, option in choices:
        page.wait_for_timeout(2000)
        _tell(_filter(page, field, option), f"{name}, {field}: {option}")


def _filter(page: Any, field: str, option: str) -> float:
    """Seconds from the choice to the last change of the page."""
    page.get_by_role("combobox", name=field, exact=True).click()
    choice = page.get_by_role("option", name=option, exact=True)
    choice.wait_for()
    page.evaluate(CLOCK)
    choice.click()
    # (asked at every frame, as is the default, it would take the page's time)
    page.wait_for_function("window.taken !== null", polling=100)
    return float(page.evaluate("window.taken")) / 1000


def _tell(seconds: float, what: str) -> None:
    sys.stdout.write(f"{seconds:.2f}  {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
