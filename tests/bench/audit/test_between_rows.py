"""Gains, tables that print the same, and numbers of parameters, worked out by hand."""

from tests.bench.audit.papers import findings, paper, row, told


def plain(average: str = "80.1", **values) -> dict:
    return row([], average, label="Net", **values)


def other(average: str, gain: str | None, name: str = "one", **values) -> dict:
    values = {"label": f"Net + {name}", "attention": name, **values}
    return row([], average, **values) | ({} if gain is None else {"gain": gain})


def test_gains_that_follow() -> None:
    assert told(paper(plain(), other("81.3", "+1.2"), other("79.8", "-0.3", "two"))) == []


def test_a_gain_that_rounding_explains() -> None:
    # 81.26 − 80.14 = 1.12 and 81.34 − 80.06 = 1.28: from 1.1 to 1.3 all can be.
    for gain in ("+1.1", "+1.2", "+1.3"):
        assert told(paper(plain(), other("81.3", gain))) == []
    assert told(paper(plain(), other("81.3", "+1.4"))) == [
        ("p/t, own, Net + one, gain", "+1.4", "+1.2", "gain")
    ]


def test_a_wrong_sign() -> None:
    (finding,) = findings(paper(plain(), other("79.8", "+0.3")))
    assert (finding.follows, finding.confidence) == ("-0.3", "high")
    assert "80.1 = −0.3, not +0.3: the sign is wrong" in finding.message


def test_a_gain_over_nothing_is_told_not_to_be_checked() -> None:
    document = paper(other("81.3", "+1.2"))
    assert told(document) == []
    (note,) = [f for f in findings(document, "design") if f.kind == "unchecked"]
    assert note.where == "p/t, own, Net + one, gain"


def test_a_baseline_that_all_gains_contradict() -> None:
    document = paper(plain("86.1"), other("81.3", "+1.2"), other("79.8", "-0.3", "two"))
    assert told(document) == [("p/t, own, Net, Average", "86.1", "80.1", "gain")]


def test_gains_of_counted_rows_are_exact() -> None:
    # 5/7 and 4/7: 71.4286 − 57.1429 = 14.2857, from the printed averages 14.29.
    rows = [row(["57.1"], "57.1"), row(["71.4"], "71.4", label="Net + one", attention="one")]
    for gain, sound in (("+14.3", True), ("+14.2", False), ("+14.4", False)):
        document = paper(rows[0], rows[1] | {"gain": gain}, heads=["Yes"], supports=[7])
        assert (told(document) == []) is sound


def two_tables(first: dict, second: dict) -> dict:
    document = paper(first)
    document["tables"]["u"] = document["tables"]["t"] | {"rows": [second]}
    return document


def test_tables_that_agree() -> None:
    assert told(two_tables(plain("80.1"), plain("80.12"))) == []
    assert told(two_tables(plain("80.1"), plain("75.5", attention="one"))) == []
    # Of other data, or under another protocol, it is another experiment.
    document = two_tables(plain("80.1"), plain("75.5"))
    document["tables"]["u"] = document["tables"]["u"] | {"protocol": "sequence"}
    assert told(document) == []


def test_tables_that_do_not() -> None:
    (finding,) = findings(two_tables(plain("80.1"), plain("81.0")))
    assert (finding.where, finding.printed) == ("p/t, own, Net, Average", "80.1")
    assert (finding.follows, finding.kind) == ("81.0", "agreement")
    assert finding.also == ("p/u, own, Net, Average",)


def test_an_unknown_model_must_at_least_agree_with_itself() -> None:
    rows = [
        row([], "80.0", dataset=f"set{i}", attention="mine", added=added, label="Net + mine")
        for i, added in enumerate(("+1,024", "+1,024", "+1,042"))
    ]
    document = paper(*rows)
    assert told(document) == [("p/t, set2, Net + mine, added", "+1,042", "+1,024", "agreement")]
    notes = [f.message for f in findings(document, "design") if f.kind == "unchecked"]
    assert len(notes) == 1
    assert "'net'" in notes[0]


SEVEN = ["Anger", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise"]
CELLS = ["50.0"] * 7


def model(attention: str, parameters: str, added: str | None = None) -> dict:
    """A row of ResNet-18; counts by hand are in the paper's Table 2."""
    values = {"label": attention, "backbone": "resnet18", "attention": attention}
    values |= {"parameters": parameters} | ({} if added is None else {"added": added})
    return row(CELLS, "50.0", **values)


def test_models_are_built_and_counted() -> None:
    # With one channel 11,173,831, with three 11,180,103 = 11.18M; attention 4·49 + 512 = 708.
    for total in ("11.17M", "11.18M"):
        rows = [model("none", total), model("hfc", total, "+708")]
        assert told(paper(*rows, heads=SEVEN)) == []
    rows = [model("none", "11.17M"), model("bam", "11.198M", "+23,808"), model("hfc", "11.27M")]
    assert told(paper(*rows, heads=SEVEN)) == [
        ("p/t, own, hfc, parameters", "11.27M", "11.17M", "parameters")
    ]


def test_an_addition_that_no_row_confirms_is_doubted_less() -> None:
    (finding,) = findings(paper(model("hfc", "11.17M", "+780"), heads=SEVEN))
    assert (finding.follows, finding.confidence) == ("+708", "low")


def test_a_model_that_is_unknown_is_named_with_the_nearest() -> None:
    document = paper(model("hfcc", "11.17M"), heads=SEVEN)
    assert told(document) == []
    (note,) = [f for f in findings(document, "design") if f.kind == "unchecked"]
    assert "did you mean 'hfc'" in note.message
