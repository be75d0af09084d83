"""What to audit, by a name or as a file, and the part of the findings that is about it."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from bench.audit.audit import audit
from bench.audit.findings import Finding, key_of
from registry.errors import RequestError, nearest
from registry.reported import (
    ReportedPaper,
    ReportedRow,
    ReportedTable,
    StatedDataset,
    reported_table,
    reported_tables,
    tables_of,
)


def audit_named(name: str | None) -> tuple[Finding, ...]:
    """The findings on a table, on a file, or without a name on every paper that is shipped.

    Parameters
    ----------
    name : str or None
        ``"table1"``, ``"kim_jo/table2"``, the key of a paper, or a TOML file like those in
        ``registry/papers``.

    Raises
    ------
    RequestError
        There is no such table or file, or the file is not what it should be.
    """
    if name is None:
        return audit(reported_tables())
    if name.endswith(".toml") or Path(name).is_file():
        return audit(read_report(Path(name)))
    of_paper = [table for table in reported_tables() if table.source == name]
    if of_paper:
        return audit(of_paper)
    table = reported_table(name)
    # What its other tables print tells the supports of this one.
    report = [other for other in reported_tables() if other.source == table.source]
    return tuple(finding for finding in audit(report) if is_about(finding, table))


def is_about(finding: Finding, table: ReportedTable) -> bool:
    """Whether any place of a finding is in the table."""
    return any(where.startswith(f"{key_of(table)}, ") for where in (finding.where, *finding.also))


def read_report(path: Path) -> Sequence[ReportedTable]:
    """The tables of a paper's file.

    Raises
    ------
    RequestError
        It cannot be read, or is not in the shape of ``registry/papers/*.toml``.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RequestError(f"{path} is not a text file in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{path}: {error}") from None
    try:
        return tables_of(document)
    except ValidationError as error:
        where = [str(path), *getattr(error, "__notes__", ())]
        raise RequestError(": ".join([*where, _sentence(error)])) from None
    except RequestError as error:
        raise RequestError(f"{path}: {error}") from None


#: What each part of a file may hold, for the nearest right name.
_PARTS = {
    "ReportedPaper": {*ReportedPaper.model_fields, "tables"},
    "ReportedTable": {*ReportedTable.model_fields, "heads"} - {"paper", "name"},
    "ReportedRow": {*ReportedRow.model_fields} - {"source", "table"},
    "StatedDataset": {*StatedDataset.model_fields},
}


def _sentence(error: ValidationError) -> str:
    """What is wrong first, in a plain sentence."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    part = error.title if len(first["loc"]) == 1 else "StatedDataset"
    if first["type"] == "extra_forbidden":
        known = _PARTS.get(part, set())
        hint = nearest(str(first["loc"][-1]), known) if known else ""
        return f"there is no '{where}'{hint}"
    if first["type"] == "missing":
        return f"'{where}' is missing"
    return f"{where} = {first['input']!r}: {first['msg']}"
