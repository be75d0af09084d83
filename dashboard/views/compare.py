"""Two or more models on the runs that they share: seeds, classes, images."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from bench.board import PLAIN
from bench.contents import models, specification_of
from bench.data import load_samples
from bench.mistakes import picture
from bench.statistics.closeup import Closeup, Disputed, closeup
from bench.statistics.comparison import Comparison
from bench.statistics.settings import Scope, compare_all
from dashboard.address import choice, choices, switch
from dashboard.charts import draw, intervals
from dashboard.filters import filters, model_named
from dashboard.reading import home, read
from dashboard.tables import show_table
from dashboard.told import note, plain, remark, telling

#: Images that are listed, and shown.
LISTED, SHOWN = 200, 12


def show() -> None:
    """The page."""
    chosen = filters()
    if chosen is None:
        return
    identities = {
        model_named(backbone, attention, protocol, identity): identity
        for identity, backbone, attention, protocol, _ in read(
            models, chosen.dataset, chosen.matrix
        )
    }
    ordered = sorted(identities, key=lambda name: f" / {PLAIN}," in name)
    picked = choices(
        "model",
        "Models: the first is set against each of the others",
        list(identities),
        default=ordered if len(ordered) == 2 else (),
    )
    if len(picked) < 2:
        st.info("Pick two models or more; the leaderboard can pick them as well.")
        return
    asked = tuple(identities[name] for name in picked)
    matrix, dataset, rule = chosen.matrix, chosen.dataset, chosen.rule
    _conclusions(read(_compare, asked, rule, dataset, matrix), picked)
    st.page_link(
        "views/export.py",
        label=plain(f"Tables of {dataset} for a paper"),
        icon=":material/download:",
    )
    st.subheader("Close up")
    other = choice("against", "Against", picked[1:])
    with telling():
        found = read(closeup, asked[0], identities[other], rule, dataset, matrix=matrix)
        _closeup(found, picked[0], other, asked[0])


def _compare(
    session: Session, picked: tuple[str, ...], rule: str, dataset: str, matrix: str | None
) -> tuple[Comparison, ...]:
    return compare_all(session, picked, Scope(rule, matrix, dataset))


def _conclusions(found: Sequence[Comparison], picked: Sequence[str]) -> None:
    if any(one.optimistic for one in found):
        remark("OPTIMISTIC: the test part picked the epoch.")
    for one, name in zip(found, picked[1:], strict=True):
        if one.unlike:
            remark(f"{picked[0]} and {name} differ in more: {', '.join(one.unlike)}.")
    st.markdown(f"**{plain(picked[0])}** against each of the others:")
    rows = [_row(one, name) for one, name in zip(found, picked[1:], strict=True)]
    show_table("comparisons", rows, formats=FORMATS, describes="comparisons, first minus second")
    reasons = [
        f"{across.test.name}: no p, {across.test.why}"
        for one in found
        for across in (one.runs, one.images)
        if across.adjusted is None and across.test.why
    ]
    note(
        "gain: first minus second, percentage points of balanced accuracy, with its 95 % interval. "
        "p: after Holm over the comparisons shown. A difference is told where the test across runs "
        "rejects and, where the store tells images apart, that across images too.",
        *dict.fromkeys([*reasons, *(one.family_note for one in found if one.family_note)]),
    )


FORMATS = {
    "first, %": ".2f",
    "second, %": ".2f",
    "gain": "+.2f",
    "low": "+.2f",
    "high": "+.2f",
    "pairs": "d",
    "d": ".2f",
    "p across runs": ".3g",
    "p across images": ".3g",
    "only first right": "d",
    "only second right": "d",
}


def _row(one: Comparison, second: str) -> dict[str, Any]:
    only = one.only or (None, None)
    return {
        "against": second,
        "conclusion": f"{SIGNS.get(one.conclusion, '')} {one.conclusion}".strip(),
        "gain": one.gain.mean,
        "low": one.gain.low,
        "high": one.gain.high,
        "pairs": one.gain.n,
        "p across runs": one.runs.adjusted,
        "p across images": one.images.adjusted,
        "first, %": one.means[0].mean,
        "second, %": one.means[1].mean,
        "d": one.effect,
        "only first right": only[0],
        "only second right": only[1],
        "tests": f"{one.runs.test.name}; {one.images.test.name}",
    }


SIGNS = {"higher": "▲", "lower": "▼", "can't be told": "≈", "missing": "–"}


def _closeup(found: Closeup, first: str, second: str, identity: str) -> None:
    if not found.pairs:
        remark("They share no run of the same seed and split.")
        return
    left, right = st.columns(2)
    seeds = [f"split {one.split_seed}, seed {one.seed}" for one in found.pairs]
    gains = [one.gain for one in found.pairs]
    with left:
        st.markdown("**Each pair of runs**")
        chart = intervals(seeds, gains, [None] * len(gains), "first minus second, points")
        describes = "difference of each pair of runs; the table below has the numbers"
        draw(chart, "compare-runs", describes, height=120 + 24 * len(seeds))
    with right:
        st.markdown("**Each class**")
        classes = [name for name, _ in found.classes]
        chart = intervals(
            classes,
            [one.mean for _, one in found.classes],
            [one.half for _, one in found.classes],
            "gain in recall, points, 95 % interval",
            number=1,
        )
        draw(chart, "compare-classes", "gain in recall of each class", 120 + 30 * len(classes))
    rows = [
        {"run": seed, "first, %": one.first, "second, %": one.second, "gain": one.gain}
        for seed, one in zip(seeds, found.pairs, strict=True)
    ]
    with st.expander("The same as numbers"):
        show_table("pairs", rows, formats={"first, %": ".2f", "second, %": ".2f", "gain": "+.2f"})
        by_class = [
            {"class": name, "gain": one.mean, "low": one.low, "high": one.high, "n": one.n}
            for name, one in found.classes
        ]
        forms = {"gain": "+.2f", "low": "+.2f", "high": "+.2f", "n": "d"}
        show_table("classes", by_class, formats=forms, describes="gain in recall of each class")
    _images(found, first, second, identity)


def _images(found: Closeup, first: str, second: str, identity: str) -> None:
    st.markdown("**Each image**")
    if found.table is None:
        note(found.why)
        return
    both, only_first, only_second, neither = found.table
    rows = [
        {"": "first right", "second right": both, "second wrong": only_first},
        {"": "first wrong", "second right": only_second, "second wrong": neither},
    ]
    note(f"first: {first}; second: {second}.")
    show_table("mcnemar", rows, describes="McNemar's table: images over all pairs of runs")
    if not found.disputed:
        note("They are right on the same images, as often.")
        return
    disputed = [
        {"image": one.name, "true": one.true, "first right": one.first, "second right": one.second}
        for one in found.disputed[:LISTED]
    ]
    note(f"Images on which they disagree, of {found.disputed[0].pairs} pairs each at most:")
    show_table("disputed", disputed, describes="images on which the two disagree")
    if switch("images", "Show the first of them (reads the dataset)"):
        with telling():
            _pictures(found.disputed[:SHOWN], identity)


def _pictures(disputed: Sequence[Disputed], identity: str) -> None:
    shown = read(_pixels, identity, tuple(one.name for one in disputed))
    with st.container(horizontal=True):
        for one, pixels in zip(disputed, shown, strict=True):
            if pixels is None:
                continue
            said = f"{one.true}: first right {one.first} times, second {one.second}"
            st.image(pixels, plain(f"{said}\n{one.name}"), width=150, alt=f"{one.name}, {said}")


def _pixels(session: Session, identity: str, wanted: tuple[str, ...]) -> tuple[Any, ...]:
    samples = load_samples(specification_of(session, identity).dataset, home().roots)
    places = {name: place for place, name in enumerate(samples.names)}
    return tuple(
        picture(samples.images[places[name]]) if name in places else None for name in wanted
    )


with telling():
    show()
