"""Journals: what is written is read, whole lines only, and nothing wrong is read over."""

import base64
import multiprocessing
import resource
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bench.attempt import _part
from bench.engine import PartResult
from bench.journal import (
    EpochEnded,
    Journal,
    JournalError,
    Part,
    ends,
    pack_logits,
    read,
    unpack_logits,
)
from tests.bench.builders import claimed, ended, epoch, full_run, selected, spec, started

EVENTS = [
    claimed(),
    started(spec(), resumed_after=2),
    epoch(3, ((5, 1), (0, 7)), loss=0.1 + 0.2),
    epoch(4, loss=None),
    selected("best", 3, value=-1.5),
    selected("last", 4),
    ended("diverged"),
    ended("failed").model_copy(update={"traceback": "line one\r\n\u2028 line two \x85 'ü'"}),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "attempt-0001.jsonl"
    path.touch()
    return path


def write(path: Path, *events) -> None:
    journal = Journal(path)
    for event in events:
        journal.write(event)
    journal.close()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event)
def test_an_event_reads_back_as_it_was(path, event):
    write(path, event)
    assert read(path) == ([event], path.stat().st_size)
    assert path.read_bytes().count(b"\n") == 1


def test_events_come_in_order_and_from_an_offset_on(path):
    write(path, *EVENTS[:3])
    first, offset = read(path)
    write(path, *EVENTS[3:])
    rest, end = read(path, offset)
    assert [*first, *rest] == EVENTS
    assert end == path.stat().st_size
    assert read(path, end) == ([], end)


def test_a_torn_last_line_is_left_for_the_next_read(path):
    write(path, *EVENTS[:2])
    whole = path.stat().st_size
    write(path, EVENTS[2])
    text = path.read_bytes()
    for cut in range(whole, len(text)):
        path.write_bytes(text[:cut])
        assert read(path) == (EVENTS[:2], whole)
    path.write_bytes(text)
    assert read(path, whole) == ([EVENTS[2]], len(text))


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"event": "epoch", "epo',
        b"not json",
        b"",
        b'{"event": "unheard of"}',
        b'{"event": "claimed"}',
        b"\xff\xfe",
    ],
)
def test_a_wrong_whole_line_is_named(path, wrong):
    write(path, *EVENTS[:2])
    with path.open("ab") as file:
        file.write(wrong + b"\n")
    with pytest.raises(JournalError) as error:
        read(path)
    assert str(path) in str(error.value)
    assert "line 3" in str(error.value)


def test_a_loss_that_is_no_number_is_null():
    for loss in (float("nan"), float("inf"), -float("inf")):
        part = _part(PartResult(loss, np.array([[1, 0], [0, 2]])))
        assert part == Part(loss=None, confusion=((1, 0), (0, 2)))
        assert '"loss":null' in part.model_dump_json()
    assert _part(PartResult(0.25, np.eye(2, dtype=np.int64))).loss == 0.25


def test_no_other_figure_may_be_anything_but_a_number():
    with pytest.raises(ValueError, match="finite number"):
        EpochEnded.model_validate(epoch(1).model_dump() | {"lr": float("nan")})


@given(hnp.arrays(np.float32, st.tuples(st.integers(0, 9), st.just(7))))
def test_logits_keep_their_bits(logits):
    text = pack_logits(logits)
    assert unpack_logits(text, 7).tobytes() == logits.tobytes()
    # as the documentation of the format says, without our own reader
    plain = np.frombuffer(zlib.decompress(base64.b64decode(text)), "<f4").reshape(-1, 7)
    np.testing.assert_array_equal(plain, logits)


def test_first_and_last_line(path):
    assert ends(path) == ({}, {})
    write(path, claimed())
    assert ends(path)[0] == ends(path)[1]
    assert ends(path)[0]["holder"] == claimed().holder
    write(path, *EVENTS[1:3], ended("preempted"))
    with path.open("ab") as file:
        file.write(b'{"event": "torn')
    first, last = ends(path)
    assert first["event"] == "claimed"
    assert last["state"] == "preempted"


def test_a_last_line_that_is_none_is_named(path):
    write(path, claimed())
    with path.open("ab") as file:
        file.write(b"{broken}\n")
    with pytest.raises(JournalError, match=str(path)):
        ends(path)


def _write_many(path: Path) -> None:
    journal = Journal(path)
    for number in range(1, 301):
        journal.write(epoch(number, np.full((8, 8), number).tolist()))


def test_a_reader_beside_the_writer_never_sees_half_a_line(path):
    writer = multiprocessing.get_context("fork").Process(target=_write_many, args=(path,))
    writer.start()
    events, offset = [], 0
    while writer.is_alive() or path.stat().st_size > offset:
        more, offset = read(path, offset)
        events += more
    writer.join()
    assert [event.epoch for event in events] == list(range(1, 301))


def test_threads_do_not_tear_each_others_lines(path):
    threads = [threading.Thread(target=_write_many, args=(path,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read(path)[0]) == 900


def _fill_the_disk(path: Path, limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    journal = Journal(path)
    try:
        for event in full_run(spec(), [((1, 0), (0, 1))] * 3):
            journal.write(event)
    except OSError:
        journal.write(ended("failed"))  # shorter than what did not fit


def test_a_line_that_a_full_disk_cut_off_does_not_spoil_the_next(path):
    """What follows a line that did not fit must not be glued to its first half."""
    write(path, claimed(), started(spec()))
    begun = path.stat().st_size
    path.write_bytes(b"")
    # room for the end, but not for all of the epoch before it
    limit = begun + len(ended("failed").model_dump_json()) + 20
    child = multiprocessing.get_context("fork").Process(target=_fill_the_disk, args=(path, limit))
    child.start()
    child.join()
    assert [event.event for event in read(path)[0]] == ["claimed", "started", "ended"]
