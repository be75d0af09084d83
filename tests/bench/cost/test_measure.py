"""Whole measurements, on small images."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from bench.cost import measure
from bench.cost.measure import CostSettings, measure_and_keep, measure_costs
from bench.cost.models import Model, models_of, parse_model
from bench.cost.record import kept
from bench.execution import Execution
from bench.specification import choose
from registry.errors import RequestError
from tests.bench.builders import spec

SMALL = CostSettings(size=32, batch=4, rounds=5)
CPU = Execution(device="cpu", threads=1)


@pytest.fixture(scope="module")
def rows():
    models = [parse_model(text) for text in ("resnet18/hfc", "mobilenet_v2/bam", "resnet18/bam")]
    return {row.model: row for row in measure_costs(models, SMALL, CPU)}


def test_each_backbone_stands_before_its_models(rows):
    expected = ["resnet18", "resnet18/hfc", "resnet18/bam", "mobilenet_v2", "mobilenet_v2/bam"]
    assert list(rows) == expected


def test_parameters_are_those_of_the_paper(rows):
    """Kim & Jo, Table 2."""
    assert rows["resnet18"].parameters == 11_173_831
    assert rows["resnet18/hfc"].parameters - rows["resnet18"].parameters == 708
    assert rows["resnet18/bam"].parameters - rows["resnet18"].parameters == 23_808
    assert rows["mobilenet_v2/bam"].parameters - rows["mobilenet_v2"].parameters == 11_192


def test_ratios_are_to_the_backbone_of_the_same_measurement(rows):
    hfc, plain = rows["resnet18/hfc"], rows["resnet18"]
    assert hfc.to_vanilla.latency == pytest.approx(hfc.latency_ms_p50 / plain.latency_ms_p50)
    assert hfc.to_vanilla.flops == pytest.approx(hfc.flops / plain.flops)
    assert hfc.to_vanilla.flops > 1
    assert set(plain.to_vanilla.model_dump().values()) == {1.0}
    bam = rows["mobilenet_v2/bam"]
    assert bam.to_vanilla.parameters == pytest.approx(1 + 11_192 / 2_232_263)


def test_a_row_holds_together(rows):
    for row in rows.values():
        assert 0 < row.latency_ms_p50 <= row.latency_ms_p95
        assert row.throughput > 0
        assert row.flops == sum(row.flops_by_operation.values())
        assert row.peak_memory > 4 * row.parameters


def test_times_are_those_of_one_image_and_of_a_batch(monkeypatch):
    """Seconds by hand: a real clock's would say how busy the machine is."""
    one = {"resnet18": [0.010, 0.020, 0.030], "resnet18/se": [0.020, 0.030, 0.060]}
    four = {"resnet18": [0.032, 0.040, 0.900], "resnet18/se": [0.050, 0.045, 0.050]}
    clock = iter((one, four))
    monkeypatch.setattr(
        measure,
        "time_in_turn",
        lambda runs, _rounds: {name: np.array(seconds) for name, seconds in next(clock).items()},
    )
    plain, se = measure_costs([parse_model("resnet18/se")], SMALL, CPU)
    assert (plain.latency_ms_p50, se.latency_ms_p50) == pytest.approx((20, 30))
    assert (plain.latency_ms_p95, se.latency_ms_p95) == pytest.approx((29, 57))
    assert (plain.throughput, se.throughput) == pytest.approx((100, 80))
    assert se.to_vanilla.latency == pytest.approx(1.5)
    assert se.to_vanilla.throughput == pytest.approx(0.8)


def test_random_numbers_of_the_process_are_left_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    measure_costs([parse_model("mobilenet_v2")], SMALL, CPU)
    assert torch.rand(1) == expected


def test_a_record_is_kept_and_read_again(runs):
    models = [parse_model("mobilenet_v2/se")]
    rows, path = measure_and_keep(models, SMALL, CPU, runs)
    assert path.parent == runs.root / "costs"
    (record,) = kept(runs)
    assert record.rows == rows
    assert record.settings == SMALL.model_dump()
    assert record.environment["threads"] == 1
    assert (
        record.environment["packages"]["torch"] == torch.__version__.partition("+")[0]
        or (record.environment["packages"]["torch"])
    )
    path.write_text("{}")
    with pytest.raises(RequestError, match=path.name):
        kept(runs)


def test_models_of_cells_are_each_named_once():
    cells = [spec(seed=seed, attention=a) for a in ("none", "hfc") for seed in (0, 1)]
    cells.append(spec(attention={"name": "hfc", "radius": 0.5}))
    labels = [model.label for model in models_of(cells)]
    assert labels == ["resnet18", "resnet18/hfc", "resnet18/hfc(radius=0.5)"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("resnet81/hfc", "'resnet18'"), ("resnet18/hfcc", "'hfc'"), ("resnet18/", "no attention ''")],
)
def test_unknown_models(text, said):
    with pytest.raises(RequestError, match=said):
        parse_model(text)


def test_what_does_not_fit_is_told():
    seven_heads = choose("attention", {"name": "mhsa", "heads": 7})
    model = Model(parse_model("mobilenet_v2").backbone, seven_heads)
    with pytest.raises(RequestError, match="divide"):
        measure_costs([model], SMALL, CPU)
    with pytest.raises(ValidationError):
        CostSettings(size=4)
