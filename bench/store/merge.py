"""Takes the results of another place in: journals first, then the rows that they give."""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import journal
from bench.runs import Runs, make_folder, replacing
from bench.store.database import Store
from bench.store.elsewhere import folders_of
from bench.store.export import without_journal
from bench.store.ingest import ingest
from registry.errors import RequestError


@dataclass(frozen=True)
class Merged:
    """What a merge did.

    Attributes
    ----------
    attempts : int
        That came in.
    grown : int
        Attempts that were here already, and say more there.
    submissions : int
        Of matrices, that came in.
    kept : tuple of str
        Cells that were trained at both places, and stay as they are here.
    left_out : tuple of str
        Journals that cannot be read, and why.
    """

    attempts: int
    grown: int
    submissions: int
    kept: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Attempt:
    """A journal as it is at one of the two places."""

    path: Path
    text: bytes
    claim: tuple[Any, ...]
    done: bool


def merge(
    store: Store, runs: Runs, other: str, tick: Callable[[int, int], None] = lambda *_: None
) -> Merged:
    """Take in another results database, or a folder of journals; twice is as good as once.

    Where a cell was trained at both places, what is done here stays. What is not done here, and
    done there, comes in as later attempts. Checkpoints and weights stay where they are.

    Parameters
    ----------
    other : str
        Path or URL of a database, or a runs folder. A file's own journals lie beside it; what has
        none is made into journals from its rows.

    Raises
    ------
    RequestError
        It is neither, is this one itself, or is of another version; or this database knows what
        none of its own journals does.
    """
    with folders_of(other, store, runs) as folders:
        store.upgrade()
        _refuse_rows_without_journals(store, runs)
        submissions = sum(_copy_texts(folder, runs) for folder in folders)
        theirs, left_out = _by_cell(folders)
        attempts, grown, kept = 0, 0, []
        for cell, some in theirs.items():
            grown += _grow(runs, cell, some)
            new = _new(_attempts_here(runs, cell), some)
            if new is None:
                kept.append(cell)
            else:
                attempts += len(new)
                _add(runs, cell, new)
    ingest(store, runs, tick)
    return Merged(attempts, grown, submissions, tuple(kept), tuple(left_out))


def _refuse_rows_without_journals(store: Store, runs: Runs) -> None:
    lost = without_journal(store, runs)
    if lost:
        raise RequestError(
            f"{len(lost)} attempts of {store} have no journal in {runs.root}, which what comes in "
            f"could be told from; first make it anew: `ferbench db merge {store} --db NEW.db`"
        )


def _copy_texts(theirs: Runs, runs: Runs) -> int:
    """Splits, costs and submissions, named by what is in them; how many submissions were new."""
    new = 0
    for pattern in ("splits/*.json", "costs/*.json", "matrices/*/*.json"):
        for path in sorted(theirs.root.glob(pattern)):
            here = runs.root / path.relative_to(theirs.root)
            if not here.exists():
                make_folder(here.parent)
                with replacing(here) as temporary:
                    temporary.write_bytes(path.read_bytes())
                    shutil.copystat(path, temporary)  # the latest submission names the matrix
                new += pattern.startswith("matrices")
    return new


def _by_cell(folders: list[Runs]) -> tuple[dict[str, list[_Attempt]], list[str]]:
    numbered: dict[str, list[tuple[int, _Attempt]]] = {}
    left_out = []
    for folder in folders:
        for cell, number, path in folder.journals():
            try:
                found = _read(path)
            except (RequestError, OSError) as error:
                left_out.append(f"{path}: {error}")
                continue
            if found:
                numbered.setdefault(cell, []).append((number, found))
    by_cell = {}
    for cell, found_here in numbered.items():
        by_cell[cell] = [one for _, one in sorted(found_here, key=lambda pair: pair[0])]
    return by_cell, left_out


def _attempts_here(runs: Runs, cell: str) -> list[_Attempt]:
    found = (_read(runs.journal(cell, number)) for number in runs.attempts(cell))
    return [one for one in found if one]


def _read(path: Path) -> _Attempt | None:
    """None where not even the claim is written yet."""
    text = path.read_bytes()
    first, last = journal.ends(path)
    if not first:
        return None
    claim = (first.get("time"), first.get("holder"))
    return _Attempt(path, text, claim, last.get("state") == "done")


def _grow(runs: Runs, cell: str, theirs: list[_Attempt]) -> int:
    """Replace journals by longer ones that begin the same; how many."""
    here = {one.claim: one for one in _attempts_here(runs, cell)}
    grown = 0
    for one in theirs:
        mine = here.get(one.claim)
        if mine and len(one.text) > len(mine.text) and one.text.startswith(mine.text):
            with replacing(mine.path) as temporary:
                _copy(one, temporary)
            grown += 1
    return grown


def _new(here: list[_Attempt], theirs: list[_Attempt]) -> list[_Attempt] | None:
    """Attempts that come in after those that are here; None where ours are kept instead."""
    known, offered = ({one.claim for one in side} for side in (here, theirs))
    new = [one for one in theirs if one.claim not in known]
    if new and here:
        trained_here_too = not known <= offered
        if here[-1].done or (trained_here_too and not theirs[-1].done):
            return None
    return new


def _add(runs: Runs, cell: str, new: list[_Attempt]) -> None:
    for one in new:
        folder = make_folder(runs.cell(cell))
        with tempfile.TemporaryDirectory(dir=folder, prefix=".merge.") as temporary:
            whole = Path(temporary) / "journal"
            whole.touch(mode=0o600)
            _copy(one, whole)
            _claim_number(runs, cell, whole)


def _claim_number(runs: Runs, cell: str, whole: Path) -> None:
    """Give a whole journal the next number, as `jobs.claim` does: only one process can have it."""
    while True:
        number = max(runs.attempts(cell), default=0) + 1
        try:
            os.link(whole, runs.journal(cell, number))
        except FileExistsError:
            continue
        return


def _copy(one: _Attempt, path: Path) -> None:
    path.write_bytes(one.text)
    # Its age tells for how long nobody has written to it.
    found = one.path.stat()
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
