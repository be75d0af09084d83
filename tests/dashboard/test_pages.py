"""Each page on an empty, a small and a broken database, without a browser."""

import json
import os
import re
import sqlite3

import numpy as np
import pytest
from sqlalchemy import delete, select, text
from streamlit.testing.v1 import AppTest

from bench.board import board, entered
from bench.statistics.reproduction import tables_named
from bench.store.database import StoreError
from bench.store.ingest import ingest
from bench.store.models import Cell, Evaluation
from dashboard.reading import forget
from tests.bench.builders import claimed, epoch, spec, started, write_journal
from tests.dashboard.conftest import PAGES, VIEWS, no_traceback, said
from tests.dashboard.stores import NASTY


@PAGES
def test_an_empty_database_says_how_to_begin(look, empty, view):
    app = look(empty, view)
    no_traceback(app)
    assert not app.error
    if view in ("leaderboard", "matrix", "run", "compare", "export"):
        assert "ferbench run quick" in said(app)


@PAGES
def test_pages_on_a_small_database(look, small, view):
    app = look(small, view)
    no_traceback(app)
    assert not app.error


@PAGES
def test_pages_on_failures(look, failures, view):
    app = look(failures, view)
    no_traceback(app)
    assert not app.error


def test_the_leaderboard_has_the_numbers_of_the_board(look, small):
    app = look(small)
    shown = app.dataframe[0].value
    with small.store.read() as session:
        dataset = app.selectbox(key="dataset").value
        lines = board(session, entered(session, dataset=dataset), tables_named(session))
    assert shown["mean"].tolist() == pytest.approx(
        sorted((line.measured.mean for line in lines), reverse=True)
    )
    assert shown["n"].tolist() == [4] * len(lines)
    by_attention = {line.attention: line for line in lines if line.backbone == "resnet18"}
    plain = by_attention.pop("none")
    for line in by_attention.values():
        assert line.gain.points.mean == pytest.approx(line.measured.mean - plain.measured.mean)


def test_a_filter_asks_anew_and_changes_the_table(look, small):
    app = look(small)
    before = app.dataframe[0].value["mean"].tolist()
    app.selectbox(key="metric").set_value("macro_f1").run()
    no_traceback(app)
    assert app.dataframe[0].value["mean"].tolist() != before
    app.selectbox(key="backbone").set_value("resnet18").run()
    assert all(name.startswith("resnet18 / ") for name in app.dataframe[0].value["model"])


def test_any_confusion_matrix_is_the_stores(look, small):
    with small.store.read() as session:
        cell = session.scalar(select(Cell.id).limit(1))
        key = session.scalar(select(Cell.key).where(Cell.id == cell))
        counts = session.get_one(Evaluation, (key, 2, "test")).confusion
    app = look(small, "run", cell=cell, show="Classes", epoch="2")
    no_traceback(app)
    shown = next(one.value for one in app.dataframe if "true" in one.value)
    np.testing.assert_array_equal(shown.drop(columns="true").to_numpy(), counts)


def test_a_run_beside_another_shows_what_differs_only(look, failures):
    with failures.store.read() as session:
        first, second = session.scalars(select(Cell.id).order_by(Cell.key).limit(2))
    app = look(failures, "run", cell=first, show="Specification", other=second)
    no_traceback(app)
    assert app.dataframe[0].value["setting"].tolist() == ["seed"]


def test_two_models_are_compared_on_their_pairs(look, small):
    app = look(small, "compare")
    names = app.multiselect(key="model").options
    picked = [name for name in names if name.startswith("resnet18")][:2]
    app.multiselect(key="model").set_value(picked).run()
    no_traceback(app)
    comparison, pairs = app.dataframe[0].value, app.dataframe[1].value
    assert comparison["pairs"].tolist() == [4]
    assert comparison["gain"][0] == pytest.approx(pairs["gain"].mean())


def test_a_study_is_shown_with_all_its_trials_and_figures(look, studied):
    app = look(studied, "studies")
    no_traceback(app)
    assert not app.error
    trials = app.dataframe[0].value
    assert len(trials) == 15
    assert trials["state"].tolist().count("✂ pruned") == 3
    assert "attention.radius = 0.25, attention.profile = gaussian" in said(app)
    assert "Importance" in said(app)
    assert {"history", "parallel coordinates", "importances", "reports"} <= headings(app)


def test_a_study_of_two_objectives_has_its_front(look, studied):
    app = look(studied, "studies", study="sizes")
    no_traceback(app)
    assert "pareto front" in headings(app)
    front = app.dataframe[0].value.set_index("attention.radius")["on the front"]
    assert sorted(front[front == "✓"].index) == ["0.02", "0.25", "0.5"]


def headings(app) -> set[str]:
    return {one.value.strip("*").replace("\\", "") for one in app.markdown}


def test_failures_are_readable_and_the_command_is_there(look, failures):
    app = look(failures, "matrix")
    assert "ferbench retry all-states --failed" in said(app)
    assert "--diverged" in said(app)
    assert f"Traceback\n{NASTY}" in [one.value for one in app.code]


def test_who_was_killed_is_lost_and_not_running(look, failures):
    journal = failures.runs.journal(spec(seed=10).id, 1)
    touched = journal.stat()
    os.utime(journal, (0, 0))  # a worker touches it every few seconds
    app = look(failures, "matrix")
    os.utime(journal, ns=(touched.st_atime_ns, touched.st_mtime_ns))
    no_traceback(app)
    assert not [badge for badge in app.markdown if "1 running" in badge.value]
    assert any("1 lost" in badge.value for badge in app.markdown)
    assert any(code.value.startswith("ferbench retry all-states --lost") for code in app.code)


@pytest.mark.parametrize("view", ["matrix", "run", "leaderboard"])
def test_nothing_of_a_message_becomes_markup(look, failures, view):
    with failures.store.read() as session:
        cell = session.scalar(select(Cell.id).where(Cell.state == "failed"))
    app = look(failures, view, **({"cell": cell} if view == "run" else {}))
    for one in (*app.markdown, *app.caption, *app.error, *app.warning, *app.info):
        assert not one.allow_html if hasattr(one, "allow_html") else True
        assert "<script>" not in one.value
        assert "](http" not in one.value


def test_a_database_that_goes_away_is_a_sentence_and_comes_back(look, empty):
    app = look(empty)
    kept = empty.store.path.read_bytes()
    empty.store.close()
    empty.store.path.unlink()
    app.run()
    no_traceback(app)
    assert "there is no results database" in said(app).lower()
    empty.store.path.write_bytes(kept)
    app.run()
    assert not app.error


def test_an_older_database_is_told_what_to_do(look, empty):
    with empty.store.write() as session:
        session.execute(text("UPDATE ferbench_version SET version_num = '0001'"))
    app = look(empty)
    no_traceback(app)
    assert "ferbench db upgrade" in said(app)


def test_what_is_no_database_is_a_sentence(look, empty):
    empty.store.close()
    empty.store.path.write_bytes(b"no database at all" * 100)
    for view in VIEWS:
        no_traceback(look(empty, view))
    assert "cannot read the results database" in said(look(empty)).lower()


@pytest.mark.slow
def test_a_locked_database_is_a_sentence(look, empty):
    """By somebody who writes and does not end, where there is no WAL."""
    path = empty.store.path
    empty.store.close()
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = DELETE")
    writer.execute("BEGIN EXCLUSIVE")
    app = look(empty)
    writer.close()
    no_traceback(app)
    assert "database is locked" in said(app)
    assert not look(empty).error


def test_a_run_that_is_deleted_while_it_is_shown(look, empty):
    cell = spec()
    write_journal(empty.runs, cell.id, 1, [claimed(), started(cell), epoch(1)])
    ingest(empty.store, empty.runs)
    app = look(empty, "run", cell=cell.id)
    assert not app.error
    with empty.store.write() as session:
        for table in ("class_metrics", "evaluations", "epochs", "attempts"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(delete(Cell))
    app.run()
    no_traceback(app)
    assert "ferbench run quick" in said(app) or "there is no cell" in said(app).lower()


def test_a_run_moves_on_the_screen(look, empty):
    cell = spec()
    write_journal(empty.runs, cell.id, 1, [claimed(), started(cell), epoch(1)])
    ingest(empty.store, empty.runs)
    app = look(empty, "run", cell=cell.id)
    assert app.metric[1].value == "1 / 3"
    write_journal(empty.runs, cell.id, 1, [epoch(2)])
    ingest(empty.store, empty.runs)
    app.run()
    assert app.metric[1].value == "2 / 3"


def test_the_audit_marks_a_finding_wherever_its_figure_is_printed(look, small):
    """Table 1 prints an average that follows from no row of Table 2, which has the classes."""
    first = look(small, "audit", table="kim_jo/table1")
    average = first.dataframe[0].value.loc["ResNet18 + HFC", "Average"]
    assert re.match(r"92\.31 \(✗\d+\)", average)
    assert "outside this table" not in said(first).split("The unweighted mean of its classes")[0]

    second = look(small, "audit", table="kim_jo/table2")
    no_traceback(second)
    table = next(one.value for one in second.dataframe if "Contempt" in one.value.columns)
    assert table.loc["ResNet18 + Ours", "Average"].startswith("92.31 ✗")
    assert table.loc["ResNet18 + Ours", "Surprise"].startswith("100 (✗")


def test_a_matrix_is_exported_as_a_table_for_a_paper(look, small):
    app = look(small, "export", export="For a paper", layout="big")
    no_traceback(app)
    assert not app.error
    files = [button.label for button in app.get("download_button")]
    assert files == ["LaTeX", "Markdown", "CSV", "HTML"]
    (shown,) = app.get("html")
    assert "<caption>" in shown.proto.body


def test_a_table_that_has_nothing_here_says_what_it_asks_for(look, small):
    app = look(small, "export", export="For a paper", layout="table1")
    no_traceback(app)
    assert "which asks for dataset: ckplus" in said(app)


def test_the_report_of_a_matrix_is_one_file(look, small):
    app = look(small, "export", export="Report")
    no_traceback(app)
    assert not app.error
    assert app.selectbox(key="matrix_of_report").value == "big"
    assert [button.label for button in app.get("download_button")] == ["The page"]


def test_the_pages_cannot_write(small):
    with pytest.raises(StoreError, match="readonly"), small.store.read() as session:
        session.execute(text("DELETE FROM matrices"))


def test_the_list_of_runs_leads_to_each(look, small):
    (table,) = look(small, "run").dataframe
    columns = json.loads(table.proto.columns)
    assert columns["open"]["type_config"]["type"] == "link"
    assert columns["open"]["pinned"]


def test_a_lost_run_is_lost_on_its_own_page_too(look, failures):
    journal = failures.runs.journal(spec(seed=10).id, 1)
    touched = journal.stat()
    os.utime(journal, (0, 0))
    (lost,) = look(failures, "run", state="lost").dataframe[0].value["cell"]
    assert "No cell is like that" in said(look(failures, "run", state="running"))
    everything = look(failures, "run").dataframe[0].value.set_index("cell")
    assert everything.loc[lost, "state"].endswith("lost")
    (state,) = (one for one in look(failures, "run", cell=lost).metric if one.label == "State")
    os.utime(journal, ns=(touched.st_atime_ns, touched.st_mtime_ns))
    assert state.value.endswith("lost")


def test_what_nobody_foresaw_is_a_sentence(look, small, monkeypatch, caplog):
    def broken(*_args):
        raise IndexError("list index out of range")

    monkeypatch.setattr("bench.board.configurations", broken)
    forget()
    app = look(small)
    assert not app.exception
    assert "something here is not as it should be (IndexError: list index out of range)" in said(
        app
    )
    assert "Traceback" in caplog.text
    forget()


def test_a_long_command_stands_by_itself():
    def page():
        from dashboard.told import say

        say(f"nothing was measured: run `ferbench cost {'model ' * 60}-o x`")
        say("A.png is no image")
        say("a.png is no image")
        say("there is none")

    app = AppTest.from_function(page).run()
    assert app.code[0].value == f"ferbench cost {'model ' * 60}-o x"
    told = [one.value.replace("\\", "") for one in app.error]
    assert told[0] == "Nothing was measured: run this"
    assert told[1:] == ["A.png is no image", "a.png is no image", "There is none"]
