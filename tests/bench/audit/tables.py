"""Random tables of percentages, clean or with one misprinted digit, and what can be told of them.

Everything here is worked out with `decimal` and by trying all possibilities, apart from the audit.
"""

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import product
from typing import Any


@dataclass(frozen=True)
class Style:
    """How a paper prints: decimals, zeros at the end, which mean, and gains from what."""

    decimals: int
    zeros: str  # "kept", "dropped" or "one" as Python prints 50.0
    metric: str  # "balanced_accuracy" or "accuracy"
    means_from: str  # "counts" or "cells"
    gains_from: str  # "averages" or "counts"


@dataclass(frozen=True)
class Plant:
    """Which figure was misprinted: its place in the document and its address in findings."""

    path: tuple[Any, ...]
    where: str
    before: str
    after: str


@dataclass(frozen=True)
class Made:
    """A paper's file as it would be parsed, with what the paper does not say."""

    document: dict[str, Any]
    style: Style
    supports: dict[str, list[int]]


def prints(value: Fraction, style: Style) -> set[str]:
    """All ways to print a value: ties may go either way."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        quantum = Decimal(1).scaleb(-style.decimals)
        both = {exact.quantize(quantum, rule) for rule in (ROUND_HALF_UP, ROUND_HALF_EVEN)}
    return {shorten(f"{number:f}", style) for number in both}


def shorten(text: str, style: Style) -> str:
    """Drop zeros at the end where the style does; 50.00 is 50, or 50.0 as Python has it."""
    if style.decimals == 0 or style.zeros == "kept":
        return text
    short = text.rstrip("0")
    if not short.endswith("."):
        return short
    return f"{short}0" if style.zeros == "one" else short[:-1]


def mean(values: list[Fraction], supports: list[int], metric: str) -> Fraction:
    weights = [1] * len(supports) if metric == "balanced_accuracy" else supports
    return sum((w * v for w, v in zip(weights, values, strict=True)), Fraction()) / sum(weights)


def share(k: int, n: int) -> Fraction:
    return Fraction(100 * k, n)


def make(rng: random.Random, *, state_supports: bool, largest: int | None = None) -> Made:
    """A clean paper with one table."""
    style = Style(
        decimals=rng.choice([1, 2, 2, 2, 3]),
        zeros=rng.choice(["kept", "dropped", "one"]),
        metric=rng.choice(["balanced_accuracy", "accuracy"]),
        means_from=rng.choice(["counts", "cells"]),
        gains_from=rng.choice(["averages", "counts"]),
    )
    largest = largest or rng.choice([30, 400, 2000])
    datasets = [f"set{i}" for i in range(rng.choice([1, 1, 2]))]
    supports = {
        name: [rng.randint(5, largest) for _ in range(rng.randint(3, 8))] for name in datasets
    }
    rows = [
        row
        for name in datasets
        for backbone in ("net", "other")[: rng.randint(1, 2)]
        for row in block(rng, style, name, backbone, supports[name])
    ]
    heads = {name: [f"Class{i}" for i in range(len(sizes))] for name, sizes in supports.items()}
    table = {
        "title": "A table",
        "protocol": "subject",
        "selection": "best",
        "metric": style.metric,
        "unit": "percent",
        "heads": heads,
        "rows": rows,
    }
    stated = {name: sizes_of(rng, heads[name], supports[name]) for name in datasets}
    if not state_supports:
        for sizes in stated.values():
            del sizes["supports"]
    document = {
        "key": "someone",
        "title": "A paper",
        "datasets": stated,
        "recipes": {"epochs": 100},
        "tables": {"results": table},
    }
    return Made(document, style, supports)


def sizes_of(rng: random.Random, heads: list[str], supports: list[int]) -> dict[str, Any]:
    train = sum(supports) * rng.randint(2, 6)
    return {
        "images": train + sum(supports),
        "train": train,
        "test": sum(supports),
        "supports": dict(zip(heads, supports, strict=True)),
    }


def block(
    rng: random.Random, style: Style, dataset: str, backbone: str, supports: list[int]
) -> Iterator[dict[str, Any]]:
    """The rows of one backbone, the plain one first."""
    plain: tuple[Fraction, str] | None = None
    for attention in ("none", "one", "two", "three")[: rng.randint(2, 4)]:
        skill = rng.uniform(0.3, 1.05)
        counts = [sum(rng.random() < skill for _ in range(n)) for n in supports]
        exact = [share(k, n) for k, n in zip(counts, supports, strict=True)]
        cells = [rng.choice(sorted(prints(value, style))) for value in exact]
        values = exact if style.means_from == "counts" else [Fraction(cell) for cell in cells]
        average = mean(values, supports, style.metric)
        text = rng.choice(sorted(prints(average, style)))
        row = {
            "label": f"{backbone} + {attention}",
            "dataset": dataset,
            "backbone": backbone,
            "attention": attention,
            "best_epoch": rng.randint(1, 99),
            "cells": cells,
            "average": text,
        }
        true = mean(exact, supports, style.metric)
        if plain is None:
            plain = (true, text)
        else:
            row["gain"] = gain(rng, style, (true, text), plain)
        yield row


def gain(
    rng: random.Random, style: Style, own: tuple[Fraction, str], plain: tuple[Fraction, str]
) -> str:
    printed = Fraction(own[1]) - Fraction(plain[1])
    value = printed if style.gains_from == "averages" else own[0] - plain[0]
    return with_sign(value, rng.choice(sorted(prints(abs(value), style))))


def with_sign(value: Fraction, text: str) -> str:
    return f"{'-' if value < 0 else '+'}{text}"


def plant(rng: random.Random, made: Made) -> tuple[Made, Plant]:
    """The same with one digit of one figure changed into another."""
    document = copy.deepcopy(made.document)
    paths = list(figures(document))
    path, where = rng.choice(paths)
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    before = holder[path[-1]]
    after = misprint(rng, str(before))
    while not isinstance(before, str) and int(after) == 0:  # which no size is
        after = misprint(rng, str(before))
    holder[path[-1]] = after if isinstance(before, str) else int(after)
    return Made(document, made.style, made.supports), Plant(path, where, str(before), after)


def figures(document: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Path and address of every printed number."""
    table = document["tables"]["results"]
    for i, row in enumerate(table["rows"]):
        at = ("tables", "results", "rows", i)
        address = f"someone/results, {row['dataset']}, {row['label']}"
        for j, head in enumerate(table["heads"][row["dataset"]]):
            yield (*at, "cells", j), f"{address}, {head}"
        yield (*at, "average"), f"{address}, Average"
        if "gain" in row:
            yield (*at, "gain"), f"{address}, gain"
    for name, stated in document["datasets"].items():
        for what in ("images", "train", "test"):
            yield ("datasets", name, what), f"someone, {name}"
        for head in stated.get("supports", {}):
            yield ("datasets", name, "supports", head), f"someone, {name}"


def misprint(rng: random.Random, text: str) -> str:
    places = [i for i, sign in enumerate(text) if sign.isdigit()]
    while True:
        i = rng.choice(places)
        changed = text[:i] + rng.choice("0123456789") + text[i + 1 :]
        whole = changed.lstrip("+-").partition(".")[0]
        if changed != text and (whole == "0" or not whole.startswith("0")):
            return changed


def can_be_clean(made: Made) -> bool:
    """Whether some clean table prints just like this one, its supports being as stated."""
    document, style = made.document, made.style
    for stated in document["datasets"].values():
        if stated["train"] + stated["test"] != stated["images"]:
            return False
        if sum(stated["supports"].values()) != stated["test"]:
            return False
    plain: dict[tuple[str, str], list[tuple[Fraction, str]]] = {}
    for row in document["tables"]["results"]["rows"]:
        supports = list(document["datasets"][row["dataset"]]["supports"].values())
        averages = possible_averages(row, supports, style)
        if not averages:
            return False
        model = (row["dataset"], row["backbone"])
        if row["attention"] == "none":
            plain[model] = [(value, row["average"]) for value in averages]
        elif row["gain"] not in possible_gains(averages, row["average"], plain[model], style):
            return False
    return True


def possible_averages(row: dict[str, Any], supports: list[int], style: Style) -> set[Fraction]:
    """Every average of k/n, before rounding, with which a clean row prints like this one."""
    choices = [
        [k for k in near(cell, n) if cell in prints(share(k, n), style)]
        for cell, n in zip(row["cells"], supports, strict=True)
    ]
    as_printed = mean([Fraction(cell) for cell in row["cells"]], supports, style.metric)
    if not all(choices):
        return set()
    exact = {
        mean([share(k, n) for k, n in zip(counts, supports, strict=True)], supports, style.metric)
        for counts in product(*choices)
    }
    if row["average"] in prints(as_printed, style):
        return exact
    return {value for value in exact if row["average"] in prints(value, style)}


def possible_gains(
    averages: set[Fraction], printed: str, plain: list[tuple[Fraction, str]], style: Style
) -> set[str]:
    texts = set()
    for value in averages:
        for other, text in plain:
            for difference in (value - other, Fraction(printed) - Fraction(text)):
                texts |= {with_sign(difference, t) for t in prints(abs(difference), style)}
                texts |= {f"+{t}" for t in prints(abs(difference), style) if not float(t)}
                texts |= {f"-{t}" for t in prints(abs(difference), style) if not float(t)}
    return texts


def can_be_counted(made: Made, largest: dict[str, list[int]] | None = None) -> bool:
    """Whether some supports that add up to the test part make whole images of every cell.

    ``largest`` bounds the supports of each class of a dataset.
    """
    document = made.document
    rows = document["tables"]["results"]["rows"]
    for name, stated in document["datasets"].items():
        columns = list(zip(*(r["cells"] for r in rows if r["dataset"] == name), strict=True))
        sums = {0}
        for i, column in enumerate(columns):
            most = stated["test"] if largest is None else min(largest[name][i], stated["test"])
            sizes = [n for n in range(1, most + 1) if counted(column, n, made.style)]
            sums = {s + n for s in sums for n in sizes if s + n <= stated["test"]}
        if stated["test"] not in sums:
            return False
    return True


def counted(column: tuple[str, ...], n: int, style: Style) -> bool:
    """Whether each figure is printed for some k out of n."""
    return all(any(text in prints(share(k, n), style) for k in near(text, n)) for text in column)


def near(text: str, n: int) -> range:
    """Every k out of n that lies within 0.1 of a printed percentage, or two images of it."""
    reach = max(2, n // 1000 + 1)
    middle = round(Fraction(text) * n / 100)
    return range(max(0, middle - reach), min(n, middle + reach) + 1)
