"""``ferbench tune``: search for parameters, here or on a cluster."""

import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import options
from cli.options import Database, Roots

if TYPE_CHECKING:
    from bench.execution import Execution
    from bench.home import Home
    from jobs.placement import Placement
    from jobs.study_run import Prepared


def tune(
    study: Annotated[str, typer.Argument(help="A shipped study, or a TOML file.")],
    trials: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Of the study in all, not more of them.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="W", help="At once: local slots, or jobs.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a setting of its base."),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="To be found under.", show_default="the file's")
    ] = "",
    optimistic: Annotated[
        bool, typer.Option("--optimistic", help="Allow to tune on the test part; shown ever after.")
    ] = False,
    roots: Roots = None,
    db: Database = None,
    device: options.Device = "auto",
    deterministic: options.Deterministic = False,
    compile_model: options.Compile = False,
    keep: options.Keep = "none",
    checkpoint_every: options.CheckpointEvery = 60.0,
    where: options.Where = None,
    profile: options.Profile = None,
    partition: options.Partition = None,
    gpus: options.Gpus = None,
    cpus: options.Cpus = None,
    mem: options.Mem = None,
    time: options.Time = None,
    slurm: options.Slurm = None,
    wait: options.Wait = False,
) -> None:
    """Search for the parameters that a STUDY asks for, on the validation part."""
    from bench.home import find_home
    from bench.intake import take_in
    from cli.settings import parse_settings
    from jobs import slurm as cluster
    from jobs.study_file import load_study_file
    from jobs.study_run import open_study, prepare

    typed = locals()
    home = find_home(db, roots or ())
    placement = _placement(typed, home)
    execution = _execution(typed, placement)
    if placement.where == "slurm":
        cluster.check_available()
    file = load_study_file(study).with_settings(parse_settings(settings or ()))
    meant = file.study(name=name, trials=trials, optimistic=optimistic)
    prepared = prepare(meant, home, placement.where)
    open_study(prepared, home)
    _warn_of_database(take_in(home))
    if placement.where == "slurm":
        completed = _on_cluster(prepared, home, placement, execution, workers or 1, wait)
    else:
        completed = _here(prepared, home, placement, execution, workers)
    _warn_of_database(take_in(home))
    if completed is not None:
        _end(prepared, home, completed)


def _placement(typed: dict[str, Any], home: "Home") -> "Placement":
    from cli.settings import parse_slurm
    from jobs.placement import Placement
    from registry.errors import RequestError

    given = {name: typed[name] for name in Placement.model_fields if name in typed}
    given["slurm"] = parse_slurm(typed["slurm"] or ())
    placement = Placement.parse(given, typed["profile"], home.profiles)
    if placement.where == "inline" and typed["workers"] is not None:
        raise RequestError("--workers says nothing with --where inline")
    return placement


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


def _here(
    prepared: "Prepared",
    home: "Home",
    placement: "Placement",
    execution: "Execution",
    workers: int | None,
) -> bool:
    from cli.study_progress import study_progress
    from cli.terminal import console
    from jobs.local import plan
    from jobs.study_run import run_here, run_inline, trials_of, unfinished

    left = unfinished(trials_of(prepared))
    if not left:
        console.print("Every trial of the study is over: nothing to train.")
        return True
    if placement.where == "inline":
        return run_inline(prepared, home, execution).completed
    slots = workers or placement.slots
    with study_progress(prepared) as tick:
        outcome = run_here(prepared, home, plan(left, slots, execution), tick)
    for problem in sorted(set(outcome.problems)):
        console.print(problem, style="red", markup=False)
    return outcome.completed


def _on_cluster(
    prepared: "Prepared",
    home: "Home",
    placement: "Placement",
    execution: "Execution",
    workers: int,
    wait: bool,
) -> bool | None:
    """Submit what workers are missing; whether the study is over, None where it was not waited."""
    from cli.study_progress import study_progress
    from cli.terminal import console
    from jobs.study_cluster import follow_study, live_workers, submit_workers
    from jobs.study_run import trials_of, unfinished

    name = prepared.study.name
    live = live_workers(prepared.study, home.runs) or []
    missing = min(workers, unfinished(trials_of(prepared))) - len(live)
    if live:
        console.print(f"{len(live)} workers wait or run: {', '.join(task.id for task in live)}")
    if missing > 0:
        jobs = submit_workers(prepared, home, placement, execution, missing).jobs
        console.print(f"Submitted {missing} workers: {', '.join(job.id for job in jobs)}")
    if not wait:
        console.print(f"Follow them: ferbench study show {name}", markup=False)
        return None
    try:
        with study_progress(prepared) as tick:
            follow_study(prepared, home, tick)
    except KeyboardInterrupt:
        console.print("The jobs go on; scancel ends them, and `tune` goes on where they were.")
        raise typer.Exit(130) from None
    return True


def _end(prepared: "Prepared", home: "Home", completed: bool) -> None:
    from cli.study_tables import print_best
    from cli.terminal import console
    from jobs.study_asked import study_asked_for
    from jobs.study_run import trials_of, unfinished

    findings = study_asked_for(home, prepared.study.name).findings(home)
    print_best(findings)
    trials = trials_of(prepared)
    missing = prepared.study.trials - len(trials) + unfinished(trials)
    counts = ", ".join(f"{count} {state}" for state, count in sorted(findings.states.items()))
    console.print(f"\n{'Stopped. ' if missing and not completed else ''}{findings.name}: {counts}.")
    if missing:
        again = shlex.join(["ferbench", *sys.argv[1:]])
        console.print(f"{missing} of {prepared.study.trials} trials to go: {again}", markup=False)
        raise typer.Exit(1 if completed else 130)
    raise typer.Exit(1 if findings.best is None else 0)


def _warn_of_database(problem: str) -> None:
    from cli.terminal import errors

    if problem:
        text = f"{problem}\nThe journals keep everything; `ferbench db ingest` takes it in later."
        errors.print(text, style="yellow", markup=False)
