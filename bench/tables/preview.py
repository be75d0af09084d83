"""A picture of a LaTeX table, as pdfLaTeX sets it."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageOps

from bench.tables.latex import document
from registry.errors import RequestError

#: Of a PNG: pixels per inch, and pixels of white around the table.
RESOLUTION = 150
MARGIN = 30
SUFFIXES = (".pdf", ".png")
_SECONDS = 120


def write_preview(table: str, path: Path) -> None:
    """Set a table by itself on a page.

    Parameters
    ----------
    table : str
        As `bench.tables.latex.render` gives it.
    path : Path
        Ends in ``.pdf`` or ``.png``.

    Raises
    ------
    RequestError
        LaTeX is not installed, says no, or the file cannot be written.
    """
    if path.suffix not in SUFFIXES:
        raise RequestError(f"{path}: a preview is a .pdf or a .png")
    needed = ["pdflatex"] + (["pdftoppm"] if path.suffix == ".png" else [])
    for program in needed:
        if shutil.which(program) is None:
            raise RequestError(
                f"a preview needs {program}, which is not installed; the table itself does not"
            )
    with TemporaryDirectory() as folder:
        made = _typeset(table, Path(folder))
        if path.suffix == ".png":
            words = ["pdftoppm", "-r", str(RESOLUTION), "-png", "-singlefile", made.name, "table"]
            subprocess.run(  # noqa: S603  (our own words, and no shell)
                words, cwd=folder, check=True, capture_output=True, timeout=_SECONDS
            )
            made = made.with_suffix(".png")
            _crop(made)
        try:
            shutil.copyfile(made, path)
        except OSError as error:
            raise RequestError(f"cannot write {path}: {error}") from None


def _crop(path: Path) -> None:
    """Leave a margin of white around what was printed."""
    with Image.open(path) as page:
        printed = ImageOps.invert(page.convert("L")).getbbox()
        ImageOps.expand(page.convert("RGB").crop(printed), MARGIN, "white").save(path)


def _typeset(table: str, folder: Path) -> Path:
    (folder / "table.tex").write_text(document(table), encoding="utf-8")
    words = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error"]
    done = subprocess.run(  # noqa: S603  (our own words, and no shell)
        [*words, "table.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if line.startswith("!")]
        raise RequestError(f"pdfLaTeX says: {' '.join(said) or done.stdout[-300:]}")
    return folder / "table.pdf"
