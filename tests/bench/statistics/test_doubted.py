"""Misprints that the audit finds are told wherever the printed figure is used."""

import pytest

from bench.audit.findings import place
from bench.audit.report import audit_named
from bench.statistics.doubted import doubt
from registry.reported import find, reported_table, reported_tables


@pytest.mark.parametrize(
    ("table", "key", "column", "follows"),
    [
        ("table2", ("jaffe", "resnet18", "hfc"), "gain", "-1.53 follows"),
        ("table2", ("ckplus", "resnet18", "hfc"), "Average", "92.54 follows"),
        ("table1", ("ckplus", "resnet18", "hfc"), "Average", "92.54 follows"),  # prints it again
        ("table2", ("jaffe", "resnet18", "bam"), "gain", ""),
        ("table1", ("ckplus", "resnet18", "none"), "Average", ""),
    ],
)
def test_of_the_paper(table, key, column, follows):
    row = find(table, *key)
    assert row is not None
    found = doubt(reported_table(table), row, column)
    assert (follows in found) if follows else found == ""


def test_whatever_the_whole_audit_finds_in_a_figure_is_told_beside_it():
    """The audit builds models for numbers of parameters; what stands beside a run does not."""
    found = [one for one in audit_named(None) if one.group == "arithmetic" and one.follows]
    wrong = {one.where for one in found}
    concerned = wrong | {where for one in found for where in one.also}
    told = {
        place(table, row, column)
        for table in reported_tables()
        for row in table.rows
        for column in ("Average", "gain")
        if doubt(table, row, column)
    }
    assert told
    assert told <= concerned
    assert {where for where in wrong if where.endswith((", Average", ", gain"))} <= told
