"""What may be concluded: the claim, comparisons, verdicts, the ladder, power and ranks."""

import numpy as np

from bench.report.findings import Findings
from bench.report.markup import Html, element, items, join, paragraph, strip, table, tag
from bench.report.words import MISSING, NONE, counted, interval, number, scale, told
from bench.statistics.claim import MODULE
from bench.statistics.claimed import ClaimedGain
from bench.statistics.comparison import HIGHER, LOWER, Across, Comparison
from bench.statistics.intervals import Estimate
from bench.statistics.ladder import Ladder, Rung, Shared
from bench.statistics.power import gain_seen

#: How a conclusion looks; its word says the same.
KINDS = {HIGHER: "up", LOWER: "down"}


def claim(found: Findings) -> Html:
    """One paragraph for each setting."""
    if not found.claims:
        return paragraph(
            f"'{MODULE}' was not run in this matrix, so that nothing is said of its claim."
        )
    return join(
        join(
            [
                element("h3", f"{one.dataset}, {one.protocol}, {one.backbone}"),
                element("blockquote", paragraph(one.paragraph)),
            ]
        )
        for one in found.claims
    )


def comparisons(found: Findings) -> Html:
    """Each attention against the plain backbone, over the runs that they share."""
    compared = found.comparisons
    if not compared:
        return paragraph("No setting has both the plain backbone ('none') and another attention.")
    heads = ["attention", "setting", ">pairs", ">gain", "95 % interval", "", ">d_z", ">p runs"]
    heads += [">p images", "than the plain one", "note"]
    width = scale([0.0, *(v for c in compared for v in (c.gain.mean, c.gain.low, c.gain.high))])
    rows = [_compared(one, width) for one in compared]
    said = paragraph(
        "Gain in points of balanced accuracy over the plain backbone, from runs that share seed "
        f"and split. p after Holm over {counted(len(compared), 'comparison')}; {NONE} where there "
        "can be none. The upright line is no gain.",
        "note",
    )
    made = table("Against the plain backbone", heads, rows)
    return join([said, made, items(dict.fromkeys(_tests(one) for one in compared))])


def verdicts(found: Findings) -> Html:
    """Whether each reported number was reproduced."""
    if found.reported is None and not found.verdicts:
        return paragraph("The matrix names no reported table, so that there is nothing to judge.")
    if not found.verdicts:
        return paragraph("Nothing that the reported table prints stands beside these runs.")
    heads = ["reported as", "setting", "attention", "what", ">reported", ">measured", ">n"]
    heads += ["verdict", "why"]
    rows = [
        [
            one.reported_as,
            f"{one.dataset}, {one.protocol}, {one.backbone}",
            one.attention,
            one.what,
            f"{one.reported:.2f}",
            number(one.measured, none=MISSING),
            one.verdict.n,
            str(one.verdict),
            "; ".join(
                filter(None, (one.verdict.why, one.doubt and f"the printed figure: {one.doubt}"))
            ),
        ]
        for one in found.verdicts
    ]
    return table("Verdicts on reported numbers", heads, rows)


def ladder(found: Findings) -> Html:
    """What each split protocol costs."""
    if not found.ladders:
        return paragraph(
            "No model of this matrix stands on two rungs of the ladder (paper at its best epoch, "
            "paper at its last, sequence, subject)."
        )
    said = paragraph(
        "Balanced accuracy under each protocol, and what the rung costs: less the one above it, "
        "in points. Beside it the test images with another frame of their sequence, or another "
        "image of their subject, in train.",
        "note",
    )
    return join([said, *(_ladder(one) for one in found.ladders)])


def power(found: Findings) -> Html:
    """What these runs could show, and what the claimed gains would take."""
    parts = [_seen(found), _claimed(found)]
    return join(parts)


def ranks(found: Findings) -> Html:
    """Average ranks over the datasets, in numbers."""
    ranking = found.ranking
    if isinstance(ranking, str):
        return paragraph(f"There is no ranking: {ranking}.")
    rows = [
        [name, f"{place:.2f}"] for name, place in zip(ranking.models, ranking.ranks, strict=True)
    ]
    heads = ["attention", ">average rank"]
    return table(f"Ranks over {ranking.datasets} datasets; 1 is best", heads, rows)


def _compared(one: Comparison, width: tuple[float, float]) -> list[object]:
    gain = one.gain
    notes = ["optimistic"] if one.optimistic else []
    notes += [f"{one.unpaired} unpaired"] if one.unpaired else []
    return [
        one.first,
        f"{one.dataset}, {one.protocol}, {one.backbone}",
        gain.n,
        number(gain.mean, "+.2f", MISSING),
        interval(gain, "+"),
        strip(gain.mean, gain.low, gain.high, width, 0.0),
        number(one.effect),
        _p(one.runs),
        _p(one.images),
        tag(one.conclusion, KINDS.get(one.conclusion, "")),
        "; ".join(notes),
    ]


def _tests(one: Comparison) -> str:
    said = dict.fromkeys(told(test) for test in (one.runs.test, one.signs, one.images.test))
    where = f"{one.dataset}, {one.protocol}, {one.backbone}, {one.first}"
    only = ""
    if one.only is not None:
        only = f"; answers that only {one.first} has right: {one.only[0]}, only {one.second}: "
        only += str(one.only[1])
    return f"{where}: {'; '.join(said)}{only}."


def _p(across: Across) -> str:
    return number(across.adjusted, ".3g")


def _ladder(one: Ladder) -> Html:
    heads = ["protocol", "epoch", ">n", ">missing", ">mean", "95 % interval", ">cost"]
    heads += ["its 95 % interval", ">sibling in train", ">subject in train"]
    caption = f"{one.dataset}, {one.backbone}, {one.attention}"
    return table(caption, heads, [_rung(rung) for rung in one.rungs])


def _rung(rung: Rung) -> list[object]:
    cost = rung.cost or Estimate(0)
    return [
        rung.protocol,
        rung.rule,
        rung.estimate.n,
        rung.missing,
        number(rung.estimate.mean, none=MISSING),
        interval(rung.estimate),
        number(cost.mean, "+.2f"),
        interval(cost, "+"),
        _kin(rung.shared, "siblings"),
        _kin(rung.shared, "subjects"),
    ]


def _kin(shared: Shared | None, what: str) -> str:
    count = None if shared is None else getattr(shared, what)
    return "unknown" if shared is None or count is None else f"{count} of {shared.tested}"


def _seen(found: Findings) -> Html:
    rows = [
        [
            one.first,
            f"{one.dataset}, {one.protocol}, {one.backbone}",
            one.gain.n,
            number(one.gain.sd),
            number(seen),
        ]
        for one in found.comparisons
        if (seen := gain_seen_by(one.gain)) is not None
    ]
    if not rows:
        return paragraph(
            "No setting has two pairs of runs that differ, so that it is not known how large a "
            "gain these runs could have shown."
        )
    heads = ["attention", "setting", ">pairs", ">std of gains", ">gain seen"]
    return table("Gain in points that these runs see with 80 % power at 5 %", heads, rows)


def gain_seen_by(gain: Estimate) -> float | None:
    """The gain that as many pairs see with 80 % power, from the standard error of their mean.

    Over several splits that error is Nadeau & Bengio's already, and the pairs are the splits.
    """
    if gain.se is None or gain.df is None:
        return None
    n = int(gain.df) + 1
    return gain_seen(gain.se * float(np.sqrt(n)), n)


def _claimed(found: Findings) -> Html:
    if found.reported is None:
        return paragraph("The matrix names no reported table whose gains could be weighed.")
    if not found.gains:
        return paragraph("The reported table prints no gain.")
    heads = ["attention", "on", ">claimed", ">pairs of runs", ">test images", ">images needed"]
    heads += [">could see", ">at all", "seen"]
    said = paragraph(
        "Pairs of runs: for a paired t test at the deviation that this matrix measured, "
        f"{NONE} where no number is enough; where it measured none, at 1, 2 or 4 points. "
        "Images needed: if the models "
        "differ on the fewest images; if their errors are independent. Could see: the gain in "
        "points that the test part sees; at all: the least that an exact test on it can show.",
        "note",
    )
    made = table(
        f"What the gains of {found.reported} would take, at 5 % and 80 % power",
        heads,
        [_gain(one) for one in found.gains],
    )
    return join([made, said])


def _runs(one: ClaimedGain) -> str:
    counts = [one.runs] if one.deviation else [runs for _, runs in one.assumed]
    return ", ".join(number(runs, ",") for runs in counts)


def _gain(one: ClaimedGain) -> list[object]:
    least, most = one.images_least, one.images_most
    return [
        one.attention,
        f"{one.dataset}, {one.backbone}",
        f"{one.gain:+.2f} ({one.doubt})" if one.doubt else f"{one.gain:+.2f}",
        _runs(one),
        number(one.images, ","),
        NONE if least is None or most is None else f"{least:,} to {most:,}",
        number(one.seen, ".1f"),
        number(one.smallest),
        {True: "yes", False: "no", None: "unknown"}[one.could_be_seen],
    ]
