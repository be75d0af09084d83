"""``ferbench audit`` as typed: what it prints, and what it says to a wrong name or file."""

import json
from importlib import resources
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cli.audit import audit
from registry.errors import RequestError

SHIPPED = (resources.files("registry.papers") / "kim_jo.toml").read_text(encoding="utf-8")
KEYS = {"where", "printed", "follows", "kind", "confidence"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> str:
    app = typer.Typer()
    app.command()(audit)
    result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    if isinstance(result.exception, RequestError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def found(*words: str) -> list[dict[str, str]]:
    listed = json.loads(run(*words, "--format", "json"))
    assert all(set(one) >= KEYS for one in listed)
    return listed


def test_every_shipped_paper() -> None:
    listed = found()
    assert sum(one["group"] == "arithmetic" for one in listed) == 12
    assert {one["confidence"] for one in listed} <= {"high", "medium", "low"}


def test_a_table_by_either_name() -> None:
    one = found("table2")
    assert one == found("kim_jo/table2")
    assert sum(f["group"] == "arithmetic" for f in one) == 9
    gain = next(f for f in one if f["kind"] == "gain")
    assert (gain["printed"], gain["follows"]) == ("+1.53", "-1.53")


def test_a_table_shares_a_finding_with_another_that_prints_the_same() -> None:
    (finding,) = [one for one in found("table1") if one["group"] == "arithmetic"]
    assert (finding["printed"], finding["follows"]) == ("92.31", "92.54")
    assert "kim_jo/table1, ckplus, ResNet18 + HFC, Average" in finding["also"]


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SHIPPED.replace('key = "kim_jo"', 'key = "mine"'), encoding="utf-8")
    listed = found("mine.toml")
    assert sum(one["group"] == "arithmetic" for one in listed) == 12
    assert all(one["where"].startswith("mine") for one in listed)


def test_for_people() -> None:
    text = run("table2")
    assert "kim_jo/table2, fer2013, ResNet18, Disgust  47.45 → 47.75" in text
    assert "Design: what the comparison leaves open" in text


def test_markdown() -> None:
    lines = run("kim_jo", "--format", "markdown").splitlines()
    rows = [line for line in lines if line.startswith("| kim_jo")]
    assert len(rows) == len(found())
    assert all(row.replace("\\|", "").count("|") == 7 for row in rows)


def test_markdown_escapes_what_is_printed(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        SHIPPED.replace('label = "ResNet18 + BAM"', 'label = "ResNet18 | BAM"'), encoding="utf-8"
    )
    lines = run("mine.toml", "--format", "markdown").splitlines()
    rows = [line for line in lines if "ResNet18 \\| BAM" in line]
    assert rows
    assert all(row.replace("\\|", "").count("|") == 7 for row in rows)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["tabel2"], "no reported table 'tabel2'; did you mean 'table2'"),
        (["kim_jo/table3"], "did you mean 'kim_jo/table2'"),
        (["missing.toml"], "missing.toml cannot be read: No such file"),
    ],
)
def test_a_wrong_name(words: list[str], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        run(*words)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('key = "kim_jo"', "key = kim_jo", "mine.toml: Invalid"),
        ('title = "Spatial', 'titel = "Spatial', "'title' is missing|did you mean 'title'"),
        ("train = 28707", "trian = 28707", "did you mean 'train'"),
        ("train = 28707", 'train = "many"', "train = 'many'"),
        ('average = "59.56"', 'averag = "59.56"', "did you mean 'average'|'average' is missing"),
        ('average = "59.56"', 'average = "n/a"', "average = 'n/a'"),
        ('"56.98", "47.45",', '"56.98",', "row 'ResNet18' has 6 cells, but there are 7 heads"),
        ('unit = "percent"', 'unit = "permille"', "unit 'permille' is not known; 'percent' is"),
        ('relation = "lower"', 'relation = "less"', "'higher' or 'lower'"),
    ],
)
def test_a_wrong_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SHIPPED
    (tmp_path / "mine.toml").write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RequestError, match=message):
        run("mine.toml")


def test_a_file_without_tables(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text('key = "me"\ntitle = "Mine"\n', encoding="utf-8")
    with pytest.raises(RequestError, match=r"empty\.toml: there are no tables"):
        run("empty.toml")
