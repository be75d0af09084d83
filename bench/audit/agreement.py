"""Whether two places that print the same thing agree."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, groupby

from bench.audit.findings import Finding
from bench.audit.granularity import ROUNDED
from bench.audit.reading import Row, decimals_of


def check_agreement(rows: Sequence[Row], doubted: set[str]) -> list[Finding]:
    """Check rows of all tables of a paper against one another.

    Parameters
    ----------
    rows : sequence of Row
        Of all tables.
    doubted : set of str
        Places that have a finding already: that they disagree with another is no news.
    """
    return [
        finding
        for finding in (*_same_cells(rows), *_same_models(rows))
        if doubted.isdisjoint({finding.where, *finding.also})
    ]


def _same_cells(rows: Sequence[Row]) -> Iterator[Finding]:
    """Two tables that print the same cell of the same experiment."""
    for one, other in combinations(rows, 2):
        if one.table is other.table or _experiment(one) != _experiment(other):
            continue
        printed = dict(_figures(other))
        for column, text in _figures(one):
            if column in printed and not _alike(text, printed[column]):
                yield Finding(
                    one.place(column),
                    text,
                    printed[column],
                    "agreement",
                    "medium",
                    f"{other.place(column)} prints {printed[column]} for the same thing.",
                    also=(other.place(column),),
                )


def _experiment(row: Row) -> tuple[str, ...]:
    own, table = row.row, row.table
    return (
        own.dataset,
        own.backbone,
        own.attention,
        table.protocol,
        table.selection,
        table.metric,
        str(table.runs),
    )


def _figures(row: Row) -> Iterator[tuple[str, str]]:
    own = row.row
    yield from ((cell.head, cell.printed) for cell in own.cells)
    yield "Average", own.average
    epoch = None if own.best_epoch is None else str(own.best_epoch)
    for column, text in (
        ("best epoch", epoch),
        ("gain", own.gain),
        ("parameters", own.parameters),
        ("added", own.added),
    ):
        if text is not None:
            yield column, text


def _alike(one: str, other: str) -> bool:
    """Whether both can be the same number, rounded to its own decimals."""
    try:
        figures = [(Fraction(text.replace(",", "")), decimals_of(text)) for text in (one, other)]
    except ValueError:  # 11.17M
        return one == other
    (longer, _), (shorter, decimals) = sorted(figures, key=lambda figure: -figure[1])
    return ROUNDED.allows(longer, shorter, decimals)


def _same_models(rows: Sequence[Row]) -> Iterator[Finding]:
    """Rows of one model: what attention adds to it does not depend on the data."""
    stated = [row for row in rows if row.row.added is not None]
    for _, group in groupby(sorted(stated, key=_model), key=_model):
        same = list(group)
        usual, times = Counter(row.row.added for row in same).most_common(1)[0]
        if usual is None or times * 2 <= len(same):
            continue
        yield from _unusual(same, usual, times)


def _unusual(rows: Iterable[Row], usual: str, times: int) -> Iterator[Finding]:
    for row in rows:
        printed = row.row.added or ""
        if printed != usual:
            message = f"{times} other rows print {usual} for the same model."
            yield Finding(row.place("added"), printed, usual, "agreement", "medium", message)


def _model(row: Row) -> tuple[str, str]:
    return row.row.backbone, row.row.attention
