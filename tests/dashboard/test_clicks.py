"""From the leaderboard to a run, a comparison and a file by clicks, in a real browser."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from bench.contents import Wanted, listed
from bench.home import find_home
from tests.dashboard import stores
from tests.dashboard.browser import PATIENCE, Watched, chromium, served

pytest.importorskip("playwright")
from playwright.sync_api import TimeoutError as TooLate
from playwright.sync_api import expect

MODELS = ["resnet18 / none", "resnet18 / hfc(radius=0.1)"]
STORE: dict[str, Path] = {}
PICKS = re.compile("^Models to compare")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = stores.small(tmp_path_factory.mktemp("browser"))
    home.store.close()
    with served(home.store.path) as address:
        STORE[address] = home.store.path
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
    # (as a person does: Streamlit's own fields take a moment until they hand on their part of the
    # address, and who clicks before that has one more step to go back)
    before = None
    while (now := watched.page.evaluate("[history.length, location.href]")) != before:
        before = now
        watched.page.wait_for_timeout(1500)


def test_from_the_leaderboard_to_a_run_to_a_comparison_to_a_file(server, watched):
    page = watched.open(f"{server}/?dataset=faces")
    pick(watched, PICKS, re.compile("^resnet18 . none"))
    page.get_by_role("link", name=re.compile("^Runs of resnet18 . none")).first.click()
    reached(watched, "Run")
    expect(page).to_have_url(re.compile(r"/run\?.*configuration="))
    for _ in range(5):  # (a choice is lost where the page is drawn anew just then)
        pick(watched, "Cell", re.compile("resnet18 . none"))
        try:
            expect(page).to_have_url(re.compile(r"/run\?.*cell="), timeout=10_000)
            break
        except AssertionError:
            watched.idle()
    expect(page).to_have_url(re.compile(r"/run\?.*cell="))
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
    page = watched.open(f"{server}/?{urlencode({'dataset': 'faces', 'rule': 'last'})}")
    for model in MODELS:
        pick(watched, PICKS, re.compile("^" + re.sub("[^a-z0-9 =]", ".", model)))
    page.get_by_role("link", name="Compare these 2").click()
    reached(watched, "Compare")
    expect(page).to_have_url(re.compile("dataset=faces"))
    expect(page).to_have_url(re.compile("rule=last"))
    expect(page.get_by_text("against each of the others:")).to_be_visible()
    other = watched.open(page.url)  # the link shows the same to somebody else
    expect(other.get_by_text("against each of the others:")).to_be_visible()


def test_what_was_chosen_stays_from_page_to_page_and_in_the_address(server, watched):
    page = watched.open(f"{server}/?dataset=faces&rule=last")
    expect(page).to_have_url(re.compile("dataset=faces"))
    for heading in ("Audit", "Compare", "Leaderboard"):
        page.get_by_role("link", name=heading, exact=True).click()
        reached(watched, heading)
    expect(page).to_have_url(re.compile("dataset=faces"))
    expect(page).to_have_url(re.compile("rule=last"))
    expect(page.get_by_text("last epoch")).to_be_visible()


def test_one_step_back_is_the_page_before_as_it_was(server, watched):
    page = watched.open(f"{server}/?dataset=faces&rule=last")
    for heading in ("Run", "Compare", "Audit"):
        page.get_by_role("link", name=heading, exact=True).click()
        reached(watched, heading)
    for heading in ("Compare", "Run", "Leaderboard"):
        page.go_back()
        reached(watched, heading)
        expect(page).to_have_url(re.compile("dataset=faces"))
    expect(page.get_by_text("last epoch")).to_be_visible()


def test_a_run_by_a_link_leads_to_others_of_its_dataset(server, watched):
    with find_home(str(STORE[server])).store.read() as session:
        last = listed(session, Wanted(dataset="faces"))[-1]
    page = watched.open(f"{server}/run?cell={last.id}")
    page.get_by_role("link", name="Compare with other models").click()
    reached(watched, "Compare")
    expect(page).to_have_url(re.compile("dataset=faces"))
    other = watched.open(page.url)  # the link shows the same to somebody else
    expect(other.get_by_text(f"{last.backbone} / {last.attention}").first).to_be_visible()
    expect(other.get_by_text("is not there")).to_be_hidden()

    page = watched.open(f"{server}/run?cell={last.id}")
    page.get_by_role("link", name="All cells").click()
    expect(page.get_by_text("Cells 1 to 16 of 16")).to_be_visible()
    expect(page).not_to_have_url(re.compile("cell="))


def test_what_the_database_offers_first_stands_in_the_address(server, watched):
    """Tomorrow it may offer another dataset first: the link of today shows that of today."""
    page = watched.open(server)
    expect(page).to_have_url(re.compile("dataset=ckplus"))
    expect(page).to_have_url(re.compile("backbone="))
    page = watched.open(f"{server}/attention?dataset=faces")
    expect(page).to_have_url(re.compile("cell="))


def test_a_row_that_is_ticked_is_picked_and_the_other_way_round(server, watched):
    page = watched.open(f"{server}/?dataset=faces")
    pick(watched, PICKS, re.compile("^resnet18 . none"))
    table = page.locator('[data-testid="stDataFrame"]').first
    row = table.bounding_box()["height"] / 5  # a line of heads, and four models
    table.click(position={"x": 16, "y": 1.5 * row})
    expect(page.get_by_role("link", name="Compare these 2")).to_be_visible()
    watched.idle()
    table.click(position={"x": 16, "y": 1.5 * row})
    expect(page.get_by_role("link", name="Compare these 2")).to_be_hidden()
    expect(page).to_have_url(re.compile("model=resnet18..2F.none"))


def test_a_field_of_the_matrix_leads_to_its_run(server, watched):
    page = watched.open(f"{server}/matrix")
    grid = page.locator('[data-testid="stDataFrame"]').first
    box = grid.bounding_box()
    grid.click(position={"x": box["width"] - 20, "y": 52})
    reached(watched, "Run")
    expect(page).to_have_url(re.compile(r"/run\?.*cell="))
