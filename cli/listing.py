"""``ferbench list``: what can be compared."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.options import Format, Output


class Kind(StrEnum):
    """What to list."""

    attentions = "attentions"
    backbones = "backbones"
    datasets = "datasets"
    protocols = "protocols"
    matrices = "matrices"


def list_components(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    output: Output = Format.table,
) -> None:
    """List what can be compared: names, parameters with their defaults, and sources."""
    from cli.terminal import print_json, print_table

    rows = _matrices() if kind is Kind.matrices else _components(kind)
    if output is Format.json:
        print_json(rows)
        return
    heads = [head for head in rows[0] if head not in ("aliases", "version")] if rows else []
    print_table("", heads, [[_text(row[head]) for head in heads] for row in rows])


def _components(kind: Kind) -> list[dict[str, Any]]:
    from bench.specification import KINDS

    registry = KINDS[kind.removesuffix("s")]
    for problem in registry.problems:
        typer.echo(f"ferbench: {problem}", err=True)
    components = [
        {
            "name": component.name,
            "aliases": list(component.aliases),
            "version": component.version,
            "parameters": component.parameters().model_dump(mode="json"),
            "summary": component.summary,
            "source": component.citation,
        }
        for component in registry
    ]
    families: list[dict[str, Any]] = [
        {
            "name": family.pattern,
            "aliases": [],
            "version": None,
            "parameters": {},
            "summary": family.summary,
            "source": family.citation,
        }
        for family in registry.families
    ]
    return components + families


def _matrices() -> list[dict[str, Any]]:
    from jobs.matrix_file import shipped_matrices

    return [
        {
            "name": matrix.name,
            "title": matrix.title,
            "sweeps": matrix.sweep,
            "reported": matrix.reported or "",
        }
        for matrix in shipped_matrices()
    ]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={_text(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "|".join(_text(inner) for inner in value)
    return str(value)
