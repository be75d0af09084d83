"""What was asked for: matrices and their cells, before anything is trained."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.specification import Specification, label
from bench.store.database import Store
from bench.store.models import Cell, Matrix, MatrixCell
from bench.store.upsert import insert_new, lock, upsert


class Submission(BaseModel, frozen=True):
    """What one submission of a matrix asked for: a file in the runs folder."""

    name: str
    title: str
    reported: str | None
    specifications: tuple[Specification, ...]


def record_submission(store: Store, submission: Submission) -> None:
    """Enter a matrix and its cells."""
    with store.write() as session:
        # Two that enter the same cells in different orders would wait for each other for ever.
        lock(session.connection(), Matrix)
        row = {"name": submission.name, "title": submission.title}
        upsert(session.connection(), Matrix, [row | {"reported": submission.reported}])
        keys = record_cells(session, submission.specifications)
        members = [{"matrix": submission.name, "cell_key": key} for key in keys.values()]
        insert_new(session.connection(), MatrixCell, members)


def record_cells(session: Session, specifications: Iterable[Specification]) -> Mapping[str, int]:
    """Enter cells that are not known yet; gives the key of each by its identity."""
    wanted = {cell.id: cell for cell in specifications}
    known = _keys(session, list(wanted))
    # A row is made for what is new alone: naming a component takes importing it.
    new = [_cell_row(cell) for identity, cell in wanted.items() if identity not in known]
    insert_new(session.connection(), Cell, new)
    return known | _keys(session, [row["id"] for row in new])


def _keys(session: Session, identities: Sequence[str]) -> dict[str, int]:
    keys: dict[str, int] = {}
    for start in range(0, len(identities), 500):
        some = identities[start : start + 500]
        found = session.execute(select(Cell.id, Cell.key).where(Cell.id.in_(some)))
        keys.update((identity, key) for identity, key in found)
    return keys


def _cell_row(cell: Specification) -> dict[str, Any]:
    return {
        "id": cell.id,
        "configuration": cell.configuration,
        "specification": cell.model_dump(mode="json"),
        "dataset": label("dataset", cell.dataset),
        "data": cell.data,
        "protocol": label("protocol", cell.protocol),
        "backbone": label("backbone", cell.backbone),
        "attention": label("attention", cell.attention),
        "seed": cell.seed,
        "split_seed": cell.split_seed,
        "fold": cell.fold,
        "epochs": cell.recipe.epochs,
        "state": "queued",
        "epochs_done": 0,
    }
