"""Pictures of every page, as a laptop and a phone show it, light and dark: ``make screenshots``.

Of built-in faces alone; nothing that is licensed can be on them. The runs and studies are made up,
but for one that is trained for the page that looks inside.
"""

import argparse
import subprocess
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from bench.contents import Wanted, groups, listed, models
from bench.home import find_home
from dashboard.filters import model_named
from tests.dashboard import stores
from tests.dashboard.browser import Watched, chromium, served

PAGES = ("leaderboard", "matrix", "run", "compare", "studies", "attention", "audit", "export")
WIDTHS = {"laptop": 1280, "phone": 390}
THEMES = ("light", "dark")
#: The tallest picture, in pixels.
TALLEST = 2400


def main() -> None:
    """Write the pictures into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--db", type=Path, help="a database to show in place of made-up runs")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made:
        database = asked.db or _made(Path(made))
        queries = {"compare": _two_models(database), "attention": _with_weights(database)}
        with served(database) as address, chromium() as browser:
            for name, (size, width), theme in product(PAGES, WIDTHS.items(), THEMES):
                path = "" if name == "leaderboard" else name
                query = queries.get(name, "")
                picture = asked.folder / f"{name}-{size}-{theme}.png"
                _shoot(browser, f"{address}/{path}{query}", width, theme, picture)


#: A cell that is trained, so that there is something to look inside of.
TRAINED = """
[base]
dataset = { name = "faces", subjects = 12 }
backbone = "resnet18"
attention = "hfc"
protocol = "subject"
size = 48
epochs = 4
batch_size = 16
lr = 1e-3
"""


def _made(folder: Path) -> Path:
    home = stores.small(folder)
    stores.add_studies(home)
    home.store.close()
    assert home.store.path is not None
    asked = folder / "trained.toml"
    asked.write_text(TRAINED)
    words = ["run", str(asked), "--keep", "best", "--db", str(home.store.path)]
    subprocess.run([sys.executable, "-m", "cli.main", *words], check=True)
    return home.store.path


def _two_models(database: Path) -> str:
    """Asks for the plain backbone and the module on the dataset with the most models."""
    with find_home(str(database)).store.read() as session:
        known = {
            dataset: models(session, dataset)
            for dataset in dict.fromkeys(group.dataset for group in groups(session))
        }
    dataset, found = max(known.items(), key=lambda one: len(one[1]))
    wanted = [one for one in found if one[2].partition("(")[0] in ("hfc", "none")]
    names = [model_named(*row[1:4], row[0]) for row in wanted[:2]]
    return f"?{urlencode({'dataset': dataset, 'model': names}, doseq=True)}"


def _with_weights(database: Path) -> str:
    """Asks for the dataset of a cell that kept its weights, if one did."""
    home = find_home(str(database))
    with home.store.read() as session:
        for group in groups(session):
            for cell in listed(session, Wanted(dataset=group.dataset, state="done")):
                if home.runs.weights(cell.id, "best").exists():
                    return f"?{urlencode({'dataset': group.dataset})}"
    return ""


def _shoot(browser: object, address: str, width: int, scheme: str, file: Path) -> None:
    watched = Watched(browser, width, scheme)
    page = watched.open(address)
    page.wait_for_timeout(2000)
    main = "document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"
    height = min(TALLEST, max(700, int(page.evaluate(main))))
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(1500)
    page.screenshot(path=file)
    page.close()


if __name__ == "__main__":
    main()
