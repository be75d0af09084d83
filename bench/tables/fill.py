"""A table filled from a store."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from bench.comparability import find_reported
from bench.statistics.comparison import Comparison
from bench.statistics.doubted import doubt
from bench.statistics.measured import Configuration
from bench.statistics.settings import against, setting
from bench.statistics.stored import configurations
from bench.tables.beside import beside_reported, heads_of, unlike
from bench.tables.cells import Source, best_by_key, cell_of, keys_of
from bench.tables.content import Cell, Entry, Evidence, Table
from bench.tables.facts import commits, facts_of
from bench.tables.layout import Layout
from bench.tables.letters import Letters, Note
from bench.tables.notes import BOLD, caption, no_test_notes
from bench.tables.quantities import QUANTITIES
from bench.tables.scope import Place, chosen, labels_of, places
from registry.errors import RequestError
from registry.reported import find


def fill(
    session: Session, name: str, layout: Layout, rule: str, matrix: str | None = None
) -> Table:
    """Fill a layout with what the store holds.

    Parameters
    ----------
    name : str
        What the table is called.
    rule : str
        ``best`` or ``last``.
    matrix : str, optional
        Only the cells of this matrix.

    Raises
    ------
    RequestError
        Nothing in the store belongs into it, or two configurations would share a place.
    """
    pool = configurations(session, rule, matrix)
    found = chosen(layout, pool)
    if not found:
        raise RequestError(_nothing(name, layout, bool(pool), matrix))
    _check_places(layout, found)
    wide = chosen(layout, pool, aside=("attention",))
    baselines = {setting(one): one for one in wide if one.attention == layout.baseline}
    facts = facts_of(session, [*found, *baselines.values()], rule)
    rivals = [
        one for one in found if one.attention != layout.baseline and setting(one) in baselines
    ]
    compared = against(session, rivals, {layout.baseline: tuple(baselines.values())})
    source = Source(
        layout,
        facts,
        baselines,
        {one.id: comparison for one, comparison in zip(rivals, compared, strict=True)},
        best_by_key(layout, facts, found),
        Letters(),
    )
    entries = tuple(_entry(source, place) for place in places(layout, found))
    texts = [*_general(source, entries), *dict.fromkeys(_misprints(layout, found))]
    general = [Note("", text) for text in texts]
    return Table(
        name,
        layout,
        rule,
        caption(layout.title or name, rule, found, commits(facts, found)),
        entries,
        (*source.letters.notes, *general),
    )


def _misprints(layout: Layout, found: Sequence[Configuration]) -> Iterator[str]:
    """What the audit says of the reported figures beside these runs."""
    named = [layout.reported] if layout.reported else []
    for one in found:
        table, row = find_reported(one.specification, named) or (None, None)
        if table is None or row is None:
            continue
        for column, printed in (("Average", row.average), ("gain", row.gain)):
            if printed and (why := doubt(table, row, column)):
                yield f"Reported {printed} ({row.label}, {row.dataset}): {why}."


def _nothing(name: str, layout: Layout, any_cells: bool, matrix: str | None) -> str:
    where = f"matrix '{matrix}'" if matrix else "the results database"
    if not any_cells:
        return f"{where} has no cells yet, so that table '{name}' has nothing to show"
    wanted = "; ".join(f"{key}: {', '.join(names)}" for key, names in layout.only.items())
    return f"nothing in {where} belongs into table '{name}', which asks for {wanted}"


def _check_places(layout: Layout, found: Sequence[Configuration]) -> None:
    shown = {*layout.rows, *layout.columns}
    for dimension, _ in labels_of(found[0]).items():
        labels = sorted({getattr(one, dimension) for one in found})
        if dimension not in shown and len(labels) > 1:
            raise RequestError(
                f"the runs are of more than one {dimension} ({', '.join(labels)}): put "
                f"'{dimension}' in the layout's rows or columns, or choose one in its [only]"
            )


def _entry(source: Source, place: Place) -> Entry:
    one = place.configuration
    if one is None:
        return _not_run(source.layout, place)
    named = [source.layout.reported] if source.layout.reported else []
    found = find_reported(one.specification, named)
    table, row = found or (None, None)
    same_data = row if row and row.dataset == one.specification.dataset.name else None
    classes = source.facts.classes.get(one.id) or tuple(same_data.printed if same_data else ())
    cells = {key: cell_of(source, one, key) for key in keys_of(source.layout, classes)}
    cells = beside_reported(cells, row, source.layout.baseline)
    why = unlike(one, table, row) if table and row else ()
    mark = ""
    if why and any(cell.reported is not None for cell in cells.values()):
        mark = source.letters.mark(f"Reported, but not comparable: {'; '.join(why)}.")
    comparison = source.comparisons.get(one.id)
    return Entry(
        place.labels,
        place.setting,
        heads_of(classes, same_data),
        cells,
        _evidence(comparison) if comparison else None,
        f"{table.source}/{table.name}, {row.dataset}" if table and row else "",
        why,
        mark,
    )


def _not_run(layout: Layout, place: Place) -> Entry:
    names = (place.labels[kind] for kind in ("dataset", "backbone", "attention"))
    row = find(layout.reported or "", *names)
    heads = heads_of(tuple(row.printed) if row else (), row)
    plain = place.labels["attention"] == layout.baseline
    cells = {
        key: Cell(applies=not (plain and key[0] in ("gain", "added")))
        for key in keys_of(layout, tuple(heads))
    }
    return Entry(
        place.labels,
        place.setting,
        heads,
        beside_reported(cells, row, layout.baseline),
        reported_as=f"{row.source}/{row.table}, {row.dataset}" if row else "",
    )


def _evidence(comparison: Comparison) -> Evidence:
    runs, images = comparison.runs, comparison.images
    return Evidence(
        comparison.conclusion, runs.test.name, runs.adjusted, images.test.name, images.adjusted
    )


def _general(source: Source, entries: Sequence[Entry]) -> list[str]:
    shown = [metric for metric in source.layout.metrics if QUANTITIES[metric].note]
    texts = [" ".join(QUANTITIES[metric].note for metric in shown)] if shown else []
    if any(cell.best for entry in entries for cell in entry.cells.values()):
        texts.append(BOLD)
    if {"gain", "balanced_accuracy"} & {*source.layout.metrics}:
        texts += no_test_notes(list(source.comparisons.values()))
    return texts
