"""Cells and means of single tables, worked out by hand."""

from tests.bench.audit.papers import findings, paper, row, told

# Of 8, 20 and 40 images.
SUPPORTS = [8, 20, 40]


def test_a_sound_row() -> None:
    # 5/8, 13/20, 31/40: the mean is 68.33, and 49 of 68 are right.
    assert told(paper(row(["62.5", "65", "77.5"], "68.33"), supports=SUPPORTS)) == []
    sound = row(["62.5", "65", "77.5"], "72.06")
    assert told(paper(sound, supports=SUPPORTS, metric="accuracy")) == []


def test_a_misprinted_cell_is_what_gives_the_mean() -> None:
    # 55 is nearer to 57.5, but 11/20 = 55 is sound; 77.6 is none of 40.
    document = paper(row(["62.50", "65.00", "77.60"], "68.33"), supports=SUPPORTS)
    (finding,) = findings(document)
    assert (finding.where, finding.printed, finding.follows) == (
        "p/t, own, Net, Sad",
        "77.60",
        "77.50",
    )
    assert (finding.kind, finding.confidence) == ("cell", "high")
    assert "77.50 (31 of 40) and 80.00 (32 of 40)" in finding.message
    assert "only that gives the printed average 68.33" in finding.message


def test_the_mean_picks_the_farther_neighbour() -> None:
    # 63.9 lies nearest to 65, but 60 (12/20) gives the printed mean 66.67.
    document = paper(row(["62.50", "63.90", "77.50"], "66.67"), supports=SUPPORTS)
    assert told(document) == [("p/t, own, Net, Happy", "63.90", "60.00", "cell")]


def test_a_mean_that_no_cell_explains() -> None:
    document = paper(row(["62.50", "65.00", "77.50"], "68.34"), supports=SUPPORTS)
    (finding,) = findings(document)
    assert (finding.where, finding.follows, finding.kind) == (
        "p/t, own, Net, Average",
        "68.33",
        "mean",
    )
    assert finding.also == ()
    assert "No single cell would mend it" in finding.message


def test_the_one_cell_that_would_mend_a_mean() -> None:
    # One more of 40 adds 2.5 / 3 = 0.83; one more of 20 adds 1.67, of 8 adds 4.17.
    document = paper(row(["62.50", "65.00", "77.50"], "69.17"), supports=SUPPORTS)
    (finding,) = findings(document)
    assert finding.follows == "68.33"
    assert "One single cell would mend it: Sad 80.00 (32 of 40) for 77.50" in finding.message
    assert finding.also == ("p/t, own, Net, Sad",)


def test_a_mean_that_is_cut_off() -> None:
    # 68.3333 rounds to 68.33; 66.6667 cut off is 66.66.
    document = paper(row(["62.50", "60.00", "77.50"], "66.66"), supports=SUPPORTS)
    (finding,) = findings(document)
    assert finding.follows == "66.67"
    assert "66.66 is what cutting off gives" in finding.message


def test_a_cell_that_is_cut_off_among_rounded_ones() -> None:
    # 2/3 = 66.67, 2/7 = 28.57, 5/7 = 71.43; the mean of the counts is 55.56.
    document = paper(row(["66.66", "28.57", "71.43"], "55.56"), supports=[3, 7, 7])
    (finding,) = findings(document)
    assert (finding.kind, finding.follows) == ("truncated", "66.67")


def test_a_table_that_cuts_off_throughout_is_sound() -> None:
    rows = [
        row(["66.66", "28.57", "85.71"], "60.31", label=f"Net {i}", backbone=f"net{i}")
        for i in range(3)
    ]
    # (2/3 + 2/7 + 6/7) / 3 = 60.317: cut off, or rounded, it may be either.
    assert told(paper(*rows, supports=[3, 7, 7])) == []
    rows[1]["average"] = "60.32"
    assert told(paper(*rows, supports=[3, 7, 7])) == []


def test_two_misprints_in_a_row() -> None:
    document = paper(row(["62.40", "65.10", "77.50"], "68.33"), supports=SUPPORTS)
    assert told(document) == [
        ("p/t, own, Net, Angry", "62.40", "62.50", "cell"),
        ("p/t, own, Net, Happy", "65.10", "65.00", "cell"),
    ]


def test_a_percentage_beyond_a_hundred() -> None:
    document = paper(row(["62.50", "165.00", "77.50"], "68.33"), supports=SUPPORTS)
    assert told(document) == [("p/t, own, Net, Happy", "165.00", "65.00", "cell")]


def test_which_mean_it_is_when_the_table_says_the_other() -> None:
    # 49/68 = 72.06 and 8 + 20 + 31 = 59/68 = 86.76; unweighted they would be 68.33 and 92.5.
    rows = [
        row(["62.5", "65", "77.5"], "72.06"),
        row(["100", "100", "77.5"], "86.76", label="Other", backbone="other"),
    ]
    assert told(paper(*rows, supports=SUPPORTS)) == [
        ("p/t, own, metric", "balanced_accuracy", "accuracy", "metric")
    ]


def test_without_supports_the_printed_cells_must_do() -> None:
    assert told(paper(row(["62.51", "65.12", "77.53"], "68.39"))) == []
    # They lie within half a unit of the exact ones, so that a mean of 68.3917 is possible.
    assert told(paper(row(["62.51", "65.12", "77.53"], "68.38"))) == []
    assert told(paper(row(["62.51", "65.12", "77.53"], "68.40"))) == [
        ("p/t, own, Net, Average", "68.40", "68.39", "mean")
    ]
    (finding,) = findings(paper(row(["62.51", "65.12", "77.53"], "69.39")))
    assert (finding.follows, finding.confidence) == ("68.39", "medium")
    # About 3 more in one cell: of these only 68.12 is one changed digit.
    assert "Happy 68.12 for 65.12" in finding.message


def test_an_average_outside_its_cells() -> None:
    document = paper(row(["62.51", "65.12", "77.53"], "87.21"), metric="accuracy")
    (finding,) = findings(document)
    assert (finding.where, finding.kind) == ("p/t, own, Net, Average", "mean")
    assert told(paper(row(["62.51", "65.12", "77.53"], "77.21"), metric="accuracy")) == []


def test_supports_that_are_only_known_to_add_up() -> None:
    # 3/7 6/7, 4/11 9/11, 5/13 and a misprint of 92.31 (12/13).
    rows = [
        row(["42.86", "36.36", "38.46"], "39.23"),
        row(["85.71", "81.82", "92.71"], "86.61", label="Other", backbone="other"),
    ]
    document = paper(*rows, own={"test": 31})
    (finding,) = findings(document)
    assert (finding.where, finding.follows) == ("p/t, own, Other, Sad", "92.31")
    assert "13 test images follows from the table's other figures" in finding.message


def test_cells_of_which_one_must_be_wrong() -> None:
    # Either class can have the three images that 33.33 needs, not both of four in all.
    document = paper(row(["33.33", "33.33"], "33.33"), heads=["Yes", "No"], own={"test": 4})
    (finding,) = findings(document)
    assert (finding.kind, finding.confidence) == ("cell", "low")
    assert finding.also == ("p/t, own, Net, Yes", "p/t, own, Net, No")


def test_figures_that_are_no_shares_are_told_not_to_be_checked() -> None:
    document = paper(
        row(["61.13", "64.77", "78.91"], "68.27"), supports=SUPPORTS, metric="macro_f1"
    )
    assert told(document) == []
    (note,) = [f for f in findings(document, "design") if f.kind == "unchecked"]
    assert "macro_f1" in note.message


def test_a_mean_over_runs() -> None:
    # 29 of 5 × 11 = 52.73, which no single run of 11 gives.
    sound = row(["62.5", "52.73", "77.5"], "64.24")
    assert told(paper(sound, supports=[8, 11, 40], runs=5)) == []
    (finding,) = findings(paper(sound, supports=[8, 11, 40], runs=1))
    assert finding.where == "p/t, own, Net, Happy"
    assert "The printed average 64.24 is that of the cells as printed" in finding.message


def test_a_row_quoted_with_fewer_decimals() -> None:
    rows = [
        row(["42.86", "36.36", "38.46"], "39.23"),
        row(["85.7", "81.8", "92.3"], "86.6", label="Quoted", backbone="other"),
    ]
    assert told(paper(*rows, supports=[7, 11, 13])) == []
