"""``ferbench report`` as a person types it."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli import terminal
from cli.main import main
from tests.bench.builders import close, spec
from tests.bench.statistics.builders import Bench, split, wrong_at

SPLIT = split()


@pytest.fixture
def ferbench(tmp_path, monkeypatch, capsys):
    """The command, in a folder where two models were run twice."""
    bench = Bench(tmp_path)
    cells = []
    for attention, wrong in (("none", 4), ("hfc", 2)):
        for seed in range(2):
            cells.append(spec(attention=attention, seed=seed))
            best, last = (wrong_at(SPLIT, range(count + seed)) for count in (wrong, wrong + 6))
            bench.run(cells[-1], SPLIT, best, last)
    bench.submit("small", *cells)
    with bench.session():
        close(bench.store)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["ferbench", *words])
        monkeypatch.setattr(terminal.console, "width", 200)
        try:
            main()
            code = 0
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return code, *capsys.readouterr()

    return run


def test_it_writes_one_file_and_names_it(ferbench, tmp_path):
    code, out, err = ferbench("report", "small", "-o", "page")
    assert (code, out, err) == (0, f"wrote {Path('page/index.html')}\n", "")
    assert [path.name for path in (tmp_path / "page").iterdir()] == ["index.html"]
    # 2 and 3 of 32 images wrong
    assert "92.19 ± 2.21" in (tmp_path / "page" / "index.html").read_text(encoding="utf-8")


def test_the_epoch_can_be_chosen_and_an_old_page_gives_way(ferbench, tmp_path):
    page = tmp_path / "page" / "index.html"
    page.parent.mkdir()
    page.write_text("old")
    assert ferbench("report", "small", "-o", "page", "--rule", "last")[0] == 0
    assert "figures are of the last epoch" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("small2", "-o", "page"), "did you mean 'small'"),
        (("small", "-o", "results.db"), "cannot write results.db/index.html"),
    ],
)
def test_what_a_person_gets_wrong_is_one_sentence(ferbench, tmp_path, words, said):
    code, _, err = ferbench("report", *words)
    assert (code, err.count("\n")) == (2, 1)
    assert said in err
    assert not (tmp_path / "page").exists()


def test_help_imports_no_matplotlib():
    program = (
        "import sys; sys.argv = ['ferbench', 'report', '--help']\n"
        "from cli.main import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "print([n for n in ('matplotlib', 'torch', 'numpy') if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"
    assert "MATRIX" in done.stdout
