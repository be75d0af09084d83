"""Misprints that the audit finds are told wherever the printed figure is used."""

import pytest

from bench.statistics.doubted import doubt
from registry.reported import find, reported_table


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
