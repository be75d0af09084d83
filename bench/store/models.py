"""Tables of the results database.

Only what a journal states is stored, and what follows from it by `bench.metrics`; all of it can be
thrown away and made anew. Rows below a cell are keyed by a small whole number, for there may be
millions of them; the cell's identity is the key that people and journals use.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class PlainText(TypeDecorator[str]):
    """Text; a NUL, which PostgreSQL cannot store, becomes the replacement character."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Towards the database."""
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if value else value


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can speak of it."""

    type_annotation_map: ClassVar = {str: PlainText}
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, kept as UTC without saying so, for SQLite has no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Towards the database."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database."""
        return value.replace(tzinfo=UTC) if value else None


#: Tables of millions of rows are kept in the order of their key, with no second index.
CLUSTERED = {"sqlite_with_rowid": False}


class Cell(Base):
    """A specification that was asked for or trained, with the state of its latest attempt."""

    __tablename__ = "cells"
    __table_args__ = (Index("ix_cells_dataset", "dataset", "state"),)
    key: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    configuration: Mapped[str] = mapped_column(index=True)
    specification: Mapped[dict[str, Any]] = mapped_column(JSON)
    dataset: Mapped[str]
    data: Mapped[str]
    protocol: Mapped[str]
    backbone: Mapped[str]
    attention: Mapped[str]
    seed: Mapped[int]
    split_seed: Mapped[int]
    fold: Mapped[int]
    state: Mapped[str] = mapped_column(default="queued", index=True)
    epochs: Mapped[int]
    epochs_done: Mapped[int] = mapped_column(default=0)
    classes: Mapped[list[str] | None] = mapped_column(JSON)
    images: Mapped[dict[str, int] | None] = mapped_column(JSON)
    parameters: Mapped[int | None]


class Attempt(Base):
    """One attempt at a cell; a later one takes over from the epoch it resumed after."""

    __tablename__ = "attempts"
    cell_key: Mapped[int] = mapped_column(ForeignKey("cells.key"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    holder: Mapped[str]
    job: Mapped[str] = mapped_column(default="", server_default=text("''"))
    log: Mapped[str] = mapped_column(default="", server_default=text("''"))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resumed_after: Mapped[int | None]
    reason: Mapped[str] = mapped_column(default="")
    traceback: Mapped[str] = mapped_column(default="")
    split: Mapped[str | None]
    environment: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    offset: Mapped[int] = mapped_column(BigInteger, comment="bytes of the journal taken in")


class Epoch(Base):
    """One epoch of a cell, as its latest attempt trained it."""

    __tablename__ = "epochs"
    __table_args__ = CLUSTERED
    cell_key: Mapped[int] = mapped_column(ForeignKey("cells.key"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    attempt: Mapped[int]
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lr: Mapped[float]
    seconds: Mapped[float]
    images_per_second: Mapped[float]
    peak_memory: Mapped[int] = mapped_column(BigInteger)


class Evaluation(Base):
    """One part of the data after one epoch: the confusion matrix, and what follows from it."""

    __tablename__ = "evaluations"
    __table_args__ = CLUSTERED
    cell_key: Mapped[int] = mapped_column(ForeignKey("cells.key"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    loss: Mapped[float | None]
    accuracy: Mapped[float | None]
    balanced_accuracy: Mapped[float | None]
    macro_f1: Mapped[float | None]
    confusion: Mapped[list[list[int]]] = mapped_column(JSON)


class ClassMetric(Base):
    """One class of an evaluation; undefined figures are NULL, never 0."""

    __tablename__ = "class_metrics"
    __table_args__ = CLUSTERED
    cell_key: Mapped[int] = mapped_column(ForeignKey("cells.key"), primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    support: Mapped[int]
    recall: Mapped[float | None]
    precision: Mapped[float | None]
    f1: Mapped[float | None]


class Selection(Base):
    """The epoch that a rule picked in a cell that ended, and what it reached on the test part.

    The latter is a copy of that evaluation, which `bench.store.statements` keeps in step: those of
    many runs lie far apart in their own table, where a disk takes long to find them, and here
    beside each other.
    """

    __tablename__ = "selections"
    cell_key: Mapped[int] = mapped_column(ForeignKey("cells.key"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    accuracy: Mapped[float | None]
    balanced_accuracy: Mapped[float | None]
    macro_f1: Mapped[float | None]
    confusion: Mapped[list[list[int]] | None] = mapped_column(JSON(none_as_null=True))


class Prediction(Base):
    """Logits of one part at a picked epoch: float32, (images, classes), zlib; the split's order."""

    __tablename__ = "predictions"
    cell_key: Mapped[int] = mapped_column(ForeignKey("cells.key"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    logits: Mapped[bytes] = mapped_column(LargeBinary)


class SplitRow(Base):
    """The image names of each part of a split: JSON, zlib."""

    __tablename__ = "splits"
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    parts: Mapped[bytes] = mapped_column(LargeBinary)


class Matrix(Base):
    """A matrix that was submitted."""

    __tablename__ = "matrices"
    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    reported: Mapped[str | None]


class MatrixCell(Base):
    """Which cells a matrix asked for."""

    __tablename__ = "matrix_cells"
    matrix: Mapped[str] = mapped_column(ForeignKey("matrices.name"), primary_key=True)
    cell_key: Mapped[int] = mapped_column(ForeignKey("cells.key"), primary_key=True, index=True)


class Cost(Base):
    """What one model cost in a measurement; ``record`` names the measurement's file."""

    __tablename__ = "costs"
    record: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    measured_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    environment: Mapped[dict[str, Any]] = mapped_column(JSON)
    model: Mapped[str]
    backbone: Mapped[dict[str, Any]] = mapped_column(JSON)
    attention: Mapped[dict[str, Any]] = mapped_column(JSON)
    size: Mapped[int]
    batch: Mapped[int]
    device: Mapped[str]
    parameters: Mapped[int] = mapped_column(BigInteger)
    flops: Mapped[int] = mapped_column(BigInteger)
    flops_by_operation: Mapped[dict[str, int]] = mapped_column(JSON)
    latency_ms_p50: Mapped[float]
    latency_ms_p95: Mapped[float]
    throughput: Mapped[float]
    peak_memory: Mapped[int] = mapped_column(BigInteger)
    to_vanilla: Mapped[dict[str, float]] = mapped_column(JSON)
