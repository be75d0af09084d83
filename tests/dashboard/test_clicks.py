"""From the leaderboard to a file by clicks, in a real browser."""

import re

import pytest

from tests.dashboard import stores
from tests.dashboard.browser import PATIENCE, Watched, chromium, served

pytest.importorskip("playwright")
from playwright.sync_api import expect

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
    page = watched.open(f"{server}/?dataset=faces")
    _pick(watched, "Pick models to compare", "resnet18 / none", "pick=")
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


def test_from_the_leaderboard_to_a_file(server, watched, tmp_path):
    page = watched.open(f"{server}/?dataset=faces")
    for count, model in enumerate(("resnet18 / none", "resnet18 / hfc(radius=0.1)"), start=1):
        _pick(watched, "Pick models to compare", model, f"(pick=.*){{{count}}}")
    page.get_by_role("link", name="Compare these 2").click()
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible()
    expect(page.get_by_text("Each class")).to_be_visible()
    expect(page.get_by_text("Each image")).to_be_visible()
    watched.idle()

    page.get_by_role("link", name="Export").click()
    expect(page.get_by_role("heading", name="Export", exact=True)).to_be_visible()
    watched.idle()
    with page.expect_download() as caught:
        page.get_by_role("button", name="LaTeX").first.click()
    path = tmp_path / "table.tex"
    caught.value.save_as(path)
    text = path.read_text()
    assert r"\begin{tabular}" in text
    assert "resnet18" in text


def _pick(watched, label, option, address):
    """Choose in a field with the keyboard: a click's list closes when the page moves."""
    page = watched.page
    page.get_by_role("combobox", name=re.compile(label)).press_sequentially(option)
    page.get_by_role("option", name=option).first.wait_for()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(address))
    page.keyboard.press("Escape")
    watched.idle()
