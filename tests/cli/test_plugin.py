"""A researcher's own attention, as a package of hers and as a file dropped in, from end to end."""

import json
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "docs" / "plugin"

MATRIX = """
[base]
dataset = { name = "faces", subjects = 6 }
protocol = "subject"
backbone = "resnet18"
size = 32
epochs = 1

[sweep]
attention = ["mirror+hfc"]
"""
#: The conformance tests of the example alone, each by its name.
CONFORMANCE = ["pytest", "-vv", "-p", "no:cacheprovider", "-k", "mirror or untested"]
CONFORMANCE += [
    f"tests/registry/test_conformance{part}.py" for part in ("", "_attention", "_backbone")
]


def run(python: Path, *arguments: str, cwd: Path, path: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(path), "COLUMNS": "200"}
    return subprocess.run(
        [str(python), "-m", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment like this one, into which the example is installed by pip."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, symlinks=os.name != "nt")
    paths = {"base": str(home), "platbase": str(home)}
    python = Path(sysconfig.get_path("scripts", "venv", paths)) / "python"
    packages = Path(sysconfig.get_path("purelib", "venv", paths))
    own = [*site.getsitepackages(), sysconfig.get_path("purelib")]
    lines = [f"import site; site.addsitedir({folder!r})" for folder in dict.fromkeys(own)]
    (packages / "outer.pth").write_text("\n".join(lines))
    source = home / "source"
    shutil.copytree(EXAMPLE, source)
    pip = ["pip", "install", "--no-deps", "--no-build-isolation", "--no-index", str(source)]
    result = run(python, *pip, cwd=home, path=home)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (packages / "mirror_attention.py").exists()
    shutil.rmtree(source)  # what is found from here on is what was installed
    return python


def test_an_attention_takes_no_more_than_twenty_lines() -> None:
    (module,) = EXAMPLE.glob("*.py")
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 20


@pytest.mark.slow
def test_an_installed_attention_is_listed(installed: Path, tmp_path: Path) -> None:
    arguments = ["cli.main", "list", "attentions", "--format", "json"]
    result = run(installed, *arguments, cwd=tmp_path, path=ROOT)
    assert result.returncode == 0, result.stderr
    assert not result.stderr
    (mirror,) = [row for row in json.loads(result.stdout) if row["name"] == "mirror"]
    assert mirror["source"] == "A. Researcher, an example"


@pytest.mark.slow
def test_an_installed_attention_is_swept_and_tabulated(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "hers.toml").write_text(MATRIX)
    arguments = ["cli.main", "run", "hers.toml", "--device", "cpu", "--slots", "1"]
    result = run(installed, *arguments, cwd=tmp_path, path=ROOT)
    assert result.returncode == 0, result.stderr
    assert "1 of 1 cells done" in result.stdout
    arguments = ["cli.main", "leaderboard", "--format", "json"]
    rows = json.loads(run(installed, *arguments, cwd=tmp_path, path=ROOT).stdout)
    assert {row["attention"] for row in rows} == {"mirror+hfc"}


@pytest.mark.slow
def test_an_installed_attention_is_tested(installed: Path) -> None:
    result = run(installed, *CONFORMANCE, cwd=ROOT, path=ROOT)
    assert result.returncode == 0, result.stdout
    assert "test_attention_counts_its_parameters[16-mirror] PASSED" in result.stdout


@pytest.mark.slow
def test_a_file_dropped_into_the_folder_is_found_and_tested(tmp_path: Path) -> None:
    for folder in ("registry", "bench", "jobs", "cli", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(EXAMPLE / "mirror_attention.py", tmp_path / "registry" / "attention" / "mirror.py")
    tested = run(Path(sys.executable), *CONFORMANCE, cwd=tmp_path, path=tmp_path)
    assert tested.returncode == 0, tested.stdout
    assert "test_attention_counts_its_parameters[16-mirror] PASSED" in tested.stdout


@pytest.mark.slow
def test_a_broken_package_is_told_on_the_side(tmp_path: Path) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ferbench.attention]\nhers = no_such_module\n")
    path = Path(f"{ROOT}{os.pathsep}{tmp_path}")
    arguments = ["cli.main", "list", "attentions", "--format", "json"]
    result = run(Path(sys.executable), *arguments, cwd=tmp_path, path=path)
    assert result.returncode == 0
    assert "hfc" in [row["name"] for row in json.loads(result.stdout)]
    assert "ferbench: the package 'broken'" in result.stderr
