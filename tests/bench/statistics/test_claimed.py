"""What the paper's gains would take, on its own tables."""

import pytest

from bench.statistics.claimed import claimed_gains, supports_of
from bench.statistics.deviations import Deviation
from registry.reported import reported_table

TABLE = reported_table("table2")


def gain_of(dataset, backbone, attention, **known):
    (found,) = (
        gain
        for gain in claimed_gains(TABLE, **known)
        if (gain.dataset, gain.backbone, gain.attention) == (dataset, backbone, attention)
    )
    return found


@pytest.mark.parametrize(
    ("dataset", "counts"),
    [
        ("jaffe", {"anger": 8, "disgust": 7, "fear": 8, "happiness": 8, "surprise": 8}),
        ("ckplus", {"anger": 34, "contempt": 14, "disgust": 44, "fear": 19, "surprise": 62}),
    ],
)
def test_supports_of_drawn_test_parts(dataset, counts):
    supports = supports_of(TABLE, dataset)
    assert counts.items() <= supports.items()
    assert sum(supports.values()) == {"jaffe": 55, "ckplus": 246}[dataset]


def test_supports_of_fer2013_are_near_the_true_ones():
    true = {"anger": 958, "fear": 1024, "happiness": 1774, "neutral": 1233, "sadness": 1247}
    supports = supports_of(TABLE, "fer2013")
    assert supports["disgust"] == pytest.approx(111, rel=0.05)
    assert {name: supports[name] for name in true} == pytest.approx(true, rel=0.05)
    assert sum(supports.values()) == pytest.approx(7178, abs=3)


def test_jaffes_test_part_could_show_none_of_its_gains():
    # six images at the least: 6 / 56 = 10.7 points, and 7.15 is claimed at most
    gain = gain_of("jaffe", "mobilenet_v2", "bam")
    assert gain.smallest == pytest.approx(100 * 6 / 56)
    assert not gain.could_be_seen
    assert gain.images_least > 55


def test_fer2013s_gain_over_bam_would_take_more_images_than_there_are():
    gain = gain_of("fer2013", "resnet18", "hfc")
    assert gain.gain == 0.87
    assert gain.images_least > gain.images
    assert gain.images_most > gain.images_least


def test_runs_need_a_deviation():
    key = ("ckplus", "resnet18", "hfc")
    assert gain_of(*key).runs is None
    # d = 1: 10 pairs (Cohen 1988; G*Power)
    assert gain_of(*key, known={key: Deviation(5.41)}).runs == 10
    assert gain_of(*key, known=Deviation(5.41)).signs == 6


def test_without_one_it_is_told_for_three():
    assumed = gain_of("ckplus", "resnet18", "hfc").assumed
    assert [sd for sd, _ in assumed] == [1, 2, 4]
    # d = 5.41 / 4 = 1.35: 7 pairs by the noncentral t distribution
    assert assumed[2][1] == 7


def test_splits_that_overlap_may_never_show_it():
    """The standard error never falls below sd √ratio, 0.58 of it: d = 0.87 needs more than that."""
    known = Deviation(1.0, ratio=1 / 3)
    assert gain_of("fer2013", "resnet18", "hfc", known=Deviation(1.0)).runs == 13
    assert gain_of("fer2013", "resnet18", "hfc", known=known).runs is None


def test_a_table_of_averages_only():
    (row, *_) = claimed_gains(reported_table("table1"))
    assert (row.gain, row.images) == (5.41, 246)
    assert row.images_least < row.images_most
