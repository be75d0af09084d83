"""The table of costs, which is made from the records of the runs folder and gives them back."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.cost.record import CostRecord, CostRow
from bench.runs import Runs, write_once
from bench.store.database import Store
from bench.store.models import Cost
from bench.store.upsert import insert_new

_OF_RECORD = ("measured_at", "settings", "environment")


def record_costs(store: Store, name: str, record: CostRecord) -> None:
    """Enter a measurement, unless it is there already."""
    shared = {"record": name, "measured_at": record.measured_at} | record.model_dump(
        mode="json", include={"settings", "environment"}
    )
    rows = [
        shared | {"number": number} | row.model_dump(mode="json")
        for number, row in enumerate(record.rows)
    ]
    with store.write() as session:
        insert_new(session.connection(), Cost, rows)


def cost_records(session: Session) -> tuple[CostRecord, ...]:
    """Every measurement of the database, oldest first."""
    query = select(Cost).order_by(Cost.measured_at, Cost.record, Cost.number)
    rows = session.scalars(query).all()
    return tuple(_record(group) for _, group in groupby(rows, key=lambda row: row.record))


def known_costs(store: Store) -> set[str]:
    """Names of the measurements that the database has."""
    with store.read() as session:
        return set(session.scalars(select(Cost.record).distinct()))


def without_record(store: Store, runs: Runs) -> list[str]:
    """Measurements of a database of which a runs folder knows nothing."""
    return sorted(name for name in known_costs(store) if not runs.cost(name).exists())


def export_costs(session: Session, runs: Runs, names: Iterable[str]) -> None:
    """Write measurements into a runs folder, as they were written when they were taken."""
    for name in names:
        query = select(Cost).where(Cost.record == name).order_by(Cost.number)
        write_once(runs.cost(name), _record(session.scalars(query)).model_dump_json(indent=1))


def _record(rows: Iterable[Cost]) -> CostRecord:
    rows = list(rows)
    models = tuple(CostRow.model_validate(_values(row, CostRow.model_fields)) for row in rows)
    return CostRecord(**_values(rows[0], _OF_RECORD), rows=models)


def _values(row: Cost, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
