"""What a paper's text states of sizes and memory, and the warnings on its design, by hand."""

import pytest

from bench.audit.audit import audit
from registry.errors import RequestError
from registry.reported import tables_of
from tests.bench.audit.papers import findings, paper, row, told

SOUND = row(["62.5", "65", "77.5"], "68.33")
SUPPORTS = [8, 20, 40]


def stated(**sizes) -> list:
    return told(paper(SOUND, supports=SUPPORTS, own=sizes))


def test_sizes_that_agree() -> None:
    assert stated(images=300, train=232) == []
    assert stated(images=300, sequences=100, frames_per_sequence=3) == []
    assert stated(images=300) == []


def test_parts_that_do_not_add_up() -> None:
    assert stated(images=310, train=232) == [("p, own, train / test", "310", "300", "sizes")]


def test_a_test_part_that_the_supports_do_not_make() -> None:
    # 66 with one class of 6, 18 or 38: none explains more of its figures.
    assert stated(images=300, train=234, test=66) == [
        ("p, own, train / test", "234 / 66", "232 / 68", "sizes")
    ]


def test_a_misprinted_support() -> None:
    # 13/20 = 65 is none of 29.
    document = paper(SOUND, supports=[8, 29, 40], own={"test": 68})
    assert told(document) == [("p, own, supports", "29", "20", "sizes")]


def test_sequences_and_frames() -> None:
    assert stated(images=300, sequences=110, frames_per_sequence=3) == [
        (
            "p, own, sequences",
            "110 sequences, 3 frames of each, 300 images",
            "100 × 3 = 300",
            "sequences",
        )
    ]


@pytest.mark.parametrize("supports", [{"angry": 8, "happines": 20, "sad": 40}, {"angry": 8}])
def test_supports_of_other_classes(supports) -> None:
    document = paper(SOUND, own={"supports": supports})
    message = "has a class 'happines'; did you mean 'happiness'|has no 'happiness', the tables do"
    with pytest.raises(RequestError, match=message):
        audit(tables_of(document))


def test_an_unknown_unit() -> None:
    with pytest.raises(RequestError, match="unit 'fraction' is not known"):
        audit(tables_of(paper(SOUND, unit="fraction")))


def kronecker(gigabytes: str) -> list:
    shape = {"batch_size": 5, "channels": 3, "height": 100, "width": 100}
    return told(paper(SOUND, kronecker=shape | {"gigabytes": gigabytes}))


def test_memory_per_image_in_every_unit() -> None:
    # 5·(3·100·100)²·4 B = 18 GB = 16.764 GiB, half of it at 2 B; by channel 5·3·100⁴·4 B = 6 GB.
    for sound in ("18", "16.76", "9.0", "6.0"):
        assert kronecker(sound) == []


def test_memory_of_pairs_across_images() -> None:
    # (5·3·100·100)²·4 B = 90 GB, which is 83.819 GiB.
    for crossed in ("83.82", "90.00"):
        assert kronecker(crossed) == [
            ("p, Kronecker product", f"{crossed} GB", "16.76 GiB", "memory")
        ]
    assert kronecker("99.99")[0][1:] == ("99.99 GB", "16.76 GiB", "memory")


def warnings(document: dict) -> dict[str, str]:
    return {f.kind: f.message for f in findings(document, "design")}


def gained(average: str, gain: str, cells: list[str], **values) -> dict:
    return row(cells, average, gain=gain, label="Net + one", attention="one", **values)


def test_a_sound_design_has_no_warning() -> None:
    # 5/8 13/20 31/40 against 8/8 20/20 40/40, under a protocol that watches a validation part.
    document = paper(
        SOUND, gained("100", "+31.67", ["100"] * 3), supports=SUPPORTS, runs=5,
        recipes={"epochs": 100},
    )  # fmt: skip
    assert findings(document, "design") == []


def test_last_epochs() -> None:
    better = gained("100", "+31.67", ["100"] * 3, best_epoch=30)
    document = paper(SOUND | {"best_epoch": 100}, better, recipes={"epochs": 100})
    assert "at 100 of 100" in warnings(document)["last_epoch"]
    document = paper(
        SOUND | {"best_epoch": 100}, better | {"best_epoch": 100}, recipes={"epochs": 100}
    )
    assert "last_epoch" not in warnings(document)


def test_the_monitored_part() -> None:
    assert "test_monitored" not in warnings(paper(SOUND))
    assert "picks the epoch" in warnings(paper(SOUND, protocol="paper"))["test_monitored"]
    last = warnings(paper(SOUND, protocol="paper", selection="last"))["test_monitored"]
    assert "picks" not in last
    assert "did you mean 'paper'" in warnings(paper(SOUND, protocol="papre"))["unchecked"]


def test_a_gain_within_one_image() -> None:
    # One image more of 40: 2.5 / 3 = 0.83; one of 8 would be 4.17, one of 20 1.67.
    document = paper(SOUND, gained("69.17", "+0.83", ["62.5", "65", "80"]), supports=SUPPORTS)
    assert told(document) == []
    message = warnings(document)["small_gain"]
    assert "0.84 is less than one Angry image (4.17)" in message
    assert "50 against 49 of 68 right" in message
    # 2·.625·.375/8 + 2·.65·.35/20 + .775·.225/40 + .8·.2/40 = .0897; its root over 3 is .0998.
    assert "0.84 is less than its standard error (9.98)" in message


def claim(relation: str) -> dict:
    return {
        "section": "5", "text": "it is said", "table": "t", "attention": "one", "against": "none",
        "relation": relation, "datasets": ["own"], "backbones": ["net"],
    }  # fmt: skip


def claimed(better: dict, relation: str = "higher") -> str:
    document = paper(SOUND, better, supports=SUPPORTS, claims=[claim(relation)])
    assert told(document) == []
    return warnings(document).get("claim", "")


def test_a_claim_about_no_rows_is_told_not_to_be_checked() -> None:
    document = paper(SOUND, supports=SUPPORTS, claims=[claim("higher")])
    assert "no rows of t are of 'one' and 'none'" in warnings(document)["unchecked"]


def test_a_claim_that_the_counts_bear_out() -> None:
    # 8/8, 13/20, 31/40: 52 of 68 images against 49.
    better = gained("80.83", "+12.5", ["100", "65", "77.5"])
    assert claimed(better) == ""
    assert "the averages are 80.83 and 68.33; 52 of 68 images are right, against 49" in claimed(
        better, "lower"
    )


def test_a_claim_that_the_images_contradict() -> None:
    # 8/8, 13/20, 27/40: a better average by 9.17 points, with 48 of 68 images against 49.
    message = claimed(gained("77.5", "+9.17", ["100", "65", "67.5"]))
    assert "48 of 68 images are right, against 49 with Net" in message
    assert "averages" not in message


def test_a_claim_that_rests_on_less_than_an_image() -> None:
    message = claimed(gained("69.17", "+0.84", ["62.5", "65", "80"]))
    assert "0.84 is less than one Angry image (4.17)" in message
