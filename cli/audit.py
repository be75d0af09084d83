"""The command ``ferbench audit``."""

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.audit.findings import Finding

GROUPS = {
    "arithmetic": "Arithmetic: numbers that contradict each other",
    "design": "Design: what the comparison leaves open",
}


class AuditFormat(StrEnum):
    """How to print."""

    table = "table"
    json = "json"
    markdown = "markdown"


def audit(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="TABLE|FILE",
            help="table1, kim_jo/table2, a paper, or a TOML file like registry/papers/*.toml.",
            show_default="every shipped paper",
        ),
    ] = None,
    output: Annotated[
        AuditFormat, typer.Option("--format", help="table, json or markdown.")
    ] = AuditFormat.table,
) -> None:
    """Check a paper's printed numbers against each other, and name what gives pause."""
    from bench.audit.report import audit_named
    from cli.terminal import print_json

    findings = audit_named(what)
    if output is AuditFormat.json:
        print_json([asdict(finding) for finding in findings])
    elif output is AuditFormat.markdown:
        _print_markdown(findings)
    else:
        _print_tables(findings)


def _print_tables(findings: "Sequence[Finding]") -> None:
    from rich.text import Text

    from cli.terminal import console

    for group, title in GROUPS.items():
        own = [finding for finding in findings if finding.group == group]
        console.print(Text(f"\n{title} ({len(own) or 'nothing found'})", style="bold"))
        for finding in own:
            line = Text(finding.where, style="cyan")
            if group == "arithmetic":
                line.append(f"  {finding.printed}", style="red")
                line.append(f" → {finding.follows or '?'}", style="green")
            line.append(f"  {finding.kind}, confidence {finding.confidence}", style="dim")
            console.print(line)
            console.print(Text(f"  {finding.message}"))


def _print_markdown(findings: "Sequence[Finding]") -> None:
    lines = []
    for group, title in GROUPS.items():
        own = [finding for finding in findings if finding.group == group]
        lines += [f"## {title}", ""]
        if own:
            lines += ["| where | printed | follows | kind | confidence | why |"]
            lines += ["|---|---|---|---|---|---|"]
            lines += [_markdown_row(finding) for finding in own] + [""]
        else:
            lines += ["Nothing found.", ""]
    typer.echo("\n".join(lines).rstrip())


def _markdown_row(finding: "Finding") -> str:
    cells = (
        finding.where,
        finding.printed,
        finding.follows,
        finding.kind,
        finding.confidence,
        finding.message,
    )
    escaped = (cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(escaped)} |"
