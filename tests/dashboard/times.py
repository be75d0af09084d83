"""How long a filter takes until a real browser is at rest again, and the first look before it.

    python -m tests.dashboard.big big.db
    python -m tests.dashboard.times big.db

Every choice is one that was not made before, so that the server has nothing to remember. Server,
browser and this script share the machine's cores.
"""

import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.dashboard.browser import Watched, chromium, served

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
OTHERS = {
    "Matrix": (("Dataset", "ckplus"), ("Dataset", "faces(subjects=40)"), ("Matrix", "big")),
    "Run": (("Dataset", "faces(subjects=60)"), ("Dataset", "faces(subjects=80)")),
    "Compare": (("Dataset", "ckplus"), ("Epoch", "last"), ("Dataset", "faces(subjects=40)")),
}
#: The time from a click, as the page hears of it, until it has run and what came of it is drawn.
CLOCK = """
() => {
  const app = document.querySelector('[data-testid="stApp"]');
  let start, ran = false;
  window.taken = null;
  const heard = (event) => { start = event.timeStamp; };
  document.addEventListener("pointerdown", heard, { capture: true, once: true });
  new MutationObserver((_, watcher) => {
    const state = app.dataset.testScriptState;
    ran = ran || state === "running";
    if (ran && state === "notRunning") {
      watcher.disconnect();
      requestAnimationFrame(() => { window.taken = performance.now() - start; });
    }
  }).observe(app, { attributes: true });
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
        for name, choices in OTHERS.items():
            page.get_by_role("link", name=name, exact=True).click()
            page.get_by_role("heading", name=name, exact=True).wait_for()
            watched.idle()
            _choose(page, choices, name)


def _choose(page: Any, choices: Sequence[tuple[str, str]], name: str) -> None:
    for field, option in choices:
        page.wait_for_timeout(2000)
        _tell(_filter(page, field, option), f"{name}, {field}: {option}")


def _filter(page: Any, field: str, option: str) -> float:
    """Seconds from the choice to the page at rest."""
    page.get_by_role("combobox", name=field).click()
    listed = page.get_by_role("option", name=re.compile(f"^{re.escape(option)}$"))
    listed.wait_for()
    page.evaluate(CLOCK)
    listed.click()
    # (asked at every frame, as is the default, it would take the page's time)
    page.wait_for_function("window.taken !== null", polling=100)
    return float(page.evaluate("window.taken")) / 1000


def _tell(seconds: float, what: str) -> None:
    sys.stdout.write(f"{seconds:.2f}  {what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
