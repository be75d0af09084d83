"""``ferbench data check`` as typed: what it prints, what it exits with."""

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from cli.data import app
from registry.errors import RequestError
from tests.registry.trees import write_crops, write_fer_csv, write_ferplus


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *words])
    if isinstance(result.exception, RequestError):
        raise result.exception
    return result.exit_code, result.output


def test_leaks_of_the_chosen_protocol(tmp_path: Path) -> None:
    write_crops(tmp_path / "ck")
    found = {}
    for protocol in ("paper", "subject"):
        code, text = run("ckplus", "--root", "ck", "--format", "json", "--protocol", protocol)
        found[protocol] = json.loads(text)["leaks"]
        assert code == 1  # 126 images, 981 expected
        assert found[protocol]["protocol"] == protocol
    assert found["paper"]["sequences"]["test"]["train"] > 0
    assert found["paper"]["subjects"]["test"]["train"] == found["paper"]["parts"]["test"]
    assert found["subject"]["subjects"]["test"]["train"] == 0
    assert found["subject"]["subjects"]["test"]["test"] == found["subject"]["parts"]["test"]


def test_table_shows_counts_leaks_and_differences(tmp_path: Path) -> None:
    write_fer_csv(tmp_path / "fer")
    code, text = run("fer2013", "--root", "fer", "--protocol", "official")
    assert code == 1
    for words in ("exact copies", "nearly the same", "also in validation", "42 images, 35887 exp"):
        assert words in text
    assert "its subject" not in text


def test_parameters_of_the_dataset_are_set(tmp_path: Path) -> None:
    """Row r has ten votes for class r mod 8; the contest's own labels are six of each of seven."""
    write_ferplus(tmp_path / "fer")
    found = {}
    for labels in ("fer2013", "ferplus", "ferplus_probability"):
        words = ("--root", "fer", "--format", "json", "--set", f"labels={labels}")
        found[labels] = json.loads(run("fer2013", *words)[1])
    assert set(found["fer2013"]["counts"].values()) == {6}
    for labels in ("ferplus", "ferplus_probability"):
        assert len(found[labels]["counts"]) == 8
        assert "0 NF, 0 unknown, 0 undecided" in found[labels]["layout"]
    assert len({facts["fingerprint"] for facts in found.values()}) == 3
    with pytest.raises(RequestError, match="labels"):
        run("fer2013", "--root", "fer", "--set", "labels=fer")
    with pytest.raises(RequestError, match="write it as KEY=VALUE"):
        run("fer2013", "--root", "fer", "--set", "labels")


def test_sheet_takes_the_same_parameters(tmp_path: Path) -> None:
    write_ferplus(tmp_path / "fer")
    heights = {}
    for labels in ("fer2013", "ferplus"):
        words = ["sheet", "fer2013", "--root", "fer", "-o", f"{labels}.png"]
        result = CliRunner().invoke(app, [*words, "--set", f"labels={labels}"])
        assert result.exit_code == 0, result.output
        with Image.open(f"{labels}.png") as picture:
            heights[labels] = picture.height
    assert heights["ferplus"] > heights["fer2013"]  # a row more, for contempt


def test_refusals(tmp_path: Path) -> None:
    write_fer_csv(tmp_path / "fer")
    with pytest.raises(RequestError, match="did you mean 'subject'"):
        run("fer2013", "--root", "fer", "--protocol", "subjects")
    code, told = run("fer2013", "--root", "fer", "--protocol", "subject")
    assert code == 1
    assert "knows no subjects" in told
    (tmp_path / "fer" / "fer2013.csv").write_text("emotion,pixels,Usage\n3,1 2 3,Training\n")
    assert run("fer2013", "--root", "fer")[0] == 1
