"""What of a matrix was run, with what code, and where."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.cells import CellState, cell_states
from bench.store.models import Attempt, Cell, MatrixCell

_SHORT = 12


@dataclass(frozen=True)
class Ran:
    """The cells of a matrix.

    Attributes
    ----------
    states : mapping of str to int
        Cells in each state.
    missing : tuple of CellState
        Those that are not done.
    seeds, split_seeds : tuple of int
        Of those that are done.
    commits, machines : mapping of str to int
        Cells that were trained with this code, in this environment.
    latest : datetime or None
        When the last of them ended.
    """

    states: Mapping[str, int]
    missing: tuple[CellState, ...]
    seeds: tuple[int, ...]
    split_seeds: tuple[int, ...]
    commits: Mapping[str, int]
    machines: Mapping[str, int]
    latest: datetime | None

    @property
    def asked(self) -> int:
        """Cells of the matrix."""
        return sum(self.states.values())

    @property
    def done(self) -> int:
        """Cells with a result."""
        return self.states.get("done", 0)


def ran(session: Session, matrix: str) -> Ran:
    """What the store says of the cells of this matrix."""
    cells = cell_states(session, matrix)
    done = [cell for cell in cells if cell.state == "done"]
    environments = _environments(session, matrix)
    return Ran(
        Counter(cell.state for cell in cells),
        tuple(cell for cell in cells if cell.state != "done"),
        tuple(sorted({cell.seed for cell in done})),
        tuple(sorted({cell.split_seed for cell in done})),
        Counter(_commit(one) for one in environments),
        Counter(_machine(one) for one in environments),
        _latest(session, matrix),
    )


def _environments(session: Session, matrix: str) -> list[Mapping[str, Any]]:
    """Of each cell that is done, that of its latest attempt."""
    query = (
        select(Attempt.cell_key, Attempt.environment)
        .join(MatrixCell, MatrixCell.cell_key == Attempt.cell_key)
        .join(Cell, Cell.key == Attempt.cell_key)
        .where(MatrixCell.matrix == matrix, Cell.state == "done")
        .order_by(Attempt.cell_key, Attempt.number)  # the latest stays
    )
    return [found or {} for found in {row[0]: row[1] for row in session.execute(query)}.values()]


def _latest(session: Session, matrix: str) -> datetime | None:
    query = (
        select(func.max(Attempt.ended_at))
        .join(MatrixCell, MatrixCell.cell_key == Attempt.cell_key)
        .where(MatrixCell.matrix == matrix)
    )
    return session.scalar(query)


def _commit(environment: Mapping[str, Any]) -> str:
    commit = str(environment.get("commit") or "")[:_SHORT] or "unknown commit"
    changed = " with changes" if environment.get("dirty") else ""
    source = environment.get("source")
    return f"{commit}{changed}" + (f", source {source}" if source else "")


def _machine(environment: Mapping[str, Any]) -> str:
    device = environment.get("device_name") or environment.get("cpu") or "unknown machine"
    packages = environment.get("packages") or {}
    told = [str(device)]
    told += [f"{name} {packages[name]}" for name in ("torch", "timm") if packages.get(name)]
    if environment.get("python"):
        told.insert(1, f"Python {environment['python']}")
    if environment.get("deterministic"):
        told.append("deterministic")
    return ", ".join(told)
