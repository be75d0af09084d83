"""The shipped paper: the audit finds what was worked out by hand, and no other wrong number."""

import copy
import tomllib
from importlib import resources
from typing import Any

import pytest

from bench.audit.audit import audit
from bench.audit.findings import Finding
from registry.reported import reported_tables, tables_of

T2 = "kim_jo/table2"

# Where, what is printed, what its own numbers say, and the kind.
ARITHMETIC = {
    (f"{T2}, fer2013, ResNet18, Disgust", "47.45", "47.75", "cell"),
    (f"{T2}, fer2013, ResNet18, Angry", "56.98", "56.99", "cell"),
    (f"{T2}, fer2013, MobileNetV2, Neutral", "58.16", "58.15", "cell"),
    (f"{T2}, fer2013, MobileNetV2 + Ours, Angry", "50.87", "50.84", "cell"),
    (f"{T2}, fer2013, MobileNetV2 + BAM, Average", "56.56", "56.57", "mean"),
    (f"{T2}, ckplus, MobileNetV2, Anger", "58.52", "58.82", "cell"),
    (f"{T2}, ckplus, ResNet18 + Ours, Average", "92.31", "92.54", "mean"),
    (f"{T2}, jaffe, ResNet18 + Ours, gain", "+1.53", "-1.53", "gain"),
    (f"{T2}, ckplus, MobileNetV2 + Ours, added", "+11,192", "+767", "parameters"),
    ("kim_jo §4.1, fer2013, train / test", "28,707 / 7,180", "28,709 / 7,178", "sizes"),
    (
        "kim_jo §4.1, ckplus, sequences",
        "593 sequences, 3 frames of each, 981 images",
        "327 × 3 = 981",
        "sequences",
    ),
    ("kim_jo §3, Kronecker product", "600.25 GB", "18.76 GiB", "memory"),
}


@pytest.fixture(scope="module")
def found() -> tuple[Finding, ...]:
    return audit(reported_tables())


def of_kind(found: tuple[Finding, ...], kind: str) -> list[Finding]:
    return [finding for finding in found if finding.kind == kind]


def the(found: tuple[Finding, ...], where: str) -> Finding:
    (finding,) = [one for one in found if one.where == where]
    return finding


def test_every_wrong_number_and_no_other(found) -> None:
    arithmetic = [finding for finding in found if finding.group == "arithmetic"]
    assert {(f.where, f.printed, f.follows, f.kind) for f in arithmetic} == ARITHMETIC
    assert len(arithmetic) == len(ARITHMETIC)


def test_the_reasons(found) -> None:
    disgust = the(found, f"{T2}, fer2013, ResNet18, Disgust")
    assert "53 of 111" in disgust.message
    assert "only that gives the printed average 59.56" in disgust.message
    anger = the(found, f"{T2}, ckplus, MobileNetV2, Anger")
    assert "20 of 34" in anger.message
    assert "only that gives the printed average 80.25" in anger.message
    assert "546 of 958" in the(found, f"{T2}, fer2013, ResNet18, Angry").message
    assert "717 of 1233" in the(found, f"{T2}, fer2013, MobileNetV2, Neutral").message
    assert "487 of 958" in the(found, f"{T2}, fer2013, MobileNetV2 + Ours, Angry").message
    ours = the(found, f"{T2}, ckplus, ResNet18 + Ours, Average")
    assert "One single cell would mend it: Surprise 98.39 (61 of 62) for 100" in ours.message
    assert "kim_jo/table1, ckplus, ResNet18 + HFC, Average" in ours.also
    (gain,) = of_kind(found, "gain")
    assert "the sign is wrong" in gain.message
    assert "§4.4 says so too" in gain.message
    memory = the(found, "kim_jo §3, Kronecker product")
    assert "pairs across different images included" in memory.message
    assert "593 × 3 = 1,779" in the(found, "kim_jo §4.1, ckplus, sequences").message


def test_the_baselines_and_the_test_part(found) -> None:
    for table, baselines in (("kim_jo/table1", 1), (T2, 6)):
        assert (
            f"({baselines}) has its best epoch at 100 of 100"
            in the(found, f"{table}, best epoch").message
        )
        monitored = the(found, f"{table}, protocol")
        assert "drives the schedule and picks the epoch" in monitored.message
        assert the(found, f"{table}, runs").kind == "one_run"


def test_gains_that_are_too_small(found) -> None:
    bam = [
        f for f in of_kind(found, "small_gain") if f.where == f"{T2}, jaffe, ResNet18 + BAM, gain"
    ]
    assert "53 against 53 of 55 right" in bam[0].message
    lfc = "kim_jo/table1, ckplus, ResNet18 + LFC, gain"
    (low,) = [f for f in of_kind(found, "small_gain") if f.where == lfc]
    assert "less than any single image makes: 0.23" in low.message


def test_claims_that_the_counts_do_not_bear_out(found) -> None:
    claims = {finding.where: finding for finding in of_kind(found, "claim")}
    fer = claims["kim_jo §4.4, fer2013, ResNet18 + Ours"]
    assert "0.08 is less than one Disgust image (0.129)" in fer.message
    ck = claims["kim_jo §4.4, ckplus, MobileNetV2 + Ours"]
    assert "221 of 246 images are right, against 222 with MobileNetV2 + BAM" in ck.message
    jaffe = claims["kim_jo §5, jaffe, ResNet18 + Ours"]
    assert "the averages are 94.64 and 96.17" in jaffe.message
    # What the counts bear out is not doubted.
    assert "kim_jo §4.4, jaffe, MobileNetV2 + Ours" not in claims
    assert "kim_jo §4.4, ckplus, ResNet18 + Ours" not in claims


def mended() -> dict[str, Any]:
    """The paper with each of its wrong numbers put right."""
    text = (resources.files("registry.papers") / "kim_jo.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    rows = {(row["dataset"], row["label"]): row for row in document["tables"]["table2"]["rows"]}
    rows["fer2013", "ResNet18"]["cells"][:2] = ["56.99", "47.75"]
    rows["fer2013", "MobileNetV2"]["cells"][4] = "58.15"
    rows["fer2013", "MobileNetV2 + Ours"]["cells"][0] = "50.84"
    rows["fer2013", "MobileNetV2 + BAM"].update(average="56.57", gain="+0.48")
    rows["ckplus", "MobileNetV2"]["cells"][0] = "58.82"
    rows["ckplus", "ResNet18 + Ours"]["cells"][6] = "98.39"
    rows["jaffe", "ResNet18 + Ours"]["gain"] = "-1.53"
    rows["ckplus", "MobileNetV2 + Ours"]["added"] = "+767"
    document["datasets"]["fer2013"].update(train=28709, test=7178)
    document["datasets"]["ckplus"]["sequences"] = 327
    document["kronecker"]["gigabytes"] = "18.76"
    return document


def arithmetic(document: dict[str, Any]) -> list[Finding]:
    return [f for f in audit(tables_of(document)) if f.group == "arithmetic"]


def test_once_mended_nothing_is_wrong() -> None:
    assert arithmetic(mended()) == []


@pytest.mark.parametrize(
    ("dataset", "label", "name", "place", "wrong", "column"),
    [
        ("ckplus", "ResNet18", "cells", 5, "47.82", "Sadness"),
        ("fer2013", "ResNet18 + BAM", "cells", 2, "45.4", "Fear"),
        ("jaffe", "MobileNetV2", "cells", 1, "71.48", "Disgust"),
        ("jaffe", "MobileNetV2 + BAM", "average", None, "76.58", "Average"),
        ("ckplus", "MobileNetV2 + BAM", "gain", None, "+9", "gain"),
        ("ckplus", "MobileNetV2 + BAM", "parameters", None, "2.34M", "parameters"),
        ("ckplus", "MobileNetV2 + BAM", "best_epoch", None, 187, "best epoch"),
    ],
)
def test_a_new_misprint_in_the_mended_paper(dataset, label, name, place, wrong, column) -> None:
    document = copy.deepcopy(mended())
    (row,) = [
        row
        for row in document["tables"]["table2"]["rows"]
        if (row["dataset"], row["label"]) == (dataset, label)
    ]
    if place is None:
        row[name] = wrong
    else:
        row[name][place] = wrong
    (finding,) = arithmetic(document)
    assert finding.where == f"{T2}, {dataset}, {label}, {column}"
    assert finding.printed == str(wrong)
