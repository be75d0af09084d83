"""Each format prints what stands in the table, and obeys none of it; pdfLaTeX sets it."""

import re
import shutil
import statistics
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from PIL import Image

from bench.tables import latex, markdown, web
from bench.tables.arrangement import arrange
from bench.tables.fill import fill
from bench.tables.layout import parse_layout
from bench.tables.letters import Note
from bench.tables.named import table_of
from bench.tables.preview import write_preview
from registry.errors import RequestError

HOSTILE = r"<script>alert(1)</script> \input{/etc/passwd} 100% a_b & $x^2$ #1 | *b* ~ {"
CUSTOM = """
title = "Figures of each class"
rows = ["attention"]
metrics = ["n", "recall", "f1", "macro_f1", "accuracy", "parameters"]
baseline = "hfc"
[only]
attention = ["hfc", "none"]
"""


@pytest.fixture
def tables(bench):
    with bench.session() as session:
        return {
            "table1": table_of(session, "table1", "best"),
            "table2": table_of(session, "table2", "best"),
            "custom": fill(session, "custom", parse_layout(CUSTOM, "custom"), "last"),
            "m": table_of(session, "m", "best"),
        }


@pytest.fixture
def hostile(tables):
    arranged = arrange(tables["table1"])
    rows = (replace(arranged.rows[0], head=HOSTILE, block=HOSTILE), *arranged.rows[1:])
    columns = (replace(arranged.columns[0], head=HOSTILE, group=HOSTILE), *arranged.columns[1:])
    notes = (Note("a", HOSTILE),)
    return replace(arranged, caption=HOSTILE, rows=rows, columns=columns, notes=notes)


def typeset(text, folder, name):
    """The words of a page that pdfLaTeX made of the table; skips where there is none."""
    for program, package in (("pdflatex", "texlive-latex-base"), ("pdftotext", "poppler-utils")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed; Debian's package is `{package}`")
    path = folder / f"{name}.pdf"
    write_preview(text, path)
    words = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    )
    return words.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", ["table1", "table2", "custom", "m"])
def test_pdflatex_sets_every_figure(tables, tmp_path, name):
    arranged = arrange(tables[name])
    page = typeset(latex.render(arranged), tmp_path, name)
    printed = re.sub(r"\s", "", page)
    for row in arranged.rows:
        for figure in row.figures:
            if figure.number and figure.number != "—":
                # (pdftotext does not know the sign that siunitx sets for a minus)
                assert figure.number.lstrip("+-") in printed, (row.head, figure)
    assert "Page" not in page
    assert page.count("\f") == 1


@pytest.mark.slow
def test_the_picture_shows_it(tables, tmp_path):
    typeset(latex.render(arrange(tables["m"])), tmp_path, "m")
    write_preview(latex.render(arrange(tables["m"])), tmp_path / "m.png")
    with Image.open(tmp_path / "m.png") as picture:
        assert picture.width > 300
        assert len(set(picture.convert("L").resize((50, 50)).tobytes())) > 5


@pytest.mark.slow
def test_pdflatex_prints_what_is_hostile_as_it_is(hostile, tmp_path):
    page = re.sub(r"\s", "", typeset(latex.render(hostile), tmp_path, "hostile"))
    assert page.count("<script>alert(1)</script>") == 6
    assert page.count(r"\input{/etc/passwd}100%") == 6
    assert "root:" not in page


def test_latex_names_three_packages_and_no_more(tables):
    for table in tables.values():
        text = latex.render(arrange(table))
        assert text.startswith("% \\usepackage{booktabs, siunitx, threeparttable}\n")
        assert text.isascii() or text.encode("latin-1")


def test_latex_columns_are_as_wide_as_their_figures(tables):
    text = latex.render(arrange(tables["table1"]))
    (formats,) = re.findall(r"\\begin\{tabular\}\{(.*)\}\n", text)
    columns = re.findall(r"S\[[^]]*\](?:@\{\}l)?", formats)
    for line in text.splitlines():
        if line.startswith("ResNet18"):
            assert line.count(" & ") == len(columns) + sum(c.endswith("l") for c in columns)
    assert r"\bfseries 87.32 & {\scriptsize\,$\pm$\,1.97}" in text


class Seen(HTMLParser):
    """Tags of a document, and its text."""

    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def test_a_class_has_its_deviation(tables):
    # of 40 images of the class 10, 11, 12, 11, 12, 13 and 11 wrong
    recalls = [75, 72.5, 70, 72.5, 70, 67.5, 72.5]
    mean, std = statistics.mean(recalls), statistics.stdev(recalls)
    assert f"{mean:.2f} ± {std:.2f}" in markdown.render(arrange(tables["custom"]))


def test_html_takes_nothing_for_a_tag(hostile):
    seen = Seen()
    seen.feed(web.render(hostile))
    assert {tag for tag, _ in seen.tags} <= {
        *("figure", "table", "caption", "thead", "tbody", "tr", "th", "td"),
        *("strong", "sup", "figcaption", "p"),
    }
    assert seen.text.count(HOSTILE) == 6
    assert not [attributes for _, attributes in seen.tags if {"src", "href"} & set(attributes)]


def test_html_rows_are_as_wide_as_the_head(tables):
    for table in tables.values():
        seen = Seen()
        seen.feed(web.render(arrange(table)))
        widths, row = [], 0
        for tag, attributes in seen.tags:
            if tag == "tr":
                widths.append(row)
                row = 0
            elif tag in ("th", "td"):
                row += int(attributes.get("colspan", 1))
        assert len({*widths[1:], row}) == 1


def test_markdown_takes_nothing_for_markup(hostile):
    text = markdown.render(hostile)
    assert "<script>" not in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = {len(re.split(r"(?<!\\)\|", line)) for line in lines}
    assert len(cells) == 1
    assert r"\*b\*" in text


def test_a_preview_of_another_kind_is_refused(tables, tmp_path):
    with pytest.raises(RequestError, match=r"a preview is a \.pdf or a \.png"):
        write_preview("", tmp_path / "a.jpg")


def test_without_latex_the_preview_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RequestError, match="a preview needs pdflatex, which is not installed"):
        write_preview("", tmp_path / "a.pdf")
