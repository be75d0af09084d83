"""Ranks over the datasets of a store."""

from bench.statistics.across import rank_over_datasets
from bench.statistics.settings import Scope
from tests.bench.builders import spec
from tests.bench.statistics.builders import split, wrong_at

SPLIT = split()


def test_each_dataset_counts_once(bench):
    for number in range(3):
        for attention, wrong in (("none", 3), ("bam", 2), ("hfc", 1)):
            for backbone in ("resnet18", "mobilenet_v2"):
                made = spec(attention=attention, backbone=backbone)
                cell = made.model_copy(update={"data": f"{number}" * 32})
                bench.run(cell, SPLIT, wrong_at(SPLIT, range(wrong)))
    with bench.session() as session:
        ranking = rank_over_datasets(session, ["none", "bam", "hfc"], Scope())
    assert ranking.datasets == 3
    assert (ranking.models, ranking.ranks) == (("hfc", "bam", "none"), (1, 2, 3))


def test_one_dataset_has_no_ranking(bench):
    for attention in ("none", "hfc"):
        bench.run(spec(attention=attention), SPLIT, wrong_at(SPLIT, []))
    with bench.session() as session:
        assert rank_over_datasets(session, ["none", "hfc"], Scope()) is None
