"""What was measured on each class, as `ferbench table` gives it."""

from sqlalchemy.orm import Session

from bench.report.findings import Findings
from bench.report.markup import Html, element, join, paragraph
from bench.tables.arrangement import arrange
from bench.tables.named import class_tables
from bench.tables.web import render


def classes(session: Session, found: Findings) -> Html:
    """A table for each dataset; mean ± standard deviation over the runs."""
    if not found.configurations:
        return paragraph("The matrix has no cells.")
    tables = class_tables(session, found.name, found.rule)
    return join(
        element("div", Html(render(arrange(one))), class_="scroll", tabindex="0") for one in tables
    )
