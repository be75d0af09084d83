"""The page: its sections in order, and the file that it is written to."""

import os
from importlib.resources import files
from pathlib import Path

from sqlalchemy.orm import Session

from bench.report import pictures, proof
from bench.report.audited import audited
from bench.report.board import board
from bench.report.classes import classes
from bench.report.findings import Findings, gather
from bench.report.markup import Html, element, join, paragraph
from bench.report.overview import head, what_was_run
from bench.report.prices import prices
from registry.errors import RequestError

FILE = "index.html"
#: Nothing is loaded from anywhere, and nothing runs.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def report(session: Session, matrix: str, rule: str = "best") -> str:
    """A page on one matrix, whole in itself; the same store gives the same page.

    Parameters
    ----------
    matrix : str
        The name of one that was run.
    rule : str
        The epoch whose figures are compared: ``best`` or ``last``.

    Raises
    ------
    RequestError
        No such matrix was run; the message offers the nearest.
    """
    found = gather(session, matrix, rule)
    sections = _sections(session, found)
    links = [element("a", title, href=f"#{name}") for name, title, _ in sections]
    body = join(
        [
            head(found),
            element("nav", *links, aria_label="Sections"),
            element("main", *(_section(*one) for one in sections)),
            element("footer", paragraph(_rules(found))),
        ]
    )
    return f"<!doctype html>\n{_document(found, body)}\n"


def write(page: str, folder: Path) -> Path:
    """Put the page into a folder, in place of one that is there; readers see the old or the new.

    Raises
    ------
    RequestError
        The folder cannot be made or written to.
    """
    path = folder / FILE
    half = folder / f".{FILE}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            half.write_text(page, encoding="utf-8")
            half.replace(path)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise RequestError(f"cannot write {path}: {error.strerror or error}") from None
    return path


def _sections(session: Session, found: Findings) -> list[tuple[str, str, Html]]:
    return [
        ("run", "What was run", what_was_run(found)),
        ("figures", "Measured beside reported", board(found.standings)),
        ("classes", "Each class", classes(session, found)),
        ("claim", "The claim", proof.claim(found)),
        ("comparisons", "Paired comparisons", proof.comparisons(found)),
        ("verdicts", "Verdicts", proof.verdicts(found)),
        ("audit", "Audit of the reported table", audited(found)),
        ("ladder", "The ladder of protocols", proof.ladder(found)),
        ("power", "Power", proof.power(found)),
        ("ranks", "Over datasets", join([proof.ranks(found), pictures.of_ranks(found)])),
        ("cost", "Cost", join([prices(found), pictures.of_costs(session, found)])),
        ("pictures", "Curves, confusion, calibration", pictures.of_runs(session, found)),
    ]


def _section(name: str, title: str, content: Html) -> Html:
    heading = element("h2", title, id=f"{name}-title")
    return element("section", heading, content, id=name, aria_labelledby=f"{name}-title")


def _rules(found: Findings) -> str:
    return (
        f"Made by ferbench from the results database alone. Comparisons, verdicts and figures are "
        f"of the {found.rule} epoch; the level is 5 %, two-sided. What is undefined is said and "
        "never shown as 0. The rules, with their sources, stand in docs/statistics.md."
    )


def _document(found: Findings, body: Html) -> Html:
    style = files("bench.report").joinpath("style.css").read_text(encoding="utf-8")
    meta = [
        {"charset": "utf-8"},
        {"http_equiv": "Content-Security-Policy", "content": POLICY},
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
        {"name": "color-scheme", "content": "light dark"},
    ]
    heads = [Html(element("meta", **one).removesuffix("</meta>")) for one in meta]
    title = element("title", f"{found.name} – ferbench report")
    # An icon of its own, or browsers ask for one.
    icon = Html('<link rel="icon" href="data:,">')
    return element(
        "html",
        element("head", *heads, title, icon, element("style", Html(style))),
        element("body", body),
        lang="en",
    )
