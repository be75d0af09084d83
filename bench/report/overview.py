"""The head of the page: what the matrix shows in short, and what was run."""

from collections import Counter
from collections.abc import Iterator, Mapping

from bench.report.findings import Findings
from bench.report.markup import Html, element, items, join, paragraph, table, tag
from bench.report.words import counted, listed
from bench.statistics.comparison import HIGHER, LOWER, MISSING, UNTOLD

#: Cells without a result that are listed by name; more are counted.
MOST = 30


def head(found: Findings) -> Html:
    """Title, and the result in a few sentences."""
    return element(
        "header",
        paragraph(f"ferbench report · matrix {found.name}", "kicker"),
        element("h1", found.title or found.name),
        _tiles(found),
        items(_in_short(found)),
    )


def what_was_run(found: Findings) -> Html:
    """Cells, seeds, protocols, code and machines; what is missing by name."""
    ran = found.ran
    facts = [
        ("Cells", ", ".join(f"{n} {state}" for state, n in sorted(ran.states.items()))),
        ("Datasets", _names(found, "dataset")),
        ("Protocols", _names(found, "protocol")),
        ("Backbones", _names(found, "backbone")),
        ("Attention", _names(found, "attention")),
        ("Training seeds", listed(ran.seeds)),
        ("Split seeds", listed(ran.split_seeds)),
        ("Code", _counts(ran.commits)),
        ("Machines", _counts(ran.machines)),
        ("Reported table", found.reported or "none"),
    ]
    if ran.latest is not None:
        facts.append(("Last result", f"{ran.latest:%Y-%m-%d %H:%M} UTC"))
    said = join(join((element("dt", name), element("dd", text))) for name, text in facts)
    return join([element("dl", said), _optimistic(found), _missing(found)])


def _tiles(found: Findings) -> Html:
    ran = found.ran
    tiles = [
        (f"{ran.done} / {ran.asked}", "cells done"),
        (str(len(found.configurations)), "configurations"),
        (str(len({one.data for one in found.configurations})), "datasets"),
        (str(sum(len(one.runs) for one in found.configurations)), "runs"),
    ]
    return element(
        "div",
        *(
            element("div", element("b", value), element("span", name), class_="tile")
            for value, name in tiles
        ),
        class_="tiles",
    )


def _in_short(found: Findings) -> Iterator[str]:
    if not found.ran.done:
        yield "No cell of this matrix is done yet: there is nothing to conclude."
        return
    yield from _of_comparisons(found)
    if found.verdicts:
        words = Counter(one.verdict.word for one in found.verdicts)
        told = ", ".join(f"{n} {word}" for word, n in words.items())
        yield f"Of {counted(len(found.verdicts), 'reported number')}: {told}."
    optimistic = sum(one.optimistic for one in found.configurations)
    if optimistic:
        yield (
            f"In {optimistic} of {counted(len(found.configurations), 'configuration')} the test "
            "part picked the epoch: those figures are optimistic."
        )
    if found.ran.missing:
        yield f"{counted(len(found.ran.missing), 'cell')} of {found.ran.asked} without a result."


def _of_comparisons(found: Findings) -> Iterator[str]:
    if not found.comparisons:
        yield "Nothing is set against the plain backbone: no setting has both."
        return
    words = Counter(one.conclusion for one in found.comparisons)
    told = ", ".join(
        f"{words[word]} {word}" for word in (HIGHER, LOWER, UNTOLD, MISSING) if words[word]
    )
    yield (
        f"Of {counted(len(found.comparisons), 'comparison')} with the plain backbone, at 5 % "
        f"after Holm: {told}."
    )


def _names(found: Findings, kind: str) -> str:
    return ", ".join(dict.fromkeys(getattr(one, kind) for one in found.configurations)) or "none"


def _counts(counts: Mapping[str, int]) -> Html:
    made = [element("div", f"{name} ({counted(n, 'cell')})") for name, n in counts.items()]
    return join(made or ["no cell is done"])


def _optimistic(found: Findings) -> Html:
    chosen = [one for one in found.configurations if one.optimistic]
    if not chosen:
        return paragraph("In no configuration did the test part pick the epoch that is shown.")
    protocols = ", ".join(dict.fromkeys(one.protocol for one in chosen))
    said = (
        f" The test part picked the epoch under: {protocols}. Such figures are higher than those "
        "on images that nobody has looked at."
    )
    return element("p", tag("optimistic", "warn"), said)


def _missing(found: Findings) -> Html:
    cells = found.ran.missing
    if not cells:
        return paragraph("Every cell that was asked for has a result.")
    heads = ["cell", "dataset", "protocol", "model", ">split seed", ">fold", ">seed", "state"]
    rows = [
        [
            element("code", cell.id[:8]),
            cell.dataset,
            cell.protocol,
            f"{cell.backbone}/{cell.attention}",
            cell.split_seed,
            cell.fold,
            cell.seed,
            f"{cell.state}: {cell.reason}" if cell.reason else cell.state,
        ]
        for cell in cells[:MOST]
    ]
    made = table("Cells without a result", heads, rows)
    if len(cells) > MOST:
        made = join([made, paragraph(f"And {len(cells) - MOST} more.", "note")])
    return made
