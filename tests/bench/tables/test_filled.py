"""What stands in a table, against figures worked out by hand and by SciPy."""

import csv
from io import StringIO

import numpy as np
import pytest
from scipy import stats

from bench.tables import plain
from bench.tables.arrangement import arrange
from bench.tables.fill import fill
from bench.tables.layout import parse_layout
from bench.tables.named import table_of
from registry.errors import RequestError
from tests.bench.tables.conftest import WRONG


@pytest.fixture
def table1(bench):
    with bench.session() as session:
        return table_of(session, "table1", "best")


def accuracies(attention):
    return 100 - 100 * np.array(WRONG[attention]) / 80


def entry_of(table, attention):
    (entry,) = [one for one in table.entries if one.labels["attention"] == attention]
    return entry


def test_mean_and_deviation_are_numpys(table1):
    for attention in ("none", "hfc"):
        cell = entry_of(table1, attention).cells["balanced_accuracy", ""]
        assert cell.value == pytest.approx(np.mean(accuracies(attention)))
        assert cell.std == pytest.approx(np.std(accuracies(attention), ddof=1))
        assert cell.n == 7


def test_the_gain_is_of_pairs_with_students_interval(table1):
    gain = entry_of(table1, "hfc").cells["gain", ""]
    pairs = accuracies("hfc") - accuracies("none")
    low, high = stats.t.interval(0.95, 6, np.mean(pairs), stats.sem(pairs))
    assert gain.value == pytest.approx(np.mean(pairs))
    assert (gain.low, gain.high) == pytest.approx((low, high))


def test_the_papers_figures_stand_beside_and_its_other_gain_does_too(table1):
    hfc, plain_one = entry_of(table1, "hfc"), entry_of(table1, "none")
    assert hfc.cells["balanced_accuracy", ""].reported == "92.31"
    assert plain_one.cells["balanced_accuracy", ""].reported == "86.9"
    assert plain_one.cells["gain", ""].applies is False
    assert hfc.unlike == ("other data: 160 images, not 981",)


def test_the_best_is_bold_and_what_can_be_told_from_it_is_not(table1):
    assert entry_of(table1, "hfc").cells["balanced_accuracy", ""].best
    cell = entry_of(table1, "none").cells["balanced_accuracy", ""]
    assert not cell.best
    assert not cell.tied


def test_a_sure_gain_has_a_letter_and_its_note_names_the_tests(table1):
    letters = {note.mark: note.text for note in table1.notes}
    (mark,) = entry_of(table1, "hfc").cells["gain", ""].marks
    assert letters[mark].startswith("Higher than the baseline at 5 %: paired t test across runs")
    assert "across images" in letters[mark]


def test_what_was_not_run_is_missing_and_not_left_out(table1):
    arranged = arrange(table1)
    rows = {row.head: row for row in arranged.rows}
    assert list(rows) == [
        "ResNet18",
        "ResNet18 + HFC",
        "ResNet18 + LFC",
        "ResNet18 + (HFC, LFC)",
        "ResNet18 + (HFC, LFC, HL)",
    ]
    place = [column.head for column in arranged.columns].index("Average (%)")
    assert rows["ResNet18 + (HFC, LFC)"].figures[place].number == "—"
    assert rows["ResNet18 + (HFC, LFC)"].figures[place + 1].number == "91.7"
    lonely = entry_of(table1, "lfc").cells["n", ""]
    letters = {note.mark: note.text for note in table1.notes}
    assert letters[lonely.marks[0]] == "1 more asked for and without a result."


def test_a_reported_misprint_is_told(table1):
    told = [note.text for note in table1.notes if "misprinted" in note.text]
    assert told == [
        "Reported 92.31 (ResNet18 + HFC, ckplus): misprinted, by the paper's own numbers: 92.54 "
        "follows (see the audit)."
    ]


def test_the_caption_says_under_what_conditions(table1):
    for said in (
        "Data: ckplus.",
        "Protocol: paper.",
        "best balanced accuracy on the test part",
        "optimistic",
        "Training seeds: 0–6; split seeds: 0.",
        "Commit:",
    ):
        assert said in table1.caption


def test_csv_has_all_of_it_unrounded(table1):
    rows = list(csv.DictReader(StringIO(plain.render(table1))))
    assert [row["attention"] for row in rows] == ["none", "hfc", "lfc", "hfc_lfc", "hfc_lfc_hl"]
    found = float(rows[1]["balanced_accuracy.value"])
    assert found == pytest.approx(np.mean(accuracies("hfc")), rel=1e-14)
    assert rows[1]["conclusion"] == "higher"
    assert rows[3]["balanced_accuracy.value"] == ""
    assert rows[3]["balanced_accuracy.reported"] == "91.7"


def test_text_that_a_spreadsheet_would_carry_out_is_only_text(table1):
    hostile = table1.entries[0].__class__({"attention": "=1+1"}, "@x", {}, {})
    text = plain.render(table1.__class__("t", table1.layout, "best", "", (hostile,), ()))
    assert text.splitlines()[1].startswith("'=1+1,'@x,")


def test_columns_may_stand_for_models(bench):
    layout = parse_layout(
        'rows = ["dataset"]\ncolumns = ["attention"]\nmetrics = ["balanced_accuracy", "n"]\n'
        '[only]\nattention = ["none", "hfc"]\n[names]\nckplus = "CK+"\n[decimals]\n'
        "balanced_accuracy = 0\n",
        "mine.toml",
    )
    with bench.session() as session:
        arranged = arrange(fill(session, "mine", layout, "best"))
    assert arranged.groups == ("none", "hfc")
    (row,) = arranged.rows
    assert (row.head, arranged.corner) == ("CK+", "Dataset")
    measured = [
        (column.group, figure.number, figure.spread)
        for column, figure in zip(arranged.columns, row.figures, strict=True)
        if column.head == "Average (%)"
    ]
    assert measured == [("none", "72", "2"), ("hfc", "87", "2")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rows = ["dataset"]\nmetrics = ["acuracy"]', "no 'acuracy'; did you mean 'accuracy'"),
        ('rows = ["datset"]\nmetrics = ["n"]', "no 'datset'; did you mean 'dataset'"),
        ('row = ["dataset"]', "no key 'row'; did you mean 'rows'"),
        ('rows = ["dataset"]\nmetrics = ["n"]\n[only]\nattention = ["hfcc"]', "did you mean 'hfc'"),
        ("rows = [", "mine.toml:"),
        ('rows = ["dataset", "dataset"]\nmetrics = ["n"]', "stands twice"),
        ('rows = ["dataset"]\nmetrics = ["n"]\n[decimals]\nn = 12', "0 to 9"),
    ],
)
def test_a_layout_that_cannot_be_is_a_sentence(text, said):
    with pytest.raises(RequestError) as error:
        parse_layout(text, "mine.toml")
    assert said in str(error.value)


def test_an_unknown_name_is_met_with_the_nearest(bench):
    with bench.session() as session, pytest.raises(RequestError, match="did you mean 'table1'"):
        table_of(session, "tabel1", "best")
