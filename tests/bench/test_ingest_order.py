"""The same rows, in whatever order and pieces the journals are taken in."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.journal import Event
from bench.runs import Runs, write_once
from bench.store.ingest import ingest, ingest_journal
from tests.bench.builders import (
    BACKENDS,
    RIGHT,
    WRONG,
    attempts_at,
    claimed,
    close,
    dump,
    full_run,
    new_store,
    spec,
    submit,
    write_journal,
)


def write_all(runs: Runs, journals: dict[tuple[str, int], list[Event]]) -> None:
    for (cell, attempt), events in journals.items():
        write_journal(runs, cell, attempt, events)


def world() -> dict[tuple[str, int], list[Event]]:
    """Cells with one attempt, with three of which one is a zombie, and with one hardly begun."""
    plain, contested, begun = spec(seed=1), spec(seed=2), spec(seed=3)
    journals = {(plain.id, 1): full_run(plain, [RIGHT, WRONG])}
    for number, events in enumerate(attempts_at(contested), start=1):
        journals[contested.id, number] = events
    journals[begun.id, 1] = full_run(begun, [WRONG, RIGHT])
    journals[begun.id, 2] = [claimed(99)]
    return journals


def reference(known: bool) -> dict[str, Any]:
    """The rows that one ingest of everything gives."""
    with TemporaryDirectory() as folder:
        runs, store = Runs(Path(folder) / "runs"), new_store(Path(folder))
        if known:
            submit(store, runs, *(spec(seed=seed) for seed in (1, 2, 3)))
        write_all(runs, world())
        ingest(store, runs)
        rows = dump(store)
        close(store)
    return rows


def place(runs: Runs, texts: dict[tuple[str, int], bytes]) -> None:
    for key, text in texts.items():
        runs.journal(*key).parent.mkdir(parents=True, exist_ok=True)
        runs.journal(*key).write_bytes(text)
    write_once(runs.split("5" * 32), '{"train": ["a", "b", "c"], "test": ["d"]}')


def texts() -> dict[tuple[str, int], bytes]:
    with TemporaryDirectory() as folder:
        runs = Runs(Path(folder))
        write_all(runs, world())
        return {key: runs.journal(*key).read_bytes() for key in world()}


REFERENCE = {known: reference(known) for known in (False, True)}
TEXTS = texts()
JOURNALS = list(TEXTS)


def test_the_reference_holds_what_it_should():
    """That the comparisons below are of something."""
    tables = REFERENCE[True]
    empty = [name for name, found in tables.items() if not found]
    assert empty == ["costs"]  # which no attempt tells of
    assert len(tables["epochs"]) == 2 + 4 + 2
    assert len(tables["attempts"]) == 6


class TestIdempotence:
    @pytest.mark.parametrize("known", [False, True])
    def test_twice(self, store, runs, known):
        if known:
            submit(store, runs, *(spec(seed=seed) for seed in (1, 2, 3)))
        write_all(runs, world())
        assert ingest(store, runs) == len(JOURNALS)
        assert dump(store) == REFERENCE[known]
        assert ingest(store, runs) == 0
        assert dump(store) == REFERENCE[known]

    def test_a_rebuild_gives_the_same_rows(self, store, runs, another_store):
        submit(store, runs, *(spec(seed=seed) for seed in (3, 1, 2)))
        for (cell, attempt), events in reversed(world().items()):
            path = write_journal(runs, cell, attempt, events)
            ingest_journal(store, runs, cell, attempt, path)
        rebuilt = another_store()
        ingest(rebuilt, runs)
        assert dump(rebuilt) == dump(store) == REFERENCE[True]

    @pytest.mark.parametrize("backend", BACKENDS)
    @settings(max_examples=15, deadline=None)
    @given(order=st.permutations(JOURNALS), known=st.booleans())
    def test_in_any_order_of_the_journals(
        self, backend: str, order: Sequence[tuple[str, int]], known: bool
    ):
        with TemporaryDirectory() as folder:
            runs, store = Runs(Path(folder) / "runs"), new_store(Path(folder), backend=backend)
            if known:
                submit(store, runs, *(spec(seed=seed) for seed in (1, 2, 3)))
            place(runs, TEXTS)
            for cell, attempt in order:
                ingest_journal(store, runs, cell, attempt, runs.journal(cell, attempt))
            ingest(store, runs)
            assert dump(store) == REFERENCE[known]
            close(store)

    @pytest.mark.parametrize("backend", BACKENDS)
    @settings(max_examples=15, deadline=None)
    @given(
        cuts=st.lists(
            st.tuples(st.sampled_from(JOURNALS), st.floats(0, 1), st.booleans()), max_size=8
        ),
        known=st.booleans(),
    )
    def test_cut_at_any_byte(
        self, backend: str, cuts: Sequence[tuple[tuple[str, int], float, bool]], known: bool
    ):
        """Journals that grow by pieces, each taken in by itself or with all the others."""
        with TemporaryDirectory() as folder:
            runs, store = Runs(Path(folder) / "runs"), new_store(Path(folder), backend=backend)
            if known:
                submit(store, runs, *(spec(seed=seed) for seed in (1, 2, 3)))
            place(runs, dict.fromkeys(TEXTS, b""))
            for key, fraction, alone in cuts:
                path = runs.journal(*key)
                length = max(round(fraction * len(TEXTS[key])), path.stat().st_size)
                path.write_bytes(TEXTS[key][:length])
                if alone:
                    ingest_journal(store, runs, *key, path)
                else:
                    ingest(store, runs)
            place(runs, TEXTS)
            ingest(store, runs)
            assert dump(store) == REFERENCE[known]
            close(store)
