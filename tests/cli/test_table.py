"""``ferbench table`` as a person types it."""

import sys

import pytest

from bench.store.database import Store
from cli.main import main
from tests.bench.builders import spec
from tests.bench.statistics.builders import Bench, split, wrong_at
from tests.bench.tables.conftest import TABLE1

STORED = split(people=20, frames=1)


@pytest.fixture
def ferbench(tmp_path, monkeypatch, capsys):
    """Type a command in a folder with six runs; its code, and what it printed and complained of."""
    monkeypatch.chdir(tmp_path)
    bench = Bench(tmp_path)
    cells = [spec(**TABLE1, attention=a, seed=s) for a in ("none", "hfc") for s in range(3)]
    for number, cell in enumerate(cells):
        bench.run(cell, STORED, wrong_at(STORED, range(12 - number)))
    bench.submit("mine", *cells, reported="kim_jo/table1")
    with bench.session():
        pass  # takes the journals in

    def type_(*words):
        monkeypatch.setattr(sys, "argv", ["ferbench", *words, "--db", Store(bench.store.url).url])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    yield type_
    bench.store.close()


@pytest.mark.parametrize(
    ("form", "begins"),
    [
        ("latex", "% \\usepackage"),
        ("markdown", "Matrix mine."),
        ("html", "<figure"),
        ("csv", "dataset,"),
    ],
)
def test_each_format_of_a_matrix(ferbench, form, begins):
    code, out, _ = ferbench("table", "mine", "--format", form)
    assert code == 0
    assert out.startswith(begins)
    # 12, 11, 10 of 40 wrong, and 9, 8, 7: means 72.5 and 80
    assert "72.5" in out
    assert "80.0" in out
    assert "92.31" in out


def test_a_file_is_written_and_named(ferbench, tmp_path):
    code, out, _ = ferbench("table", "table1", "-o", "t.tex")
    assert (code, out) == (0, "wrote t.tex\n")
    assert "\\begin{tabular}" in (tmp_path / "t.tex").read_text()


def test_a_layout_in_a_file(ferbench, tmp_path):
    (tmp_path / "own.toml").write_text('rows = ["attention"]\nmetrics = ["macro_f1"]\n')
    code, out, _ = ferbench("table", "own.toml", "--format", "csv", "--rule", "last")
    assert code == 0
    assert out.splitlines()[0].endswith("macro_f1.reported")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("tabel1",), "did you mean 'table1'"),
        (("none.toml",), "cannot read none.toml"),
        (("table1", "--matrix", "main"), "did you mean 'mine'"),
        (("table1", "-o", "no/where.tex"), "cannot write no/where.tex"),
        (("table1", "--preview", "a.gif"), "a preview is a .pdf or a .png"),
    ],
)
def test_what_cannot_be_is_a_sentence(ferbench, words, said):
    code, _, complaint = ferbench("table", *words)
    assert code == 2
    assert said in complaint
    assert "Traceback" not in complaint
