"""What was asked for so far, by the runs folder alone."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import ValidationError

from bench.runs import Runs
from bench.specification import Specification
from bench.store.submission import Submission
from jobs.matrix_file import shipped_matrices
from registry.errors import RequestError, nearest

log = logging.getLogger(__name__)

#: Characters of an identity that a person has to type at least.
SHORTEST = 4


def matrices(runs: Runs) -> Mapping[str, Submission]:
    """Every matrix with all cells that were ever asked for under its name."""
    found: dict[str, Submission] = {}
    for path in sorted((runs.root / "matrices").glob("*/*.json"), key=_age):
        try:
            newer = Submission.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            log.warning("%s is left out: %s", path, error)
            continue
        older = found.get(newer.name)
        cells = {cell.id: cell for cell in (*_cells(older), *_cells(newer))}
        found[newer.name] = newer.model_copy(update={"specifications": tuple(cells.values())})
    return found


def matrix_asked_for(runs: Runs, name: str) -> Submission:
    """The matrix of this name; a file's name will do.

    Raises
    ------
    RequestError
        None of that name was run here.
    """
    known = matrices(runs)
    stem = _of_file(name)
    if stem not in known:
        raise RequestError(f"no matrix '{stem}' was run here{nearest(stem, known)}")
    return known[stem]


def cells_asked_for(runs: Runs, target: str) -> tuple[str, ...]:
    """Identities of the cells of a matrix (its file's name will do), or the one that begins so.

    Raises
    ------
    RequestError
        There is none, or several cells begin so.
    """
    known = matrices(runs)
    matrix = known.get(_of_file(target) if target.endswith(".toml") else target)
    if matrix is not None:
        return tuple(cell.id for cell in matrix.specifications)
    ids = {cell.id for matrix in known.values() for cell in matrix.specifications}
    ids |= {cell for cell, _, _ in runs.journals()}
    fitting = sorted(cell for cell in ids if cell.startswith(target))
    if len(target) < SHORTEST or not fitting:
        raise RequestError(
            f"no matrix '{target}' was run here, and no cell of `ferbench status` begins so"
            f"{nearest(target, known)}"
        )
    if len(fitting) > 1:
        raise RequestError(f"several cells begin with '{target}': {', '.join(fitting[:5])}")
    return tuple(fitting)


def files_asking_for(runs: Runs, cells: Collection[str]) -> list[str]:
    """What `ferbench run` takes for the matrices with any of these cells: a name, or a file's."""
    shipped = {matrix.name for matrix in shipped_matrices()}
    wanted = set(cells)
    return [
        name if name in shipped else f"{name}.toml"
        for name, matrix in matrices(runs).items()
        if not wanted.isdisjoint(cell.id for cell in matrix.specifications)
    ]


def _of_file(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".toml")


def _cells(submission: Submission | None) -> tuple[Specification, ...]:
    return submission.specifications if submission else ()


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, str(path)
