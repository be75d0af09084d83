"""The paragraph says what the tests allow, and refuses the rest."""

import pytest

from bench.statistics.claim import claims
from bench.statistics.settings import Scope
from registry.errors import RequestError
from tests.bench.builders import spec
from tests.bench.statistics.builders import split, wrong_at

SPLIT = split(people=12)
SEEDS = range(8)
GOOD = [[seed] for seed in SEEDS]
BAD = [[*range(seed % 3, 48, 4 + seed % 2)] for seed in SEEDS]
ALIKE = [[seed + 8] for seed in SEEDS]


def claim(bench, **mistakes):
    for attention, places in mistakes.items():
        for seed, wrong in enumerate(places):
            bench.run(spec(attention=attention, seed=seed), SPLIT, wrong_at(SPLIT, wrong))
    with bench.session() as session:
        (found,) = claims(session, Scope())
    concluded, _, evidence = found.paragraph.partition("The evidence: ")
    may, _, may_not = concluded.partition("It may not be concluded")
    return may + evidence, may_not


def test_better_than_all_means_high_frequencies(bench):
    may, may_not = claim(bench, hfc=GOOD, none=BAD, bam=BAD, hfc_mean=BAD, hfc_random=BAD)
    assert "the module helps in this setting" in may
    assert "it does better than BAM here" in may
    assert "what helps are the high frequencies of the image at hand" in may
    assert "frequencies are high" not in may_not
    assert "other data, splits or backbones" in may_not


def test_no_better_than_its_controls_is_no_evidence_for_high_frequencies(bench):
    may, may_not = claim(bench, hfc=GOOD, none=BAD, bam=BAD, hfc_mean=ALIKE, hfc_random=ALIKE)
    assert "the module helps in this setting" in may
    assert "what helps are the high frequencies" not in may
    assert "the mask follows the image (that control can't be told from it)" in may_not
    assert "the frequencies are high (that control can't be told from it)" in may_not


def test_a_tuned_module_stands_beside_controls_of_its_own_radius(bench):
    """Default controls that are beaten too are no evidence for it."""
    runs = {"none": BAD, "bam": BAD, "hfc_mean": BAD, "hfc_random": BAD}
    tuned = {"hfc": GOOD, "hfc_mean": ALIKE, "hfc_random": BAD}
    cells = list(runs.items())
    cells += [({"name": name, "radius": 0.4}, wrong) for name, wrong in tuned.items()]
    for attention, places in cells:
        for seed, wrong in enumerate(places):
            bench.run(spec(attention=attention, seed=seed), SPLIT, wrong_at(SPLIT, wrong))
    with bench.session() as session:
        (found,) = claims(session, Scope())
    assert [one.second for one in found.comparisons] == [
        "none",
        "bam",
        "hfc_mean(radius=0.4)",
        "hfc_random(radius=0.4)",
    ]
    assert {one.family for one in found.comparisons} == {4}
    assert "hfc(radius=0.4) reaches" in found.paragraph
    assert "the mask follows the image (that control can't be told from it)" in found.paragraph
    assert "high frequencies help, which takes being above" in found.paragraph


def test_no_better_than_the_plain_backbone(bench):
    may, may_not = claim(bench, hfc=GOOD, none=ALIKE, bam=ALIKE, hfc_mean=ALIKE, hfc_random=ALIKE)
    assert "helps in this setting" not in may
    assert "the module helps, or that it does nothing" in may_not
    assert "better or worse than BAM, or as good" in may_not


def test_the_interval_says_what_gain_is_unlikely(bench):
    level = [[seed, seed + 4] if seed % 2 else [] for seed in SEEDS]
    may, _ = claim(bench, hfc=GOOD, none=level)
    assert "It is level with the plain backbone" in may
    # one image of 24 is 2.08 points: ± 2.083 at each of 8 seeds, s = 2.23, t(7) = 2.365
    assert "a gain of more than 1.86 points over the plain backbone is unlikely" in may


def test_worse_is_said_too(bench):
    may, _ = claim(bench, hfc=BAD, none=GOOD, bam=GOOD, hfc_mean=GOOD, hfc_random=GOOD)
    assert "the module hurts in this setting" in may
    assert "it does worse than BAM here" in may


def test_what_was_not_run_is_said(bench):
    may, may_not = claim(bench, hfc=GOOD, none=BAD)
    assert "Against BAM (bam) nothing is known" in may
    assert "that control was not run" in may_not


def test_one_seed_allows_nothing(bench):
    one = [[0]]
    may, may_not = claim(bench, hfc=one, none=BAD[:1], bam=one, hfc_mean=one, hfc_random=one)
    assert "Nothing may be concluded from this." in may
    assert "one run; no interval" in may
    assert "the module helps" in may_not


def test_the_papers_protocol_is_called_what_it_is(bench):
    for attention in ("hfc", "none"):
        bench.run(spec(attention=attention, protocol="paper"), SPLIT, wrong_at(SPLIT, [0]))
    with bench.session() as session:
        (best,), (last,) = claims(session, Scope("best")), claims(session, Scope("last"))
    assert "the test part picked the epoch" in best.paragraph
    assert "the test part picked the epoch" not in last.paragraph


def test_one_paragraph_a_setting_and_holm_over_all(bench):
    for backbone in ("resnet18", "mobilenet_v2"):
        for attention, places in (("hfc", GOOD), ("none", BAD)):
            for seed, wrong in enumerate(places[:3]):
                cell = spec(attention=attention, seed=seed, backbone=backbone)
                bench.run(cell, SPLIT, wrong_at(SPLIT, wrong))
    with bench.session() as session:
        found = claims(session, Scope())
    assert {one.backbone for one in found} == {"resnet18", "mobilenet_v2"}
    assert {len(one.comparisons) for one in found} == {4}
    assert {each.family for one in found for each in one.comparisons} == {8}


def test_without_the_module_there_is_nothing_to_claim(bench):
    bench.run(spec(), SPLIT, wrong_at(SPLIT, []))
    with bench.session() as session, pytest.raises(RequestError, match="'hfc'"):
        claims(session, Scope())
