"""Whether a measured and a reported figure are of the same thing, and if not, why."""

from collections.abc import Iterable, Iterator, Mapping

from bench.specification import Specification, label
from registry.reported import ReportedRow, ReportedTable, reported_table, reported_tables


def find_reported(
    specification: Specification, named: Iterable[str] = ()
) -> tuple[ReportedTable, ReportedRow] | None:
    """The reported row that belongs beside a configuration.

    A table that prints this dataset comes first; else one that the matrix names, whose figure for
    the same backbone and attention is then of other data, which `differences` says.
    """
    backbone, attention = specification.backbone.name, specification.attention.name
    wanted = [reported_table(name) for name in named]
    rows = [
        (table, row)
        for table in (*wanted, *reported_tables())
        for row in table.rows
        if (row.backbone, row.attention) == (backbone, attention)
    ]
    same_data = [pair for pair in rows if pair[1].dataset == specification.dataset.name]
    asked_for = [pair for pair in rows if pair[0] in wanted]
    return next(iter((*same_data, *asked_for)), None)


def differences(
    specification: Specification,
    images: Mapping[str, int] | None,
    table: ReportedTable,
    row: ReportedRow,
) -> Iterator[str]:
    """Why a figure of this specification cannot be set against that row; nothing where it can.

    What the paper leaves open (optimizer, cut-off radius, augmentation, …) makes no difference.

    Parameters
    ----------
    images : mapping or None
        Number of images in each part, where a run has stated it.
    """
    if row.dataset != specification.dataset.name:
        yield "other data"
        return
    stated = table.paper.datasets[row.dataset].images
    found = sum(images.values()) if images else stated
    if found != stated:
        yield f"other data: {found} images, not {stated}"
    protocol = label("protocol", specification.protocol)
    if protocol != table.protocol:
        yield f"other protocol: {protocol}, not {table.protocol}"
    recipe = specification.recipe
    paper = table.paper.recipes.of(row.dataset, row.backbone)
    settings = (
        ("input", recipe.size, paper.input_size),
        ("epochs", recipe.epochs, paper.epochs),
        ("batch", recipe.batch_size, paper.batch_size),
        ("learning rate", recipe.lr, paper.learning_rate),
        ("schedule", recipe.schedule, "plateau"),
        ("factor", recipe.factor, paper.plateau_factor),
        ("patience", recipe.patience, paper.plateau_patience),
    )
    changed = [f"{name} {ours}, not {theirs}" for name, ours, theirs in settings if ours != theirs]
    if changed:
        yield f"other recipe: {'; '.join(changed)}"
