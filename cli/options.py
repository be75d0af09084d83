"""Options that several commands share."""

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """How to print."""

    table = "table"
    json = "json"


class TableFormat(StrEnum):
    """How to print a table."""

    table = "table"
    json = "json"
    csv = "csv"


Database = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", help="Results database: a path or URL.", show_default="results.db"
    ),
]
Roots = Annotated[
    list[str] | None,
    typer.Option("--root", metavar="DATASET=DIR", help="Where a dataset lies; repeatable."),
]
Output = Annotated[Format, typer.Option("--format", help="table, or json for scripts.")]
TableOutput = Annotated[TableFormat, typer.Option("--format", help="table, json or csv.")]
OfMatrix = Annotated[
    str | None, typer.Option("--matrix", metavar="M", help="Only the cells of this matrix.")
]

# --- how the machine is used ---

Device = Annotated[str, typer.Option(help="cpu, cuda or auto.")]
Deterministic = Annotated[
    bool, typer.Option("--deterministic", help="Same seed and machine, same bits; slower.")
]
Compile = Annotated[
    bool, typer.Option("--compile", help="Use torch.compile: minutes more; did not pay on a CPU.")
]
Keep = Annotated[str, typer.Option(help="Weights to keep: none, best or last.")]
CheckpointEvery = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="Between two checkpoints.")
]

# --- where cells are trained ---

PLACE = "Where"
CLUSTER = "On SLURM"
Where = Annotated[
    str | None,
    typer.Option(
        help="local, slurm, or inline: this process.",
        rich_help_panel=PLACE,
        show_default="local",
    ),
]
Slots = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Local workers at once.",
        rich_help_panel=PLACE,
        show_default="one a GPU, else one a core",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Take these from \\[profiles.NAME] of ferbench.toml.",
        rich_help_panel=PLACE,
    ),
]
Partition = Annotated[str | None, typer.Option(metavar="P", rich_help_panel=CLUSTER)]
Gpus = Annotated[
    int | None,
    typer.Option(min=0, help="GPUs of a job; a cell on each.", rich_help_panel=CLUSTER),
]
Cpus = Annotated[int | None, typer.Option(min=1, help="Cores a cell.", rich_help_panel=CLUSTER)]
Mem = Annotated[
    float | None, typer.Option(metavar="GB", help="Memory of a job.", rich_help_panel=CLUSTER)
]
Time = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="MIN",
        help="After which a job saves its state and queues up again.",
        rich_help_panel=CLUSTER,
        show_default="240",
    ),
]
Parallel = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Jobs at once.", rich_help_panel=CLUSTER),
]
CellsPerJob = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="K",
        help="Cells that a job trains in a row.",
        rich_help_panel=CLUSTER,
        show_default="1",
    ),
]
Slurm = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE",
        help="Any other option of sbatch; repeatable.",
        rich_help_panel=CLUSTER,
    ),
]
Wait = Annotated[
    bool,
    typer.Option("--wait", help="Follow the jobs to their end.", rich_help_panel=CLUSTER),
]
