"""The dashboard as a person uses it: a real server, a real browser, clicks."""

import re
import socket
from pathlib import Path

import pytest

from tests.bench.builders import claimed, epoch, spec, started, submit, write_journal
from tests.dashboard import stores
from tests.dashboard.browser import Watched, chromium, served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PAGES = ("", "matrix", "run", "compare", "studies", "attention", "audit", "export")


@pytest.fixture(scope="module")
def running():
    return spec(seed=77, dataset={"name": "faces", "subjects": 30}, epochs=9)


@pytest.fixture(scope="module")
def server(tmp_path_factory, running):
    home = stores.small(tmp_path_factory.mktemp("browser"))
    submit(home.store, home.runs, running, name="live")
    write_journal(home.runs, running.id, 1, [claimed(), started(running), epoch(1)])
    home.store.close()
    with served(home.store.path) as address:
        yield address, home


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def watched(browser):
    watched = Watched(browser)
    yield watched
    watched.page.close()
    assert watched.errors == []
    assert watched.outside == []


def test_every_page_opens_by_its_address(server, watched):
    address, _ = server
    for name in PAGES:
        page = watched.open(f"{address}/{name}")
        assert page.locator('[data-testid="stException"]').count() == 0, name
        pictures = page.locator('[data-testid="stMain"] img')
        assert all(pictures.nth(n).get_attribute("alt") for n in range(pictures.count()))


def test_a_run_progresses_while_one_looks(server, watched, running):
    from playwright.sync_api import expect

    address, home = server
    page = watched.open(f"{address}/run?cell={running.id}")
    expect(page.get_by_text("1 / 9")).to_be_visible()
    write_journal(home.runs, running.id, 1, [epoch(2), epoch(3)])
    expect(page.get_by_text("3 / 9")).to_be_visible(timeout=60_000)


def test_a_wrong_link_is_told_and_the_address_put_right(server, watched):
    from playwright.sync_api import expect

    address, _ = server
    page = watched.open(f"{address}/?dataset=nothing")
    expect(page.get_by_text("which is not there").first).to_be_visible()
    expect(page).to_have_url(re.compile("dataset=(faces|ckplus)"), timeout=60_000)
    expect(page.get_by_text("which is not there").first).to_be_visible()


def test_only_this_machine_is_listened_to(server):
    address, _ = server
    port = int(address.rpartition(":")[2])
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    local = [line.split()[1] for line in listening if line.split()[3] == "0A"]
    mine = [where for where in local if int(where.rpartition(":")[2], 16) == port]
    assert [where.partition(":")[0] for where in mine] == ["0100007F"]
    assert socket.create_connection(("127.0.0.1", port)).close() is None
