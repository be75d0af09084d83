"""``ferbench data``: is a dataset what it should be, and what does it look like."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Format, Output

if TYPE_CHECKING:
    from registry.catalog import Dataset
    from registry.check import DataCheck
    from registry.leaks import Leaks
    from registry.samples import Samples

app = typer.Typer(help="Check a dataset, or draw its contact sheet.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="DATASET", help="As in `ferbench list datasets`.")]
Root = Annotated[
    Path | None, typer.Option("--root", metavar="DIR", help="Its folder; else ferbench.toml's.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A parameter of the dataset; repeatable."),
]


@app.command()
def check(
    dataset: Name,
    root: Root = None,
    settings: Settings = None,
    protocol: Annotated[
        str, typer.Option(metavar="NAME", help="Whose parts are searched for twins.")
    ] = "paper",
    output: Output = Format.table,
) -> None:
    """Read every image, count, and look for twins; exit 1 when it is not what it should be."""
    import dataclasses

    from cli.terminal import console, print_json
    from registry.catalog import PROTOCOLS
    from registry.check import check as check_samples
    from registry.errors import RequestError
    from registry.leaks import find_leaks

    component, samples = _load(dataset, root, settings or [])
    splitter = PROTOCOLS.get(protocol)
    found = check_samples(samples, component.expected)
    try:
        leaks = find_leaks(samples, splitter.build(samples, 0, 0, splitter.parse({})))
    except RequestError as refusal:
        if not found.differences:
            raise
        # An incomplete copy need not be possible to split; what it lacks is told all the same.
        leaks = None
        found = dataclasses.replace(found, differences=(*found.differences, str(refusal)))
    if output is Format.json:
        twins = {"protocol": splitter.name, **dataclasses.asdict(leaks)} if leaks else None
        print_json({**dataclasses.asdict(found), "leaks": twins})
    else:
        _print(found)
        if leaks:
            _print_leaks(splitter.name, leaks)
        for difference in found.differences:
            console.print(f"✗ {difference}", style="red", markup=False)
        if not found.differences:
            console.print("✓ nothing amiss", style="green")
    raise typer.Exit(1 if found.differences else 0)


@app.command()
def sheet(
    dataset: Name,
    output: Annotated[Path, typer.Option("-o", "--output", help="The picture to write.")],
    root: Root = None,
    settings: Settings = None,
    columns: Annotated[int, typer.Option(min=1, max=50, help="Images in a row.")] = 8,
    rows: Annotated[int, typer.Option(min=1, max=50, help="Rows a class.")] = 1,
) -> None:
    """Draw a contact sheet: some images of each class."""
    from cli.terminal import console
    from registry.errors import RequestError
    from registry.sheet import contact_sheet

    _, samples = _load(dataset, root, settings or [])
    try:
        contact_sheet(samples, columns=columns, rows=rows).save(output)
    except (OSError, ValueError) as error:
        raise RequestError(f"cannot write {output}: {error}") from None
    console.print(f"wrote {output}", markup=False)


def _load(name: str, root: Path | None, settings: list[str]) -> "tuple[Dataset, Samples]":
    import sys

    from bench.data import load_samples
    from bench.home import find_home
    from bench.specification import choose
    from cli.settings import parse_settings
    from registry.catalog import DATASETS
    from registry.errors import DataError

    chosen = choose("dataset", {"name": name} | parse_settings(settings))
    component = DATASETS.get(chosen.name)
    given = [f"{component.name}={root}"] if root else []
    try:
        return component, load_samples(chosen, find_home(roots=given).roots)
    except DataError as error:
        sys.stderr.write(f"✗ {error}\n")
        raise typer.Exit(1) from None


def _print(found: "DataCheck") -> None:
    from cli.terminal import print_table

    facts = [
        ("layout", found.layout),
        ("images", f"{found.images}, {found.width}×{found.height}, {found.channels} channel(s)"),
        ("subjects", "unknown" if found.subjects is None else found.subjects),
        ("sequences", "unknown" if found.sequences is None else found.sequences),
        ("parts", "none" if found.parts is None else found.parts),
        ("exact copies", found.copies),
        ("same image, two classes", found.contradictions),
        ("fingerprint", found.fingerprint),
    ]
    print_table("", ["", ""], facts)
    print_table("", ["class", ">images"], list(found.counts.items()))


def _print_leaks(protocol: str, leaks: "Leaks") -> None:
    from cli.terminal import print_table

    relations = {
        "the same image": leaks.exact,
        "nearly the same": leaks.near,
        "another frame of it": leaks.sequences,
        "its subject": leaks.subjects,
    }
    rows = [
        (part, relation, *(f"{count} of {leaks.parts[part]}" for count in table[part].values()))
        for part in leaks.parts
        for relation, table in relations.items()
        if table is not None
    ]
    heads = ["images of", "that have", *(f">also in {part}" for part in leaks.parts)]
    print_table(f"Protocol {protocol}, split seed 0", heads, rows)
