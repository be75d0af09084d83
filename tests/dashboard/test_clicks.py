"""From the leaderboard to a run by clicks, in a real browser."""

import re
from urllib.parse import urlencode

import pytest

from tests.dashboard import stores
from tests.dashboard.browser import PATIENCE, Watched, chromium, served

pytest.importorskip("playwright")
from playwright.sync_api import expect

#: The models are picked by the address: the field's list closes at each rerun of a busy machine.
MODELS = ["resnet18 / none", "resnet18 / hfc(radius=0.1)"]
PICKED = urlencode({"dataset": "faces", "pick": MODELS}, doseq=True)
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


def test_from_the_leaderboard_to_a_run(server, watched):
    page = watched.open(f"{server}/?{PICKED}")
    page.get_by_role("link", name="Runs of resnet18 / none").first.click()
    expect(page.get_by_role("heading", name="Run", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/run\?configuration="))
    watched.idle()
    page.get_by_role("combobox", name="Cell").click()
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile(r"/run\?cell="))
    watched.idle()
    page.get_by_text("Classes", exact=True).click()
    expect(page).to_have_url(re.compile("show=Classes"))
    expect(page.get_by_text("Confusion matrix after epoch")).to_be_visible()
