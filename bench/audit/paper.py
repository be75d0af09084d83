"""What the percentages in a paper's tables say of each other, and of how they came about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bench.audit.agreement import check_agreement
from bench.audit.checked import Checked
from bench.audit.claims import check_claims
from bench.audit.datasets import check_dataset, expected_of
from bench.audit.design import check_design
from bench.audit.findings import Finding, key_of, place
from bench.audit.gains import check_gains
from bench.audit.memory import check_memory
from bench.audit.reading import Row, read
from bench.audit.rows import check_rows
from bench.audit.supports import Supports, find_supports
from bench.audit.totals import check_totals
from registry.errors import RequestError, nearest
from registry.reported import ReportedTable, StatedDataset, class_name

#: Looks at all rows of a paper.
Check = Callable[[Sequence[Row]], list[Finding]]


def by_paper(report: Sequence[ReportedTable]) -> list[list[ReportedTable]]:
    """Tables in percent by the paper that prints them.

    Raises
    ------
    RequestError
        A table's unit is not percent.
    """
    for table in report:
        if table.unit != "percent":
            raise RequestError(f"{key_of(table)}: unit '{table.unit}' is not known; 'percent' is")
    papers = groupby(sorted(report, key=lambda table: table.source), key=lambda table: table.source)
    return [list(tables) for _, tables in papers]


def audit_paper(
    tables: Sequence[ReportedTable], check_parameters: Check = lambda _: []
) -> list[Finding]:
    """Everything in the tables of a paper that does not follow, and what gives pause.

    Parameters
    ----------
    tables : sequence of ReportedTable
        All of the paper.
    check_parameters : callable
        Finds what is wrong with printed numbers of parameters, for which it builds models.

    Raises
    ------
    RequestError
        The supports that a paper states are not those of its tables' classes.
    """
    paper = tables[0].paper
    rows = [row for table in tables for row in read(table)]
    found = {group: _supports(own) for group, own in _datasets(rows).items()}
    checked = _check(rows, found)
    arithmetic = [finding for row in checked for finding in row.findings]
    for dataset in dict.fromkeys(row.row.dataset for row in rows):
        of_it = [row for row in rows if row.row.dataset == dataset]
        arithmetic += check_totals(of_it, paper.datasets.get(dataset))
    arithmetic += _epochs(tables)
    for table in tables:
        arithmetic += check_gains([row for row in checked if row.row.table is table])
    arithmetic += check_parameters(rows)
    doubted = {finding.where for finding in arithmetic if finding.group == "arithmetic"}
    arithmetic += check_agreement(rows, doubted)
    for name in paper.datasets:
        arithmetic += check_dataset(paper, name, _of_dataset(found, name))
    arithmetic += check_memory(paper)
    findings = [_with_copies(finding, rows) for finding in arithmetic]
    supports = _exact(checked, found)
    for table in tables:
        own = [row for row in checked if row.row.table is table]
        findings += check_design(table, own, supports)
    return [*findings, *check_claims(paper, checked, supports)]


#: Rows that were counted on the same test part: dataset, protocol and number of runs.
_Part = tuple[str, str, int]


def _part(row: Row) -> _Part:
    return row.row.dataset, row.table.protocol, row.table.runs or 1


def _datasets(rows: list[Row]) -> dict[_Part, list[Row]]:
    """Rows with class cells by the test part that they were counted on."""
    parts: dict[_Part, list[Row]] = {}
    for row in rows:
        if row.cells:
            parts.setdefault(_part(row), []).append(row)
    return parts


def _supports(rows: list[Row]) -> Supports | None:
    paper, dataset = rows[0].table.paper, rows[0].row.dataset
    classes = list(rows[0].cells)
    if any(set(row.cells) != set(classes) for row in rows):
        return None
    columns = {name: tuple(row.cells[name] for row in rows) for name in classes}
    known = [one for one in expected_of(dataset) if set(one.counts) == set(classes)]
    stated = paper.datasets.get(dataset)
    return find_supports(
        columns, stated and _named(stated, dataset, classes), known, rows[0].table.runs or 1
    )


def _named(stated: StatedDataset, dataset: str, classes: list[str]) -> StatedDataset:
    """The same with supports by canonical class names."""
    if stated.supports is None:
        return stated
    supports = {class_name(name): n for name, n in stated.supports.items()}
    for name, n in supports.items():
        if name not in classes:
            hint = nearest(name, classes)
            raise RequestError(f"datasets.{dataset}.supports: no table has a class '{name}'{hint}")
        if n < 1:
            raise RequestError(f"datasets.{dataset}.supports: {name} = {n}: at least 1 is needed")
    for name in classes:
        if name not in supports:
            raise RequestError(f"datasets.{dataset}.supports has no '{name}', the tables do")
    return stated.model_copy(update={"supports": supports})


def _check(rows: list[Row], found: dict[_Part, Supports | None]) -> list[Checked]:
    """Every row, in its order; one without class cells has nothing to check in itself."""
    checked = {id(row): Checked(row) for row in rows}
    for part, own in _datasets(rows).items():
        checked |= {id(one.row): one for one in check_rows(own, found[part])}
    return [checked[id(row)] for row in rows]


def _of_dataset(found: dict[_Part, Supports | None], name: str) -> Supports | None:
    return next((supports for part, supports in found.items() if part[0] == name), None)


def _exact(
    checked: list[Checked], found: dict[_Part, Supports | None]
) -> dict[int, dict[str, int]]:
    """Supports by the ``id`` of each of ``checked`` whose test part has known ones."""
    exact = {}
    for one in checked:
        supports = found.get(_part(one.row))
        if supports is not None and supports.exact is not None:
            exact[id(one)] = {name: n * supports.runs for name, n in supports.exact.items()}
    return exact


def _epochs(tables: Sequence[ReportedTable]) -> Iterator[Finding]:
    for table in tables:
        epochs = table.paper.recipes.epochs
        for row in table.rows:
            if epochs is None or row.best_epoch is None:
                continue
            if not 1 <= row.best_epoch <= epochs:
                message = f"The models were trained for {epochs} epochs."
                where = place(table, row, "best epoch")
                yield Finding(where, str(row.best_epoch), "", "epoch", "high", message)


def _with_copies(finding: Finding, rows: list[Row]) -> Finding:
    """A finding on an average, with the other tables that print the same one."""
    own = next((row for row in rows if row.place("Average") == finding.where), None)
    if own is None:
        return finding
    places = tuple(
        row.place("Average")
        for row in rows
        if row.table is not own.table
        and row.average == own.average
        and _part(row) == _part(own)
        and (row.row.backbone, row.row.attention) == (own.row.backbone, own.row.attention)
    )
    if not places:
        return finding
    message = f"{finding.message} It is printed in {' and in '.join(places)} too."
    return replace(finding, message=message, also=(*finding.also, *places))
