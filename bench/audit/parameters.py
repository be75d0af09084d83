"""Whether printed numbers of parameters follow from the architecture, built and counted.

A model is built on PyTorch's meta device, which has shapes and no memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import torch

from bench.audit.findings import Confidence, Finding
from bench.audit.granularity import ROUNDED, in_text
from bench.audit.reading import Row, decimals_of
from registry.catalog import ATTENTIONS, BACKBONES, DATASETS
from registry.errors import RequestError
from registry.model import attention_parameter_count, find_sites, parameter_count
from registry.site import Site

#: Grey or colour: a paper may not say which.
CHANNELS = (1, 3)
#: Side in pixels where none is stated; no number of parameters here depends on it much.
SIDE = 224


@dataclass(frozen=True)
class Count:
    """Trainable parameters of a model, and those that attention adds to its backbone."""

    total: int
    added: int


def check_parameters(rows: Sequence[Row]) -> list[Finding]:
    """Check the rows of a paper that print numbers of parameters."""
    stated = [row for row in rows if row.row.parameters or row.row.added]
    findings, counted = [], []
    for row in stated:
        try:
            counted.append((row, [_count(row, channels) for channels in CHANNELS]))
        except RequestError as error:
            findings.append(_unchecked(row, error))
    if not counted:
        return _once(findings)
    # A paper's models see images of the same kind: the one that more of its figures follow from.
    best = max(
        range(len(CHANNELS)),
        key=lambda i: sum(_total_follows(row, counts[i]) for row, counts in counted),
    )
    for row, counts in counted:
        findings += _check(row, counts[best], CHANNELS[best], [r for r, _ in counted])
    return _once(findings)


def _check(row: Row, count: Count, channels: int, rows: Sequence[Row]) -> Iterator[Finding]:
    own = row.row
    model = f"{own.backbone} with {channels} input channel{'s' if channels > 1 else ''}"
    if not _total_follows(row, count):
        printed = own.parameters or ""
        follows = in_text(Fraction(count.total, 10**6), _decimals(printed), zeros=True) + "M"
        message = f"{model} and attention '{own.attention}', built and counted, has {count.total:,}"
        message += " parameters."
        yield Finding(row.place("parameters"), printed, follows, "parameters", "high", message)
    if own.added is not None and own.added_count != count.added:
        same = [
            r for r in rows if (r.row.backbone, r.row.attention) == (own.backbone, own.attention)
        ]
        others = sum(r.row.added_count == count.added for r in same)
        confidence: Confidence = "high" if others else "low"
        message = (
            f"Attention '{own.attention}' in {own.backbone}, built and counted, "
            f"adds {count.added:,} parameters"
        )
        message += f"; {others} of the model's {len(same)} rows print that." if others else "."
        if not others and len(same) > 1 and len({r.row.added for r in same}) == 1:
            message += " All of its rows print the same other number: it may be another variant."
        yield Finding(
            row.place("added"), own.added, f"+{count.added:,}", "parameters", confidence, message
        )


def _total_follows(row: Row, count: Count) -> bool:
    printed = row.row.parameters
    if printed is None:
        return True
    return ROUNDED.allows(
        Fraction(count.total, 10**6), Fraction(printed.removesuffix("M")), _decimals(printed)
    )


def _decimals(millions: str) -> int:
    return decimals_of(millions.removesuffix("M"))


def _count(row: Row, channels: int) -> Count:
    own = row.row
    backbone, attention = BACKBONES.get(own.backbone).name, ATTENTIONS.get(own.attention)
    size = row.table.paper.recipes.input_size or SIDE
    plain, sites = _built(backbone, channels, _classes(row), size)
    added = attention_parameter_count(attention, attention.parse({}), sites)
    return Count(plain + added, added)


def _classes(row: Row) -> int:
    """How many classes the row's models tell apart.

    Raises
    ------
    RequestError
        Neither the table nor the registry tells.
    """
    for other in row.table.rows:
        if other.dataset == row.row.dataset and other.cells:
            return len(other.cells)
    expected = DATASETS.get(row.row.dataset).expected
    if expected is None:
        raise RequestError(f"it is not known how many classes '{row.row.dataset}' has")
    return len(expected.counts)


@cache
def _built(backbone: str, channels: int, classes: int, size: int) -> tuple[int, tuple[Site, ...]]:
    """Parameters of the plain backbone, and where attention would go."""
    base = BACKBONES.get(backbone)
    with torch.device("meta"):
        model, positions = base.build(channels, classes, base.parse({}))
        return parameter_count(model), find_sites(model, positions, channels=channels, size=size)


def _unchecked(row: Row, error: RequestError) -> Finding:
    return Finding(
        row.place("parameters"),
        row.row.parameters or row.row.added or "",
        "",
        "unchecked",
        "low",
        f"The parameters of {row.row.label} were not counted: {str(error).rstrip('?.')}.",
        group="design",
    )


def _once(findings: list[Finding]) -> list[Finding]:
    """Of what could not be checked, one finding for each reason."""
    seen: set[str] = set()
    kept = []
    for finding in findings:
        if finding.kind != "unchecked" or finding.message not in seen:
            kept.append(finding)
        seen.add(finding.message)
    return kept
