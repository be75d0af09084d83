"""The paper's claim in plain words: what these runs allow to conclude, and what they do not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bench.statistics.comparison import HIGHER, LOWER, MISSING, UNTOLD, Comparison, as_family
from bench.statistics.intervals import Estimate
from bench.statistics.measured import Configuration
from bench.statistics.settings import Scope, against, named

MODULE = "hfc"
#: What it is set against, and what each is.
RIVALS = {
    "none": "the plain backbone",
    "bam": "BAM",
    "hfc_mean": "the control with one static mask for all images",
    "hfc_random": "the control that asks with a random part of the spectrum",
}
#: Those of them that have the module's own parameters.
CONTROLS = ("hfc_mean", "hfc_random")


@dataclass(frozen=True)
class Claim:
    """The paragraph on one setting, and the comparisons that it was made of."""

    dataset: str
    protocol: str
    backbone: str
    rule: str
    paragraph: str
    comparisons: tuple[Comparison, ...]


def claims(session: Session, scope: Scope) -> tuple[Claim, ...]:
    """One paragraph for each setting and parameters of the module; Holm over all of them.

    A control has the parameters of the module that it stands beside.

    Raises
    ------
    RequestError
        The module was not run at all.
    """
    found = scope.configurations(session)
    modules = dict.fromkeys(one.attention for one in found if is_module(one)) or (MODULE,)
    comparisons = as_family(
        [
            comparison
            for label in modules
            for comparison in against(session, named(found, label), _rivals(found, label))
        ]
    )
    # `against` goes through the rivals of one setting before it turns to the next.
    return tuple(
        _claim(comparisons[start : start + len(RIVALS)])
        for start in range(0, len(comparisons), len(RIVALS))
    )


def is_module(one: Configuration) -> bool:
    """Whether its attention is the paper's, with whatever parameters."""
    return one.attention.partition("(")[0] == MODULE


def _rivals(found: Iterable[Configuration], module: str) -> dict[str, tuple[Configuration, ...]]:
    parameters = module.removeprefix(MODULE)
    labels = [name + parameters if name in CONTROLS else name for name in RIVALS]
    return {label: tuple(one for one in found if one.attention == label) for label in labels}


def paragraph(comparisons: Sequence[Comparison]) -> str:
    """Plain words on one setting, from its comparisons with each rival."""
    first = comparisons[0]
    by_rival = {_rival(comparison): comparison for comparison in comparisons}
    said = [
        f"On {first.dataset} with {first.backbone}, protocol {first.protocol}, at the {first.rule} "
        f"epoch, {first.first} reaches {_figure(first.means[0])}.",
        _listed("It may be concluded that", _may(by_rival), "Nothing may be concluded from this."),
        _listed("It may not be concluded that", _may_not(by_rival), ""),
        "The evidence:",
        *(_sentence(comparison) for comparison in comparisons),
    ]
    return " ".join(part for part in said if part)


def _rival(comparison: Comparison) -> str:
    return comparison.second.partition("(")[0]


def _claim(comparisons: Sequence[Comparison]) -> Claim:
    first = comparisons[0]
    return Claim(
        first.dataset,
        first.protocol,
        first.backbone,
        first.rule,
        paragraph(comparisons),
        tuple(comparisons),
    )


def _figure(estimate: Estimate) -> str:
    if estimate.mean is None:
        return "no figure, for no run of it is done"
    runs = "one run" if estimate.n == 1 else f"{estimate.n} runs"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.mean:.2f} % balanced accuracy ({runs}; no interval: {estimate.why})"
    low, high = estimate.low, estimate.high
    return (
        f"{estimate.mean:.2f} % balanced accuracy (mean of {runs}, 95 % interval "
        f"{low:.2f} to {high:.2f})"
    )


def _sentence(comparison: Comparison) -> str:
    rival, gain = RIVALS[_rival(comparison)], comparison.gain
    if gain.mean is None:
        return f"Against {rival} ({comparison.second}) nothing is known: no pair of runs is done."
    side = "above" if gain.mean > 0 else "below"
    where = f"{abs(gain.mean):.2f} points {side} {rival}"
    if round(gain.mean, 2) == 0:
        where = f"level with {rival}"
    evidence = [f"{gain.n} pair{'s' if gain.n > 1 else ''}"]
    if gain.low is not None and gain.high is not None:
        evidence.append(f"95 % interval by itself {gain.low:+.2f} to {gain.high:+.2f}")
    evidence += _tests(comparison)
    told = {
        HIGHER: "that it is higher is shown",
        LOWER: "that it is lower is shown",
        UNTOLD: "which of the two is higher can't be told",
    }[comparison.conclusion]
    return f"It is {where} ({'; '.join(evidence)}): {told}."


def _tests(comparison: Comparison) -> Iterator[str]:
    over = f" after Holm over {comparison.family}" if comparison.family > 1 else ""
    for across in (comparison.runs, comparison.images):
        if across.adjusted is not None:
            yield f"{across.test.name} p = {across.adjusted:.3g}{over}"
        else:
            yield f"{across.test.name}: no p, {across.test.why}"


def _may(found: Mapping[str, Comparison]) -> Iterator[str]:
    plain = found["none"]
    if plain.conclusion == HIGHER:
        yield "the module helps in this setting"
    if plain.conclusion == LOWER:
        yield "the module hurts in this setting"
    if plain.conclusion == UNTOLD and plain.gain.high is not None:
        more = f" of more than {plain.gain.high:.2f} points" if plain.gain.high > 0 else ""
        yield (
            f"on these test images a gain{more} over the plain backbone is unlikely: it lies "
            "outside the 95 % interval"
        )
    if found["bam"].conclusion in (HIGHER, LOWER):
        yield f"it does {_better(found['bam'])} than BAM here"
    mean, random = found["hfc_mean"].conclusion, found["hfc_random"].conclusion
    if plain.conclusion == mean == random == HIGHER:
        yield (
            "what helps are the high frequencies of the image at hand, as far as the two controls "
            "can tell"
        )
        return
    if mean in (HIGHER, LOWER):
        yield f"it does {_better(found['hfc_mean'])} than a mask that never looks at the image"
    if random in (HIGHER, LOWER):
        yield f"it does {_better(found['hfc_random'])} than a random part of the spectrum, as large"


def _may_not(found: Mapping[str, Comparison]) -> Iterator[str]:
    plain, bam = found["none"], found["bam"]
    if plain.conclusion in (UNTOLD, MISSING):
        yield "the module helps, or that it does nothing"
    if bam.conclusion in (UNTOLD, MISSING):
        yield "it is better or worse than BAM, or as good"
    if found["hfc_mean"].conclusion != HIGHER:
        yield f"it matters that the mask follows the image ({_state(found['hfc_mean'])})"
    if found["hfc_random"].conclusion != HIGHER:
        yield f"it matters that the frequencies are high ({_state(found['hfc_random'])})"
    needed = ("none", *CONTROLS)
    if any(found[rival].conclusion != HIGHER for rival in needed):
        yield "high frequencies help, which takes being above the plain backbone and both controls"
    if plain.optimistic:
        yield "these are accuracies on unseen images, for the test part picked the epoch"
    if any(c.gain.mean is not None and not c.images_known for c in found.values()):
        yield "other test images would show the same, for the store does not tell the images apart"
    yield "the same holds for other data, splits or backbones"


def _better(comparison: Comparison) -> str:
    return "better" if comparison.conclusion == HIGHER else "worse"


def _state(comparison: Comparison) -> str:
    return {
        MISSING: "that control was not run",
        UNTOLD: "that control can't be told from it",
        LOWER: "that control does better",
    }[comparison.conclusion]


def _listed(head: str, items: Iterator[str], none: str) -> str:
    listed = list(items)
    return f"{head} {'; that '.join(listed)}." if listed else none
