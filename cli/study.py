"""``ferbench study``: what studies have found, as tables, JSON, figures and the next matrix."""

import dataclasses
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Database, Format, Output

if TYPE_CHECKING:
    from bench.study.findings import Findings
    from bench.study.trials import TrialRow

app = typer.Typer(no_args_is_help=True, help="See what studies have found.")

StudyName = Annotated[str, typer.Argument(help="A study that was begun here.")]


class ExportFormat(StrEnum):
    """What to write."""

    html = "html"
    png = "png"
    pdf = "pdf"
    json = "json"


@app.command("list")
def list_studies(db: Database = None, output: Output = Format.table) -> None:
    """List the studies that were begun here."""
    from bench.home import find_home
    from cli.study_tables import print_studies
    from cli.terminal import print_json
    from jobs.study_asked import known_studies

    home = find_home(db)
    found = [known.findings(home) for known in known_studies(home)]
    if output is Format.json:
        print_json([_in_short(findings) for findings in found])
    else:
        print_studies(found)


@app.command()
def show(study: StudyName, db: Database = None, output: Output = Format.table) -> None:
    """Show every trial of a study, and what they say together."""
    from cli.study_tables import print_findings
    from cli.terminal import print_json

    findings = _findings(study, db)
    if output is Format.json:
        print_json(_in_full(findings))
    else:
        print_findings(findings)


@app.command()
def best(study: StudyName, db: Database = None, output: Output = Format.table) -> None:
    """Show the best trial of a study, with its interval over seeds."""
    from cli.study_tables import print_best
    from cli.terminal import print_json

    findings = _findings(study, db)
    if output is Format.json:
        print_json(_in_short(findings))
    else:
        print_best(findings)


@app.command()
def export(
    study: StudyName,
    folder: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", show_default="study-NAME"),
    ] = None,
    db: Database = None,
    output: Annotated[
        ExportFormat, typer.Option("--format", help="html, png, pdf, or json: the figures' data.")
    ] = ExportFormat.html,
) -> None:
    """Write the figures of a study; with json, print all that is known of it."""
    from bench.home import find_home
    from bench.study.figures import figures, save
    from cli.terminal import console, print_json
    from jobs.study_asked import study_asked_for

    home = find_home(db)
    known = study_asked_for(home, study)
    findings = known.findings(home)
    if output is ExportFormat.json:
        print_json(_in_full(findings))
        return
    drawn = figures(known.stored, findings)
    if not drawn:
        console.print(f"No trial of {findings.name} is complete yet: there is nothing to draw.")
        raise typer.Exit(1)
    for path in save(drawn, folder or Path(f"study-{findings.name}"), output.value):
        console.print(str(path), markup=False)


@app.command()
def apply(
    study: StudyName,
    matrix: Annotated[Path, typer.Option("-o", "--output", metavar="FILE.toml")],
    db: Database = None,
) -> None:
    """Write the matrix that compares the winner with the paper's variants, on fresh seeds."""
    from bench.home import find_home
    from cli.terminal import console
    from jobs.study_asked import matrix_of_the_winner, study_asked_for
    from registry.errors import RequestError

    home = find_home(db)
    known = study_asked_for(home, study)
    text = matrix_of_the_winner(known, known.findings(home))
    try:
        with matrix.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RequestError(f"{matrix} is there already; give another name") from None
    except OSError as error:
        raise RequestError(f"cannot write {matrix}: {error}") from None
    console.print(f"{matrix}: try `ferbench run {matrix} --dry-run`", markup=False)


def _findings(study: str, db: str | None) -> "Findings":
    from bench.home import find_home
    from jobs.study_asked import study_asked_for

    home = find_home(db)
    return study_asked_for(home, study).findings(home)


def _in_short(findings: "Findings") -> dict[str, Any]:
    """What is known of a study but for its trials."""
    from bench.study.findings import OPTIMISTIC

    chosen = findings.best
    return {
        "name": findings.name,
        "title": findings.title,
        "optimistic": findings.optimistic,
        "note": OPTIMISTIC if findings.optimistic else "",
        "objectives": findings.objectives,
        "target": findings.target,
        "states": dict(findings.states),
        "best": None if chosen is None else _trial(chosen),
    }


def _in_full(findings: "Findings") -> dict[str, Any]:
    return _in_short(findings) | {
        "definition": findings.definition,
        "importances": findings.importances,
        "front": findings.front,
        "trials": [_trial(trial) for trial in findings.trials],
    }


def _trial(trial: "TrialRow") -> dict[str, Any]:
    return dataclasses.asdict(trial) | {"interval": dataclasses.asdict(trial.interval)}
