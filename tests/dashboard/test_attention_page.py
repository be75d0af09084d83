"""The slider and the upload of the attention page, in a real browser."""

import re

import numpy as np
import pytest
from PIL import Image

from tests.dashboard import stores
from tests.dashboard.browser import PATIENCE, Watched, chromium, served

pytest.importorskip("playwright")
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PICTURE = '[data-testid="stMain"] img'


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


def test_the_slider_acts_at_once(server, watched):
    page = watched.open(f"{server}/attention?image=built-in+face")
    picture = page.locator(PICTURE).first
    expect(picture).to_have_attribute("alt", re.compile("radius 0.25"))
    before = picture.get_attribute("src")
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(picture).to_have_attribute("alt", re.compile(r"radius 0\.3 "))
    expect(picture).not_to_have_attribute("src", before)
    expect(page).to_have_url(re.compile("radius=0.3"))


def test_what_is_uploaded_is_shown_or_refused_in_a_sentence(server, watched, tmp_path):
    sound, none = tmp_path / "mine.png", tmp_path / "none.png"
    Image.fromarray(np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)).save(sound)
    none.write_text("<script>alert(1)</script>")
    page = watched.open(f"{server}/attention?image=upload")
    upload = page.locator('input[type="file"]')
    upload.set_input_files(sound)
    expect(page.locator(PICTURE).first).to_have_attribute("alt", re.compile("mine.png"))
    upload.set_input_files(none)
    expect(page.get_by_role("alert").filter(has_text="none.png")).to_be_visible()
    assert page.locator('[data-testid="stException"]').count() == 0
