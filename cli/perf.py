"""The command ``ferbench perf``."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Device, Format, Output

if TYPE_CHECKING:
    from bench.perf.row import Row

NOTE = (
    "ratio: the median over n rounds, in each of which everything compared is timed in turn; "
    "low, high: the 95 % percentile bootstrap interval of that median"
)


def perf(
    device: Device = "auto",
    quick: Annotated[
        bool, typer.Option("--quick", help="Images of 48 × 48, three rounds, 1,000 cells.")
    ] = False,
    part: Annotated[
        list[str] | None,
        typer.Option(
            help="attention, decomposition, engine, packing, logging or growth; repeatable.",
            show_default="all of them",
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(min=32, max=1024, help="Side of the images.", show_default="224; quick: 48"),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option(min=2, help="Timings of each thing.", show_default="7; quick: 3"),
    ] = None,
    cells: Annotated[
        int | None,
        typer.Option(
            min=40, help="Of the largest matrix and store.", show_default="10000; quick: 1000"
        ),
    ] = None,
    threads: Annotated[
        int, typer.Option(min=1, help="CPU threads; a local worker has one where cores are few.")
    ] = 1,
    output: Output = Format.table,
) -> None:
    """Measure speed on this machine, as ratios: attention, engine, packing, logging, growth."""
    from dataclasses import asdict
    from functools import partial

    from bench.environment import describe
    from bench.execution import Execution
    from bench.perf.measure import measure_speed
    from bench.perf.plan import FULL, QUICK, chosen
    from cli.terminal import errors, print_json
    from jobs.growing import dry_run_workload, matrix_workload

    plan = chosen(QUICK if quick else FULL, part or (), size=size, rounds=rounds, cells=cells)
    execution = Execution.parse(device=device, threads=threads)
    rows: list[Row] = []
    workloads = [partial(one, epochs=plan.epochs) for one in (matrix_workload, dry_run_workload)]

    def say(text: str) -> None:
        errors.print(f"{text} …", style="dim", markup=False)

    stopped = False
    try:
        for row in measure_speed(plan, execution, workloads, say):
            rows.append(row)
    except KeyboardInterrupt:
        stopped = True
    if output is Format.json:
        print_json([asdict(row) for row in rows])
    else:
        _print(rows, describe(execution))
    if stopped:
        errors.print("Stopped: this is what had been measured.", style="yellow")
        raise typer.Exit(130)


def _print(rows: "list[Row]", environment: "dict[str, Any]") -> None:
    from cli.terminal import console, print_table

    device = environment["device_name"] or f"{environment['cpu']}, {environment['cores']} cores"
    title = (
        f"Speed on {device}; {environment['threads']} thread(s), "
        f"torch {environment['packages']['torch']}"
    )
    heads = ["what", ">ratio", ">low", ">high", ">n"]
    figures = [[f"{row.ratio:.4g}", f"{row.low:.4g}", f"{row.high:.4g}", row.n] for row in rows]
    whats = ([row.what] for row in rows)
    print_table(title, heads, [what + figure for what, figure in zip(whats, figures, strict=True)])
    console.print()
    console.print(NOTE, style="dim", markup=False)
