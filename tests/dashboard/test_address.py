"""What an address asks for, and what a page says where that is not to be had."""

import pytest
from sqlalchemy import select
from streamlit.runtime.state.query_params import QueryParams

from bench.store.models import Cell
from dashboard.address import NAMES
from tests.dashboard.conftest import PAGES, no_traceback, said


@pytest.mark.parametrize(
    ("view", "address"),
    [
        ("leaderboard", {"metric": "luck"}),
        ("leaderboard", {"dataset": "<b>nothing</b>"}),
        ("leaderboard", {"model": ["x", "y"]}),
        ("run", {"cell": "zz"}),
        ("run", {"cell": "%00"}),
        ("run", {"configuration": "zz"}),
        ("compare", {"model": ["nothing / such"]}),
        ("audit", {"table": "table99"}),
        ("attention", {"radius": "wide"}),
        ("export", {"export": "Everything"}),
    ],
)
def test_a_bad_address_is_a_sentence(look, small, view, address):
    app = look(small, view, **address)
    no_traceback(app)
    assert app.error or app.warning


@PAGES
def test_a_name_in_the_address_that_no_page_has_is_said(look, small, view):
    app = look(small, view, datset="faces")
    assert "'datset', which no page has; did you mean 'dataset'?" in said(app)
    assert "which no page has" not in said(look(small, view, dataset="faces", embed="true"))


def test_a_name_that_stands_twice_in_the_address_is_said(look, small):
    app = look(small, rule=["best", "last"])
    assert "names rule 2 times: 'last' holds" in said(app)
    assert app.selectbox(key="rule").value == "last"


@pytest.mark.parametrize(
    ("name", "column"), [("cell", Cell.id), ("configuration", Cell.configuration)]
)
def test_so_is_one_that_no_field_settles(look, small, name, column):
    with small.store.read() as session:
        first, second = session.scalars(select(column).distinct().limit(2))
    app = look(small, "run", **{name: [first, second]})
    assert f"names {name} 2 times: '{second}' holds" in said(app)


def test_a_switch_is_on_or_off(look, small):
    with small.store.read() as session:
        cell = session.scalar(select(Cell.id).where(Cell.state == "done").limit(1))
    app = look(small, "run", cell=cell, show="Mistakes", images="maybe")
    assert "asks for images = 'maybe', which is not there" in said(app)
    assert not app.toggle(key="images").value
    app = look(small, "run", cell=cell, show="Mistakes", images="False")
    assert "asks for" not in said(app)


def test_a_slip_is_told_once_however_often_the_page_is_drawn(look, small):
    app = look(small, "run", sheet="99")
    for _ in range(3):
        app.run()
        assert [one.value for one in app.warning if "sheet = 99" in one.value.replace("\\", "")]
        assert len(app.warning) == 1


@PAGES
def test_every_name_that_a_page_binds_is_a_known_one(look, small, view, monkeypatch):
    bound = set()
    bind = QueryParams.bind_widget

    def listening(self, param_key, *args, **options):
        bound.add(param_key)
        return bind(self, param_key, *args, **options)

    monkeypatch.setattr(QueryParams, "bind_widget", listening)
    look(small, view)
    assert bound
    assert bound <= NAMES
