"""How many planted misprints are found, and how many clean tables are left alone.

What can be found at all is decided in `tests.bench.audit.tables` by trying all possibilities: a
misprint is detectable where no clean paper prints like the one that has it.
"""

import random
from collections.abc import Callable

import pytest

from bench.audit.audit import audit
from bench.audit.findings import Finding
from registry.catalog import DATASETS
from registry.reported import tables_of
from tests.bench.audit.tables import (
    Made,
    Plant,
    Style,
    block,
    can_be_clean,
    can_be_counted,
    make,
    plant,
    sizes_of,
)
from tests.stated import STATED


def arithmetic(made: Made) -> list[Finding]:
    return [finding for finding in audit(tables_of(made.document)) if finding.group == "arithmetic"]


def names(found: list[Finding], planted: Plant) -> bool:
    """Whether some finding names the misprinted figure, as wrong or as what could be wrong."""
    places = [place for finding in found for place in (finding.where, *finding.also)]
    return any(place == planted.where or place.startswith(f"{planted.where}, ") for place in places)


def mends(found: list[Finding], planted: Plant) -> bool:
    """Whether some finding is at the misprinted figure and says what was there."""
    return any(
        finding.where.startswith(planted.where)
        and finding.follows.replace(",", "") == planted.before
        for finding in found
    )


def false_alarms(maker: Callable[[random.Random], Made], tables: int, seed: int) -> int:
    rng = random.Random(seed)
    return sum(bool(arithmetic(maker(rng))) for _ in range(tables))


def with_supports(rng: random.Random) -> Made:
    return make(rng, state_supports=True)


def with_total(rng: random.Random) -> Made:
    return make(rng, state_supports=False, largest=40)


def of_known_classes(rng: random.Random) -> Made:
    """A random quarter of each class of a dataset whose sizes the registry knows."""
    name = rng.choice(["jaffe", "ckplus"])
    expected = DATASETS.get(name).expected
    assert expected is not None
    supports = [round(n / 4) for n in expected.counts.values()]
    style = Style(2, rng.choice(["kept", "dropped"]), "balanced_accuracy", "counts", "averages")
    heads = [one.title() for one in expected.counts]
    stated = sizes_of(rng, heads, supports)
    del stated["supports"]
    stated |= {"images": expected.images, "train": expected.images - sum(supports)}
    rows = [row for net in ("a", "b") for row in block(rng, style, name, net, supports)]
    table = {
        "title": "A table", "protocol": "paper", "selection": "best", "metric": style.metric,
        "unit": "percent", "heads": {name: heads}, "rows": rows,
    }  # fmt: skip
    document = {
        "key": "someone", "title": "A paper", "datasets": {name: stated},
        "recipes": {"epochs": 100}, "tables": {"results": table},
    }  # fmt: skip
    return Made(document, style, {name: list(expected.counts.values())})


@pytest.mark.parametrize("maker", [with_supports, with_total, of_known_classes])
def test_some_clean_tables_raise_no_alarm(maker) -> None:
    assert false_alarms(maker, 60, seed=1) == 0


def test_the_judge_finds_clean_tables_clean() -> None:
    rng = random.Random(2)
    assert all(can_be_clean(with_supports(rng)) for _ in range(60))
    assert all(can_be_counted(with_total(rng)) for _ in range(20))


@pytest.mark.slow
def test_clean_tables_raise_no_alarm(record_property) -> None:
    alarms = false_alarms(with_supports, 1000, seed=3)
    record_property(STATED, f"audit: {alarms} false alarms on 1,000 clean papers")
    assert alarms == 0


@pytest.mark.slow
def test_planted_misprints_are_found(record_property) -> None:
    rng = random.Random(4)
    detectable = hits = exact = 0
    for _ in range(1000):
        made, planted = plant(rng, with_supports(rng))
        if can_be_clean(made):
            continue
        detectable += 1
        found = arithmetic(made)
        hits += names(found, planted)
        exact += mends(found, planted)
    said = f"audit: {hits} of {detectable} detectable misprints named, {exact} with what was there"
    record_property(STATED, said)
    assert detectable > 900
    assert hits >= 0.95 * detectable
    assert exact >= 0.7 * detectable


def _bounds(made: Made) -> dict[str, list[int]] | None:
    return made.supports if "jaffe" in made.supports or "ckplus" in made.supports else None


@pytest.mark.slow
@pytest.mark.parametrize("maker", [with_total, of_known_classes])
def test_misprints_are_found_where_no_supports_are_stated(maker, record_property) -> None:
    rng = random.Random(5)
    detectable = hits = 0
    for _ in range(80):
        made, _ = plant(rng, maker(rng))
        sound = all(
            s["train"] + s["test"] == s["images"] for s in made.document["datasets"].values()
        )
        if sound and can_be_counted(made, _bounds(made)):
            continue
        detectable += 1
        hits += bool(arithmetic(made))
    said = f"audit, {maker.__name__}: {hits} of {detectable} detectable misprints noticed"
    record_property(STATED, said)
    assert detectable > 40
    assert hits >= 0.95 * detectable
