"""Rows of the attention modules."""

import torch

from bench.perf import attention
from bench.perf.attention import attention_rows
from bench.perf.plan import Load, Plan, papers_attentions
from tests.bench.perf.clock import FakeClock


def test_every_attention_of_the_paper_is_measured():
    assert set(papers_attentions()) == {"bam", "hfc", "lfc", "hfc_lfc", "hfc_lfc_hl"}


def test_rows_divide_images_per_second(monkeypatch):
    names = ("none", *papers_attentions())
    clock = FakeClock(monkeypatch)

    def slower_by_one(kind: int):
        def task(model, *_):
            return clock.takes(*[float(kind + names.index(model))] * 3)

        return task

    monkeypatch.setattr(attention, "_network", lambda name, *_: name.partition("/")[2])
    monkeypatch.setattr(attention, "training", slower_by_one(10))
    monkeypatch.setattr(attention, "inference", slower_by_one(1))
    plan = Plan(size=32, rounds=2, loads=(Load(backbone="resnet18", batch=2),))
    said: list[str] = []
    rows = list(attention_rows(plan, torch.device("cpu"), said.append))
    ratios = {row.what: row.ratio for row in rows}
    assert len(rows) == len(ratios) == 2 * 2 * len(papers_attentions())
    for name in papers_attentions():
        more = names.index(name)
        where = "resnet18 b2 32"
        assert ratios[f"training images/s, {name} / none, {where} fp32"] == 10 / (10 + more)
        assert ratios[f"inference images/s, {name} / none, {where} bf16"] == 1 / (1 + more)
    assert said == [
        "attention modules, resnet18 b2 32 fp32",
        "attention modules, resnet18 b2 32 bf16",
    ]


def test_a_real_one():
    plan = Plan(size=32, rounds=2, loads=(Load(backbone="mobilenet_v2", batch=2),))
    rows = list(attention_rows(plan, torch.device("cpu"), lambda _text: None))
    assert all(0 < row.low <= row.ratio <= row.high and row.n == 2 for row in rows)
