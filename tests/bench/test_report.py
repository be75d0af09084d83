"""The page on a matrix: its numbers by hand and by the functions, and that nothing can get in."""

from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import update

from bench.leaderboard import leaderboard
from bench.report.page import report, write
from bench.report.proof import gain_seen_by
from bench.statistics.claim import claims
from bench.statistics.intervals import Estimate, t_interval
from bench.statistics.power import POWER, power_of_runs
from bench.statistics.reproduction import reproductions
from bench.statistics.settings import Scope, compare_all
from bench.store.costs import record_costs
from bench.store.models import Cell
from bench.store.submission import Submission, record_submission
from registry.errors import RequestError
from tests.bench.builders import close, cost_record, spec
from tests.bench.statistics.builders import Bench, split, wrong_at
from tests.dashboard import stores
from tests.dashboard.browser import chromium

#: 48 test images, 24 of each class: an image that is wrong costs 100 / 48 points.
SPLIT = split(people=12)
WRONG = {"hfc": (1, 2, 3, 1, 2, 3), "none": (9, 10, 8, 9, 10, 8)}
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)> $\\frac$ &amp;'
VOID = {"meta", "link", "img", "line", "circle"}
SECTIONS = ("run", "figures", "claim", "comparisons", "verdicts", "ladder", "power", "ranks")


class Read(HTMLParser):
    """A page taken apart: the text of each section, every tag, and every address."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = defaultdict(str)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, str]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append((tag, found.get("id") or ""))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        names = [name for tag, name in self.open if tag == "section"]
        self.texts[names[-1] if names else self.open[-1][0] if self.open else ""] += data + " "

    @property
    def addresses(self) -> list[str]:
        return [
            str(found[key]) for _, found in self.tags for key in ("src", "href") if key in found
        ]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Six seeds of two models; a seventh of one was asked for only."""
    bench = Bench(tmp_path_factory.mktemp("report"))
    cells = [spec(seed=6)]
    for attention, wrong in WRONG.items():
        for seed, count in enumerate(wrong):
            cells.append(spec(attention=attention, seed=seed))
            bench.run(cells[-1], SPLIT, wrong_at(SPLIT, range(count)))
    bench.submit("small", *cells, reported="kim_jo/table1")
    with bench.session():
        record_costs(bench.store, "measured", cost_record())
    yield bench
    close(bench.store)


@pytest.fixture(scope="module")
def page(bench):
    with bench.session() as session:
        return report(session, "small")


@pytest.fixture(scope="module")
def read(page):
    return Read(page)


def test_figures_by_hand(read):
    # 2 of 48 wrong on average, with a deviation of √0.8 images; then 9 of 48
    assert "95.83 ± 1.86" in read.texts["figures"]
    assert "81.25 ± 1.86" in read.texts["figures"]
    # 8, 8, 5, 8, 8, 5 images more: 7 on average; all six signs one way: 2 / 2⁶
    assert "+14.58" in read.texts["comparisons"]
    assert "sign-flip across runs: p = 0.0312" in read.texts["comparisons"]
    assert "only hfc has right: 42, only none: 0" in read.texts["comparisons"]


def test_figures_are_those_of_the_functions(bench, read):
    with bench.session() as session:
        standings = leaderboard(session, "small")
        (compared,) = compare_all(session, ["hfc", "none"], Scope("best", "small"))
        (claimed,) = claims(session, Scope("best", "small"))
        judged = reproductions(session, "best", "small")
    for one in standings:
        assert f"{one.low:.2f} to {one.high:.2f}" in read.texts["figures"]
        assert f"{one.reported:.2f}" in read.texts["figures"]
    assert f"{compared.gain.low:+.2f} to {compared.gain.high:+.2f}" in read.texts["comparisons"]
    assert f" {compared.conclusion} " in read.texts["comparisons"]
    assert claimed.paragraph in read.texts["claim"]
    assert len([one for one in judged if one.measured is not None]) == 3
    assert all(str(one.verdict) in read.texts["verdicts"] for one in judged)


def test_what_was_run_is_told(read):
    told = read.texts["run"]
    for expected in ("12 done", "1 queued", "0–5", "subject", "unknown commit (12 cells)"):
        assert expected in told
    assert spec(seed=6).id[:8] in told
    assert "12 / 13" in " ".join(read.texts.values())


def test_cost_and_pictures_stand_there_with_their_words(read):
    assert "2.50" in read.texts["cost"]
    pictures = [found for tag, found in read.tags if tag == "img"]
    assert len(pictures) == 6  # cost, curves, and two of each of two models
    assert all(len(found["alt"] or "") > 40 for found in pictures)
    # 10 of 6 × 24 images of the one class are wrong, 2 of the other
    assert any("class0 93 %, class1 99 %" in str(found["alt"]) for found in pictures)


def test_what_there_is_not_is_said(read):
    assert "stands on two rungs" in read.texts["ladder"]
    assert "There is no ranking" in read.texts["ranks"]


def test_the_gain_that_runs_see_has_the_power_that_is_said(bench):
    gains = [8.0, 8, 5, 8, 8, 5]
    estimate = t_interval(gains)
    seen = gain_seen_by(estimate)
    assert power_of_runs(seen, estimate.sd, 6) == pytest.approx(POWER, abs=1e-6)
    assert gain_seen_by(Estimate(1, 3.0)) is None


def test_nothing_is_loaded_from_anywhere(page, read):
    assert all(one.startswith(("#", "data:")) for one in read.addresses)
    assert not {"script", "iframe", "object", "form"} & {tag for tag, _ in read.tags}
    assert "@import" not in page
    assert "url(" not in page


def test_links_lead_to_sections(read):
    ids = [found["id"] for _, found in read.tags if "id" in found]
    assert len(ids) == len(set(ids))
    links = [one for one in read.addresses if one.startswith("#")]
    assert {one.removeprefix("#") for one in links} <= set(ids)
    assert len(links) == 12


def test_the_same_store_gives_the_same_page(bench, page):
    with bench.session() as session:
        assert report(session, "small") == page


def test_ranks_over_datasets(tmp_path):
    bench = Bench(tmp_path)
    cells = []
    for number in range(3):
        for attention, wrong in (("none", 3), ("bam", 2), ("hfc", 1)):
            cell = spec(attention=attention).model_copy(update={"data": f"{number}" * 32})
            cells.append(cell)
            bench.run(cell, SPLIT, wrong_at(SPLIT, range(wrong)))
    bench.submit("wide", *cells)
    with bench.session() as session:
        told = Read(report(session, "wide"))
    close(bench.store)
    assert "hfc 1.00 bam 2.00 none 3.00" in " ".join(told.texts["ranks"].split())
    # 6 of the 6³ ways are as extreme
    assert "Friedman test over 3 datasets: p = 0.0278" in told.texts["ranks"]
    assert "The store holds no measurement" in told.texts["cost"]
    assert "names no reported table" in told.texts["verdicts"]


def test_what_others_named_stays_text(tmp_path):
    home = stores.failures(tmp_path)
    evil = Submission(
        name="evil", title=EVIL, reported=None, specifications=(spec(seed=12), spec(seed=10))
    )
    record_submission(home.store, evil)
    with home.store.write() as session:
        session.execute(update(Cell).values(classes=[EVIL, "b"], attention=EVIL))
    with home.store.read() as session:
        pages = [report(session, "evil"), report(session, "all-states")]
    close(home.store)
    for page in pages:
        read = Read(page)
        assert "script" not in {tag for tag, _ in read.tags}
        assert not any("onerror" in found for _, found in read.tags)
        assert all(one.startswith(("#", "data:")) for one in read.addresses)
        assert EVIL in " ".join(read.texts.values())
    assert stores.NASTY in Read(pages[1]).texts["run"]


def test_a_matrix_without_a_result_has_every_section(tmp_path):
    bench = Bench(tmp_path)
    bench.submit("asked", spec(), spec(attention="hfc"))
    with bench.session() as session:
        read = Read(report(session, "asked"))
    close(bench.store)
    assert all(len(read.texts[name].split()) > 8 for name in (*SECTIONS, "cost", "pictures"))
    assert "missing" in read.texts["figures"]


def test_an_unknown_matrix_is_refused_with_the_nearest(bench):
    with bench.session() as session, pytest.raises(RequestError, match="did you mean 'small'"):
        report(session, "smal")


def test_a_page_takes_the_place_of_another(tmp_path):
    folder = tmp_path / "new" / "er"
    assert write("one", folder) == folder / "index.html"
    write("two – ü", folder)
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    assert (folder / "index.html").read_text(encoding="utf-8") == "two – ü"


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match="cannot write"):
        write("page", tmp_path / "file")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_browser_opens_it(page, tmp_path: Path, width, scheme):
    path = write(page, tmp_path)
    heard: list[str] = []
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened.on("console", lambda message: heard.append(message.text))
        opened.on("pageerror", lambda error: heard.append(str(error)))
        opened.on("request", lambda request: heard.append(request.url))
        opened.goto(path.as_uri())
        assert opened.locator("h1").inner_text() == "small"
        wide = opened.evaluate("document.documentElement.scrollWidth")
        shown = opened.evaluate("[...document.images].every(i => i.complete && i.naturalWidth)")
    assert [one for one in heard if not one.startswith(("file:", "data:"))] == []
    assert wide <= width
    assert shown
