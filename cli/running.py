"""``ferbench run`` and ``retry``: train what has no result yet, here or on a cluster."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options
from cli.options import Database, Roots

if TYPE_CHECKING:
    from bench.execution import Execution
    from bench.home import Home
    from bench.specification import Specification
    from jobs.local import Outcome
    from jobs.matrix_run import Prepared
    from jobs.placement import Placement


def run(
    matrix: Annotated[str, typer.Argument(help="A shipped matrix, or a TOML file.")],
    roots: Roots = None,
    db: Database = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override; a TOML list is swept."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the cells and the cost; train nothing.")
    ] = False,
    device: options.Device = "auto",
    deterministic: options.Deterministic = False,
    compile_model: options.Compile = False,
    keep: options.Keep = "none",
    checkpoint_every: options.CheckpointEvery = 60.0,
    where: options.Where = None,
    slots: options.Slots = None,
    profile: options.Profile = None,
    partition: options.Partition = None,
    gpus: options.Gpus = None,
    cpus: options.Cpus = None,
    mem: options.Mem = None,
    time: options.Time = None,
    parallel: options.Parallel = None,
    cells_per_job: options.CellsPerJob = None,
    slurm: options.Slurm = None,
    wait: options.Wait = False,
) -> None:
    """Train every cell of a MATRIX that has no result yet, and show the leaderboard."""
    from bench.home import find_home
    from cli.plan import print_plan
    from cli.settings import parse_settings
    from jobs.matrix_file import load_matrix
    from jobs.matrix_run import prepare

    home = find_home(db, roots or ())
    placement = _placement(locals(), home)
    execution = _execution(locals(), placement)
    chosen = load_matrix(matrix).with_settings(parse_settings(settings or ()))
    prepared = prepare(chosen, home)
    if dry_run:
        print_plan(prepared, home, placement, execution)
        return
    _train(prepared, prepared.open, home, placement, execution, wait)


def retry(
    matrix: Annotated[str, typer.Argument(help="A matrix that was run.")],
    failed: Annotated[bool, typer.Option("--failed", help="Only cells that failed.")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="Only cells whose job died.")] = False,
    diverged: Annotated[
        bool, typer.Option("--diverged", help="Only cells that diverged: anew from epoch 1.")
    ] = False,
    roots: Roots = None,
    db: Database = None,
    device: options.Device = "auto",
    deterministic: options.Deterministic = False,
    compile_model: options.Compile = False,
    keep: options.Keep = "none",
    checkpoint_every: options.CheckpointEvery = 60.0,
    where: options.Where = None,
    slots: options.Slots = None,
    profile: options.Profile = None,
    partition: options.Partition = None,
    gpus: options.Gpus = None,
    cpus: options.Cpus = None,
    mem: options.Mem = None,
    time: options.Time = None,
    parallel: options.Parallel = None,
    cells_per_job: options.CellsPerJob = None,
    slurm: options.Slurm = None,
    wait: options.Wait = False,
) -> None:
    """Train again what failed, was lost or pre-empted: on from the last checkpoint."""
    from bench.home import find_home
    from cli.terminal import console
    from jobs.asked import matrix_asked_for
    from jobs.matrix_run import look_up

    home = find_home(db, roots or ())
    placement = _placement(locals(), home)
    execution = _execution(locals(), placement)
    asked = {"failed": failed, "lost": lost, "diverged": diverged}
    states = [state for state, wanted in asked.items() if wanted]
    prepared = look_up(matrix_asked_for(home.runs, matrix), home.runs)
    cells = prepared.in_state(*(states or ("failed", "lost", "preempted")))
    if not cells:
        console.print(f"No cell of {prepared.submission.name} is to be tried again.")
        return
    _train(prepared, cells, home, placement, execution, wait)


def _placement(typed: dict[str, Any], home: "Home") -> "Placement":
    from cli.settings import parse_slurm
    from jobs.placement import Placement

    given = {name: typed[name] for name in Placement.model_fields if name != "slurm"}
    given["slurm"] = parse_slurm(typed["slurm"] or ())
    return Placement.parse(given, typed["profile"], home.profiles)


def _execution(typed: dict[str, Any], placement: "Placement") -> "Execution":
    from bench.execution import Execution

    execution = Execution.parse(
        device=typed["device"],
        deterministic=typed["deterministic"],
        compile=typed["compile_model"],
        keep=typed["keep"],
        checkpoint_every=typed["checkpoint_every"],
    )
    if placement.where != "slurm":
        _ = execution.torch_device  # a job's machine has its own devices; this one is at hand
    return execution


def _train(
    prepared: "Prepared",
    cells: "tuple[Specification, ...]",
    home: "Home",
    placement: "Placement",
    execution: "Execution",
    wait: bool,
) -> None:
    from bench.intake import take_in
    from cli.terminal import console
    from jobs import slurm
    from jobs.matrix_run import enter

    if placement.where == "slurm":
        slurm.check_available()
    enter(prepared.submission, home)
    _warn_of_database(take_in(home))
    if not cells:
        console.print("Every cell has its result already: nothing to train.")
    elif placement.where == "slurm":
        if not _submit(prepared, cells, home, placement, execution, wait):
            return
    else:
        outcome = _train_here(cells, home, placement, execution)
        _warn_of_database(take_in(home))
        _print_outcome(prepared, home, outcome.completed)
        for problem in sorted(set(outcome.problems)):
            console.print(problem, style="red", markup=False)
        if not outcome.completed:
            raise typer.Exit(130)
        _exit(prepared, home)
    _warn_of_database(take_in(home))
    _print_outcome(prepared, home, completed=True)
    _exit(prepared, home)


def _train_here(
    cells: "tuple[Specification, ...]",
    home: "Home",
    placement: "Placement",
    execution: "Execution",
) -> "Outcome":
    from cli.progress import progress_bar
    from jobs.local import plan
    from jobs.matrix_run import run_here, run_inline

    if placement.where == "inline":
        return run_inline(cells, home, execution)
    with progress_bar(cells, home.runs) as tick:
        return run_here(cells, home, plan(len(cells), placement.slots, execution), tick)


def _submit(
    prepared: "Prepared",
    cells: "tuple[Specification, ...]",
    home: "Home",
    placement: "Placement",
    execution: "Execution",
    wait: bool,
) -> bool:
    """Hand cells to SLURM; whether they are over, for they were waited for."""
    from cli.progress import progress_bar
    from cli.terminal import console
    from jobs.cluster import follow, submit_cells
    from jobs.waiting import waiting

    name = prepared.submission.name
    in_queue = waiting(home.runs) or {}
    new = tuple(cell for cell in cells if cell.id not in in_queue)
    if len(new) < len(cells):
        jobs = sorted({in_queue[cell.id].id for cell in cells if cell.id in in_queue})
        console.print(f"{len(cells) - len(new)} cells wait or run already: {', '.join(jobs)}")
    if new:
        manifest = submit_cells(new, name, home, placement, execution)
        numbers = [job.id for job in manifest.jobs]
        span = numbers[0] if len(numbers) == 1 else f"{numbers[0]} … {numbers[-1]}"
        console.print(f"Submitted {len(new)} cells in {len(numbers)} jobs: {span}")
    if not wait:
        console.print(f"Follow them: ferbench status --matrix {name} --watch", markup=False)
        return False
    try:
        with progress_bar(cells, home.runs) as tick:
            follow([cell.id for cell in cells], home.runs, tick)
    except KeyboardInterrupt:
        console.print(f"The jobs go on; to call them off: ferbench cancel {name}", markup=False)
        raise typer.Exit(130) from None
    return True


def _warn_of_database(problem: str) -> None:
    from cli.terminal import errors

    if problem:
        text = f"{problem}\nThe journals keep everything; `ferbench db ingest` takes it in later."
        errors.print(text, style="yellow", markup=False)


def _exit(prepared: "Prepared", home: "Home") -> None:
    from jobs.matrix_run import look_up

    now = look_up(prepared.submission, home.runs)
    raise typer.Exit(0 if now.count("done") == len(now.cells) else 1)


def _print_outcome(prepared: "Prepared", home: "Home", completed: bool) -> None:
    from bench.leaderboard import leaderboard
    from cli.standings import print_standings
    from cli.terminal import console, errors
    from jobs.matrix_run import look_up
    from registry.errors import RequestError

    name = prepared.submission.name
    try:
        with home.store.read() as session:
            print_standings(leaderboard(session, matrix=name), title=prepared.submission.title)
    except RequestError as error:
        errors.print(f"No leaderboard: {error}", style="yellow", markup=False)
    now = look_up(prepared.submission, home.runs)
    before = "" if completed else "Stopped. "
    console.print(f"\n{before}{now.count('done')} of {len(now.cells)} cells done.")
    if diverged := now.count("diverged"):
        console.print(f"{diverged} diverged: their loss was no longer a number.")
    for state in sorted({*now.states} - {"done", "diverged"}):
        console.print(f"{now.count(state)} {state}; see `ferbench status --matrix {name}`.")
    if now.open:
        again = " ".join(["ferbench", *sys.argv[1:]])
        console.print(f"Go on where it was: {again}", markup=False)
