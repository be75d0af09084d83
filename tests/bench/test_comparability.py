"""What makes a measured and a reported figure comparable."""

import pytest

from bench.comparability import differences, find_reported
from bench.specification import Specification
from registry.reported import reported_tables
from tests.bench.builders import spec

CKPLUS = {"dataset": "ckplus", "protocol": "paper", "epochs": 100, "batch_size": 16, "lr": 1e-4}
MOBILE = CKPLUS | {"backbone": "mobilenet_v2", "lr": 1e-3}


def why(cell: Specification, images: dict[str, int] | None = None) -> list[str]:
    table, row = find_reported(cell)
    return list(differences(cell, images, table, row))


@pytest.mark.parametrize("table", ["table1", "table2"])
def test_every_row_that_we_can_train_is_found_and_comparable(table):
    """Each printed CK+ row, with batch size and rate as the paper states them."""
    (printed,) = (one for one in reported_tables() if one.name == table)
    rows = [row for row in printed.rows if row.dataset == "ckplus"]
    assert len(rows) == {"table1": 5, "table2": 6}[table]
    for row in rows:
        settings = MOBILE if row.backbone == "mobilenet_v2" else CKPLUS
        cell = spec(**settings | {"attention": row.attention})
        assert find_reported(cell, [f"kim_jo/{table}"]) == (printed, row)
        assert list(differences(cell, {"train": 735, "test": 246}, printed, row)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": "sgd"},
        {"augmentation": "flip"},
        {"normalisation": "image"},
        {"interpolation": "bicubic"},
        {"weight_decay": 1e-4},
        {"seed": 5, "split_seed": 6},
        {"attention": {"name": "hfc", "radius": 0.4}},
    ],
)
def test_what_the_paper_leaves_open_makes_no_difference(change):
    assert why(spec(**{"attention": "hfc"} | CKPLUS | change)) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"protocol": "sequence"}, "other protocol: sequence, not paper"),
        (
            {"protocol": {"name": "paper", "test_fraction": 0.5}},
            "other protocol: paper(test_fraction=0.5), not paper",
        ),
        ({"size": 96}, "other recipe: input 96, not 224"),
        ({"epochs": 25}, "other recipe: epochs 25, not 100"),
        ({"batch_size": 32}, "other recipe: batch 32, not 16"),
        ({"lr": 3e-4}, "other recipe: learning rate 0.0003, not 0.0001"),
        ({"schedule": "cosine"}, "other recipe: schedule cosine, not plateau"),
        ({"factor": 0.1}, "other recipe: factor 0.1, not 0.3"),
        ({"patience": 10}, "other recipe: patience 10, not 5"),
    ],
)
def test_what_the_paper_states_does(change, reason):
    assert why(spec(**CKPLUS | change)) == [reason]


def test_the_rate_is_the_one_for_that_backbone():
    assert why(spec(**MOBILE)) == []
    assert why(spec(**MOBILE | {"lr": 1e-4})) == ["other recipe: learning rate 0.0001, not 0.001"]


def test_all_reasons_are_given():
    reasons = why(spec(**CKPLUS | {"protocol": "subject", "epochs": 2}), {"train": 1, "test": 2})
    assert [reason.partition(":")[0] for reason in reasons] == [
        "other data",
        "other protocol",
        "other recipe",
    ]
    assert reasons[0] == "other data: 3 images, not 981"


def test_other_data_is_reason_enough():
    cell = spec(attention="hfc")
    table, row = find_reported(cell, ["kim_jo/table1"])
    assert (table.name, row.attention) == ("table1", "hfc")
    assert list(differences(cell, None, table, row)) == ["other data"]


def test_a_table_that_prints_this_dataset_comes_before_one_that_is_named():
    """table1 has no MobileNetV2 row, and naming it does not hide the one that table2 has."""
    table, row = find_reported(spec(**MOBILE), ["kim_jo/table1"])
    assert (table.name, row.dataset, row.backbone) == ("table2", "ckplus", "mobilenet_v2")


def test_nothing_is_printed_of_it():
    assert find_reported(spec(attention="hfc")) is None
    assert find_reported(spec(attention="hfc_mean"), ["kim_jo/table1"]) is None


def test_a_table_of_the_same_name_in_another_paper_was_not_asked_for(monkeypatch):
    (ours,) = (table for table in reported_tables() if table.name == "table1")
    paper = ours.paper.model_copy(update={"key": "another"})
    rows = tuple(row.model_copy(update={"backbone": "mobilenet_v2"}) for row in ours.rows)
    theirs = ours.model_copy(update={"paper": paper, "rows": rows})
    tables = (*reported_tables(), theirs)
    for place in ("bench.comparability.reported_tables", "registry.reported.reported_tables"):
        monkeypatch.setattr(place, lambda: tables)
    cell = spec(backbone="mobilenet_v2", attention="lfc")
    assert find_reported(cell, ["kim_jo/table1"]) is None
    assert find_reported(cell, ["another/table1"])[0].source == "another"
