"""The app on a database of one's own."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bench.home import Home
from cli.dashboard import studies_of
from dashboard import place
from dashboard.told import UNFORESEEN
from jobs.claim import state_of
from tests.dashboard import stores

APP = Path(place.__file__).with_name("app.py")
VIEWS = sorted(path.stem for path in APP.with_name("views").glob("*.py") if path.stem != "__init__")
Open = Callable[..., AppTest]
PAGES = pytest.mark.parametrize("view", VIEWS)


def no_traceback(app: AppTest) -> None:
    assert not app.exception, [one.message for one in app.exception]
    assert UNFORESEEN[5:] not in said(app)


def said(app: AppTest) -> str:
    """All that stands on a page as text, without the escapes of Markdown."""
    kinds = ("error", "warning", "info", "success", "markdown", "caption", "text", "code")
    texts = [one.value for kind in kinds for one in getattr(app, kind)]
    return "\n".join(map(str, texts)).replace("\\", "")


@pytest.fixture
def look() -> Iterator[Callable[..., AppTest]]:
    """Opens a page at an address, on a home."""
    before = place.settled()

    def opened(home: Home, view: str = "leaderboard", **address: str | list[str]) -> AppTest:
        place.settle(
            place.Place(
                home,
                studies=lambda: studies_of(home),
                is_lost=lambda cell: state_of(home.runs, cell) == "lost",
            )
        )
        app = AppTest.from_file(APP, default_timeout=120)
        app.switch_page(f"views/{view}.py")
        for key, value in address.items():
            app.query_params[key] = value
        return app.run()

    yield opened
    if before:
        place.settle(before)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return stores.small(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def failures(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return stores.failures(tmp_path_factory.mktemp("failures"))


@pytest.fixture(scope="session")
def studied(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return stores.studied(tmp_path_factory.mktemp("studied"))


@pytest.fixture
def empty(tmp_path: Path) -> Home:
    return stores.home(tmp_path)


@pytest.fixture(autouse=True)
def _main_stays_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts its page in place of the main module, which later tests' workers would run."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
