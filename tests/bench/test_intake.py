"""Whatever keeps a database from being brought up to date is told, and stops no run."""

import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from bench import intake
from bench.home import Home
from bench.runs import Runs
from tests.bench.builders import close, new_store

WORDS = sqlite3.IntegrityError("UNIQUE constraint\nfailed: cells.id")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (IntegrityError("INSERT INTO cells …", {}, WORDS), "UNIQUE constraint failed: cells.id"),
        (InvalidRequestError("This connection is closed"), "This connection is closed"),
    ],
)
def test_is_one_sentence(tmp_path, monkeypatch, error, said):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(intake, "ingest", fail)
    home = Home(new_store(tmp_path), Runs(tmp_path / "results.runs"), {})
    found = intake.take_in(home)
    close(home.store)
    assert found.endswith(said)
    assert "\n" not in found
    assert "INSERT" not in found
