"""The letters below a table, and the sentences of its caption."""

from collections.abc import Iterator, Sequence

from bench.statistics.comparison import HIGHER, LOWER, Comparison
from bench.statistics.measured import Configuration

_SEVERAL = 3

BOLD = (
    "Bold: the highest mean of those that differ in attention alone, and all whose paired "
    "difference from it has a 95 % interval that holds 0; nothing is bold where no such interval "
    "is known."
)


def evidence_note(comparison: Comparison) -> str:
    """Which tests tell a gain over the baseline from 0; empty where they don't."""
    if comparison.conclusion not in (HIGHER, LOWER):
        return ""
    tests = [f"{comparison.runs.test.name} test across {_repeated(comparison)}"]
    if comparison.images_known:
        name = comparison.images.test.name
        tests.append(name if "across" in name else f"{name} test across images")
    over = f" after Holm over {comparison.family} comparisons" if comparison.family > 1 else ""
    conclusion = comparison.conclusion.capitalize()
    return f"{conclusion} than the baseline at 5 %: {' and '.join(tests)}{over}."


def no_test_notes(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """What goes for gains without a mark, and why some could not have had one."""
    if not comparisons:
        return
    yield "A gain without a mark can't be told from 0 with these runs."
    reasons = dict.fromkeys(
        f"{across.test.name}: {across.test.why}"
        for one in comparisons
        for across in (one.runs, one.images)
        if one.gain.mean is not None and across.test.p is None
    )
    reasons |= dict.fromkeys(one.family_note for one in comparisons if one.family_note)
    if reasons:
        yield f"Not tested: {'; '.join(reasons)}."


def caption(title: str, rule: str, found: Sequence[Configuration], code: Sequence[str]) -> str:
    """Title, data, protocol, rule, seeds and commit, in plain text.

    Parameters
    ----------
    found : sequence of Configuration
        All that stand in the table.
    code : sequence of str
        The commits that their runs were made with.
    """
    sentences = [title.rstrip(". "), "Mean ± standard deviation over runs"]
    sentences.append(f"Data: {', '.join(dict.fromkeys(one.dataset for one in found))}")
    protocols = dict.fromkeys(one.protocol for one in found)
    sentences.append(f"Protocol: {', '.join(protocols)}")
    sentences.append(_rule(rule, found))
    runs = [run for one in found for run in one.runs]
    if runs:
        told = f"Training seeds: {_numbers({run.seed for run in runs})}"
        splits = {run.split_seed for run in runs}
        sentences.append(told + f"; split seeds: {_numbers(splits)}")
        sentences.append(f"Commit: {_some(code)}")
    else:
        sentences.append("No run is done")
    return " ".join(f"{each}{'' if each.endswith('?') else '.'}" for each in sentences if each)


def _rule(rule: str, found: Sequence[Configuration]) -> str:
    if rule == "last":
        return "Epoch: the last"
    monitored = dict.fromkeys(one.specification.monitored for one in found)
    told = f"Epoch: best balanced accuracy on the {' or '.join(monitored)} part"
    if "test" in monitored:
        told += ", so that figures picked on the test part are optimistic"
    return told


def _repeated(comparison: Comparison) -> str:
    return "splits" if "resampled" in comparison.runs.test.name else "runs"


def _numbers(numbers: set[int]) -> str:
    """``0–4, 7``."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{p[0]}–{p[-1]}" if len(p) > 1 else str(p[0]) for p in parts)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SEVERAL
    return ", ".join(names[:_SEVERAL]) + (f" and {more} more" if more > 0 else "")
