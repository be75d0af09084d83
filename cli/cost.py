"""The command ``ferbench cost``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Database, Device, Format, Output

if TYPE_CHECKING:
    from bench.cost.kronecker import KroneckerMemory
    from bench.cost.models import Model
    from bench.cost.record import CostRow
    from bench.home import Home
    from bench.specification import Specification

NOTES = (
    "FLOPs of one image: an addition and a multiplication are two; Fourier transforms and singular "
    "values are counted by formula, what is done once an element not at all",
    "ms: latency of one image, median and 95th percentile; ×: the median over that of the "
    "backbone alone, timed in turn with it",
    "MiB: the most that tensors hold at once at the batch size, weights among them",
)


def cost(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MATRIX|MODEL...",
            help="A matrix, or models: resnet18, resnet18/hfc, mobilenet_v2/bam.",
            show_default=False,
        ),
    ] = None,
    kronecker: Annotated[
        tuple[int, int] | None,
        typer.Option(
            metavar="BATCH SIDE",
            help="Instead: memory of the paper's Kronecker product (§3) of such maps.",
            show_default=False,
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(min=8, max=1024, help="Side of the images.", show_default="224"),
    ] = None,
    batch: Annotated[
        int, typer.Option(min=1, help="Images at once, for throughput and memory.")
    ] = 32,
    channels: Annotated[int, typer.Option(min=1, help="Of the images: 1 is grey.")] = 1,
    classes: Annotated[int, typer.Option(min=2, help="That the model tells apart.")] = 7,
    rounds: Annotated[int, typer.Option(min=5, help="Timings of each model on one image.")] = 50,
    device: Device = "auto",
    threads: Annotated[
        int | None,
        typer.Option(min=1, help="CPU threads.", show_default="PyTorch's choice"),
    ] = None,
    db: Database = None,
    output: Output = Format.table,
) -> None:
    """Measure parameters, FLOPs, memory and latency beside the vanilla backbone."""
    from bench.cost.measure import CostSettings, measure_and_keep
    from bench.execution import Execution
    from bench.home import find_home
    from bench.store.watch import take_in
    from cli.terminal import console, print_json
    from registry.errors import RequestError

    if kronecker is not None:
        _print_kronecker(*kronecker, output)
        return
    if not what:
        raise RequestError("give a matrix or models, as in `ferbench cost resnet18/hfc`")
    home = find_home(db)
    models, matrix_size = _models(what, home)
    settings = CostSettings(
        size=size or matrix_size or CostSettings().size,
        batch=batch,
        channels=channels,
        classes=classes,
        rounds=rounds,
    )
    execution = Execution.parse(device=device, threads=threads)
    rows, path = measure_and_keep(models, settings, execution, home.runs)
    if output is Format.json:
        print_json([row.model_dump(mode="json") for row in rows])
    else:
        _print(rows)
        console.print(f"kept in {path}", style="dim", markup=False, soft_wrap=True)
    take_in(home.store, home.runs)  # last, for what was measured is shown and kept by now


def _models(words: Sequence[str], home: "Home") -> "tuple[list[Model], int | None]":
    """The models that are named, and the image size of the matrices among them."""
    from bench.cost.models import models_of, parse_model
    from jobs.asked import matrices as asked_for
    from jobs.matrix_file import load_matrix, shipped_matrices
    from registry.catalog import BACKBONES
    from registry.errors import RequestError, nearest

    shipped = {matrix.name for matrix in shipped_matrices()}
    asked = asked_for(home.runs)
    models: list[Model] = []
    sizes: set[int] = set()
    for word in words:
        if word in asked or word in shipped or word.endswith(".toml"):
            cells: Sequence[Specification] = (
                asked[word].specifications
                if word in asked
                else load_matrix(word).specifications(lambda _dataset: "")
            )
            models += models_of(cells)
            sizes |= {cell.recipe.size for cell in cells}
        elif "/" in word or ":" in word or word in _names():
            models.append(parse_model(word))
        else:
            hint = nearest(word, {*asked, *shipped} | {backbone.name for backbone in BACKBONES})
            raise RequestError(f"there is no matrix or backbone '{word}'{hint}")
    if len(sizes) > 1:
        listed = ", ".join(map(str, sorted(sizes)))
        raise RequestError(f"the cells have images of several sizes ({listed}): choose one, --size")
    return models, next(iter(sizes), None)


def _names() -> set[str]:
    from registry.catalog import BACKBONES

    return {name for one in BACKBONES for name in (one.name, *one.aliases)}


def _print(rows: "Sequence[CostRow]") -> None:
    from cli.terminal import console, print_table

    first = rows[0]
    heads = ["model", ">parameters", ">MFLOPs", ">×", ">ms p50", ">p95", ">×"]
    heads += [">images/s", ">MiB"]
    table = [
        [
            row.model,
            f"{row.parameters:,}",
            f"{row.flops / 1e6:,.1f}",
            f"{row.to_vanilla.flops:.3f}",
            f"{row.latency_ms_p50:.2f}",
            f"{row.latency_ms_p95:.2f}",
            f"{row.to_vanilla.latency:.2f}",
            f"{row.throughput:.1f}",
            f"{row.peak_memory / 2**20:.1f}",
        ]
        for row in rows
    ]
    title = f"Cost on {first.device}, images of {first.size} × {first.size}, batch {first.batch}"
    print_table(title, heads, table)
    console.print()
    for note in NOTES:
        console.print(note, style="dim", markup=False)


def _print_kronecker(batch: int, side: int, output: Format) -> None:
    from dataclasses import asdict

    from bench.cost.kronecker import kronecker_memory, stated_readings
    from cli.terminal import console, print_json, print_table

    rows = kronecker_memory(batch, side)
    if output is Format.json:
        print_json([asdict(row) for row in rows])
        return
    heads = ["product, in single precision", "numbers", ">GiB", ">GB", "pairs"]
    table = [
        [row.reading, row.formula, _gigabytes(row.gib), _gigabytes(row.gb), _pairs(row)]
        for row in rows
    ]
    print_table(f"A batch of {batch} one-channel maps of {side} × {side}", heads, table)
    console.print()
    for line in stated_readings():
        console.print(line, style="dim", markup=False)


def _gigabytes(value: float) -> str:
    return f"{value:,.2f}" if value >= 0.01 else f"{value:.2g}"


def _pairs(row: "KroneckerMemory") -> str:
    return "of one image" if row.sound else "across images too"
