"""Where Optuna keeps a study: chosen by where it runs, and made once, before any worker."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import create_engine, inspect

from bench.home import Home
from bench.intake import take_in
from bench.runs import Runs
from bench.store.database import Store
from jobs import study_lease
from jobs.study import Sampler, Study
from jobs.study_run import open_study, prepare, trials_of
from jobs.study_storage import SCHEMA, Place, place_for
from registry.errors import RequestError
from tests import postgres
from tests.jobs.studies import BASE, RADIUS, Bowl, begun, home_in, register_small, told, worker_of

STUDY = Study(
    name="bowl",
    base=BASE | {"attention": "hfc"},
    space=RADIUS,
    trials=4,
    sampler=Sampler(name="random"),
)


def test_a_local_disk_gets_a_file_beside_the_results(tmp_path):
    prepared = begun(STUDY, home_in(tmp_path))
    assert prepared.place.file == tmp_path / "results.studies.db"
    assert prepared.place.file.exists()
    assert not (tmp_path / "results.db").exists()  # that one is for results


def test_a_cluster_gets_a_journal_that_it_can_share(tmp_path):
    home = home_in(tmp_path)
    prepared = begun(STUDY, home, where="slurm")
    assert prepared.place.file == home.runs.root / "studies" / "optuna.log"
    assert not (tmp_path / "results.studies.db").exists()
    assert prepare(STUDY, home, "local").place == prepared.place  # it stays where it is


def test_a_shared_disk_gets_a_journal_too(tmp_path, monkeypatch):
    monkeypatch.setattr("jobs.study_storage.is_shared", lambda _path: True)
    assert not place_for(home_in(tmp_path), "local").url


def test_what_began_in_a_local_file_goes_to_no_cluster(tmp_path):
    home = home_in(tmp_path)
    begun(STUDY, home)
    with pytest.raises(RequestError, match="go on with --where local, or begin anew with --name"):
        prepare(STUDY, home, "slurm")


def test_a_server_keeps_it_in_a_schema_of_its_own(tmp_path):
    url = postgres.server().new_database()
    home = Home(Store(url), Runs(tmp_path / "runs"), {})
    prepared = begun(STUDY, home, where="slurm")
    assert worker_of(prepared, home, Bowl())()
    assert take_in(home) == ""
    tables = inspect(create_engine(url))
    assert {"studies", "trials"} <= set(tables.get_table_names(schema=SCHEMA))
    assert "trials" not in tables.get_table_names(schema="public")
    assert "cells" in tables.get_table_names(schema="public")
    assert "cells" not in tables.get_table_names(schema=SCHEMA)
    assert list(tmp_path.rglob("*.db")) == list(tmp_path.rglob("optuna.log")) == []

    same = home_in(tmp_path / "local")
    local = begun(STUDY, same)
    worker_of(local, same, Bowl())()
    assert told(local) == told(prepared)


def test_many_that_begin_it_at_once_queue_up_its_trials_once(tmp_path):
    register_small()
    home = home_in(tmp_path)
    prepared = prepare(STUDY, home, "inline")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: open_study(prepared, home), range(4)))
    assert len(trials_of(prepared)) == 4


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    home = home_in(tmp_path)
    prepared = prepare(STUDY, home, "slurm")
    (tmp_path / "results.runs").write_text("in the way")
    with pytest.raises(RequestError, match=r"results\.runs"):
        open_study(prepared, home)


def test_of_two_that_find_nobody_only_one_has_it(tmp_path, monkeypatch):
    others = []

    def meanwhile(*_: object) -> bool:
        monkeypatch.undo()
        others.append(study_lease.take(tmp_path, "opening"))
        return False

    monkeypatch.setattr(study_lease, "_is_held", meanwhile)
    assert study_lease.take(tmp_path, "opening") is None
    assert others[0] is not None


def test_whoever_fails_to_make_it_keeps_nobody_else_off(tmp_path, monkeypatch):
    register_small()
    home = home_in(tmp_path)
    prepared = prepare(STUDY, home, "inline")

    def full(_: Place) -> None:
        raise RequestError("no room")

    with monkeypatch.context() as broken:
        broken.setattr(Place, "create", full)
        with pytest.raises(RequestError, match="no room"):
            open_study(prepared, home)
    assert len(open_study(prepared, home).get_trials()) == 4
