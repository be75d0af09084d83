"""From the leaderboard to a run, a comparison and a file by clicks, in a real browser."""

import re
from urllib.parse import urlencode

import pytest

from tests.dashboard import stores
from tests.dashboard.browser import PATIENCE, Watched, chromium, served

pytest.importorskip("playwright")
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

MODELS = ["resnet18 / none", "resnet18 / hfc(radius=0.1)"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = stores.small(tmp_path_factory.mktemp("browser"))
    home.store.close()
    with served(home.store.path) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    expect.set_options(timeout=PATIENCE)
    with chromium() as browser:
        yield browser


@pytest.fixture
def watched(browser):
    watched = Watched(browser)
    yield watched
    watched.page.close()
    assert watched.errors == []
    assert watched.outside == []


def pick(watched, field, option):
    """Pick from a list, which closes again where the page is drawn anew just then."""
    page = watched.page
    listed = page.get_by_role("option", name=option).first
    for _ in range(10):
        page.get_by_role("combobox", name=field).click()
        try:
            listed.click(timeout=3000)
            break
        except TooLate:
            watched.idle()
    else:
        raise AssertionError(f"{field} never showed {option}")
    watched.idle()
    page.keyboard.press("Escape")


def reached(watched, heading):
    expect(watched.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    watched.idle()


def test_from_the_leaderboard_to_a_run_to_a_comparison_to_a_file(server, watched):
    page = watched.open(f"{server}/?dataset=faces")
    pick(watched, "Pick models to compare", re.compile("^resnet18 . none$"))
    page.get_by_role("link", name="Runs of resnet18 / none").first.click()
    reached(watched, "Run")
    expect(page).to_have_url(re.compile(r"/run\?configuration="))
    pick(watched, "Cell", re.compile("resnet18 . none"))
    expect(page).to_have_url(re.compile(r"/run\?cell="))
    page.get_by_text("Classes", exact=True).click()
    expect(page).to_have_url(re.compile("show=Classes"))
    expect(page.get_by_text("Confusion matrix after epoch")).to_be_visible()

    page.get_by_role("link", name="Compare with other models").click()
    reached(watched, "Compare")
    pick(watched, re.compile("^Models"), re.compile("^resnet18 . hfc"))
    expect(page.get_by_text("against each of the others:")).to_be_visible()
    expect(page.get_by_role("heading", name="Close up")).to_be_visible()

    page.get_by_role("link", name="Tables of faces for a paper").click()
    reached(watched, "Export")
    with page.expect_download() as download:
        page.get_by_role("button", name="LaTeX").first.click()
    text = download.value.path().read_text()
    assert r"\toprule" in text
    assert "hfc" in text


def test_the_leaderboard_hands_on_what_was_picked_and_by_what(server, watched):
    """Dataset, epoch and models, though the two pages have fields for the same."""
    asked = urlencode({"dataset": "faces", "rule": "last", "pick": MODELS}, doseq=True)
    page = watched.open(f"{server}/?{asked}")
    page.get_by_role("link", name="Compare these 2").click()
    reached(watched, "Compare")
    expect(page).to_have_url(re.compile("on=faces"))
    expect(page).to_have_url(re.compile("by=last"))
    expect(page.get_by_text("against each of the others:")).to_be_visible()
    other = watched.open(page.url)  # the link shows the same to somebody else
    expect(other.get_by_text("against each of the others:")).to_be_visible()
