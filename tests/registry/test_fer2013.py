"""FER2013 in every layout, its protocols, FERPlus, and the sentence for each mistake."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from registry.catalog import DATASETS, PROTOCOLS
from registry.check import check
from registry.errors import DataError, RequestError
from registry.samples import Samples
from registry.split import Split
from tests.registry.trees import (
    change_line,
    fer_rows,
    forbid,
    load_fer,
    noise,
    numbers,
    save,
    write_fer_csv,
    write_fer_folders,
    write_icml_csv,
    write_kaggle_csvs,
)

CANONICAL = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
PART = {"Training": "train", "PublicTest": "public", "PrivateTest": "private"}


def split(name: str, samples: Samples, fold: int = 0, **values: object) -> Split:
    protocol = PROTOCOLS.get(name)
    return protocol.build(samples, 0, fold, protocol.parse(values))


# --- layouts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [write_fer_csv, write_icml_csv])
def test_whole_table(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    write(tmp_path)
    samples = load_fer(tmp_path)
    rows = fer_rows()
    assert samples.classes == tuple(sorted(CANONICAL))
    assert samples.images.shape == (len(rows), 1, 48, 48)
    assert samples.subjects is None
    assert samples.sequences is None
    for row, code, usage in rows:
        np.testing.assert_array_equal(samples.images[row, 0], noise(row))
        assert samples.classes[samples.labels[row]] == CANONICAL[code]
        assert samples.parts is not None
        assert samples.parts[row] == PART[usage]
        assert samples.names[row] == f"fer{row:07d}"


def test_both_tables_are_the_same_samples(tmp_path: Path) -> None:
    write_fer_csv(tmp_path / "a")
    write_icml_csv(tmp_path / "b")
    assert load_fer(tmp_path / "a").fingerprint == load_fer(tmp_path / "b").fingerprint


def test_header_in_any_case_with_a_mark_and_windows_lines(tmp_path: Path) -> None:
    path = write_fer_csv(tmp_path)
    expected = load_fer(tmp_path).fingerprint
    text = path.read_text().replace("emotion,pixels,Usage", "Emotion, Pixels,usage")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load_fer(tmp_path).fingerprint == expected


def test_table_in_a_folder_of_the_root(tmp_path: Path) -> None:
    write_fer_csv(tmp_path / "fer2013")
    (tmp_path / "notes").mkdir()
    assert len(load_fer(tmp_path)) == 42


def test_two_tables_of_the_contest(tmp_path: Path) -> None:
    write_kaggle_csvs(tmp_path)
    write_fer_csv(tmp_path / "whole")
    halves, whole = load_fer(tmp_path), load_fer(tmp_path / "whole")
    assert halves.parts == ("train",) * 14 + ("test",) * 28
    np.testing.assert_array_equal(halves.images, whole.images)
    np.testing.assert_array_equal(halves.labels, whole.labels)


def test_contest_table_without_labels_is_no_test_part(tmp_path: Path) -> None:
    write_kaggle_csvs(tmp_path, labelled_test=False)
    with pytest.raises(DataError, match=r"test\.csv has no column 'emotion'.*no test part"):
        load_fer(tmp_path)


@pytest.mark.parametrize("missing", ["train.csv", "test.csv"])
def test_half_of_the_contest_tables(tmp_path: Path, missing: str) -> None:
    write_kaggle_csvs(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(DataError, match=rf"{missing} is missing"):
        load_fer(tmp_path)


def test_folders_go_by_name_not_by_index(tmp_path: Path) -> None:
    """Sorted folder names would give neutral, sad, surprise the codes 4 to 6, not 6, 4, 5."""
    write_fer_folders(tmp_path)
    samples = load_fer(tmp_path)
    assert len(samples) == 42
    assert samples.parts is not None
    for row, code, usage in fer_rows():
        half = "train" if usage == "Training" else "test"
        (index,) = [i for i, n in enumerate(samples.names) if n.endswith(f"{usage}_{row}.png")]
        assert samples.names[index].startswith(f"{half}/")
        assert samples.classes[samples.labels[index]] == CANONICAL[code]
        assert samples.parts[index] == PART[usage]
        np.testing.assert_array_equal(samples.images[index, 0], noise(row))


def test_folders_whose_files_do_not_tell_the_part(tmp_path: Path) -> None:
    write_fer_folders(tmp_path, told=False)
    samples = load_fer(tmp_path)
    assert samples.parts is not None
    assert sorted(set(samples.parts)) == ["test", "train"]
    with pytest.raises(RequestError, match=r"needs the parts train, public, private; this .* test"):
        split("official", samples)


# --- protocols -----------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [write_fer_csv, write_fer_folders])
def test_protocols(tmp_path: Path, write: Callable[[Path], object]) -> None:
    write(tmp_path)
    samples = load_fer(tmp_path)
    assert samples.parts is not None
    parts = np.array(samples.parts)
    official, paper = split("official", samples), split("paper", samples)
    assert official.monitored == "validation"
    assert official.validation is not None
    assert set(parts[official.train]) == {"train"}
    assert set(parts[official.validation]) == {"public"}
    assert set(parts[official.test]) == {"private"}
    assert len(official.train) + len(official.validation) + len(official.test) == 42
    assert paper.validation is None
    assert set(parts[paper.train]) == {"train"}
    assert len(paper.train) == 14
    assert len(paper.test) == 28
    for name in ("subject", "sequence"):
        with pytest.raises(RequestError, match=f"this dataset knows no {name}s"):
            split(name, samples)


def test_official_refuses(tmp_path: Path) -> None:
    samples = load_fer(write_fer_csv(tmp_path).parent)
    with pytest.raises(RequestError, match="fold must be 0, not 1"):
        split("official", samples, fold=1)
    bare = Samples(samples.images, samples.labels, samples.classes, samples.names)
    with pytest.raises(RequestError, match="knows no parts"):
        split("official", bare)


# --- what a complete copy holds ------------------------------------------------------------------


def test_expected_adds_up() -> None:
    """The totals of the contest's report, and its parts."""
    expected = DATASETS.get("fer2013").expected
    assert expected is not None
    assert expected.images == 35887
    assert expected.parts == {"train": 28709, "public": 3589, "private": 3589}
    assert sum(expected.parts.values()) == 35887
    for variant in expected.variants.values():
        if variant is not None:
            assert sum((variant.parts or {}).values()) == 35887


def test_check_says_what_is_missing(tmp_path: Path) -> None:
    found = check(load_fer(write_fer_csv(tmp_path).parent), DATASETS.get("fer2013").expected)
    assert "42 images, 35887 expected." in found.differences
    assert "6 'disgust' images, 547 expected." in found.differences
    assert "14 private-part images, 3589 expected." in found.differences
    write_kaggle_csvs(tmp_path / "halves")
    found = check(load_fer(tmp_path / "halves"), DATASETS.get("fer2013").expected)
    assert "28 test-part images, 7178 expected." in found.differences
    assert not any("private" in difference for difference in found.differences)


# --- damaged tables ------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [2, 12, 100, 5000])
def test_truncated_table(tmp_path: Path, cut: int) -> None:
    path = write_fer_csv(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DataError, match=r"fer2013\.csv, line 43: "):
        load_fer(tmp_path)


def test_truncated_table_with_pixels_last(tmp_path: Path) -> None:
    path = write_icml_csv(tmp_path)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(DataError, match=r"icml_face_data\.csv, line 43: 2\d\d\d pixels, 48×48"):
        load_fer(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace(" ", "", 1), "2303 pixels, 48×48 = 2304 are needed"),
        (lambda text: text.replace(" ", " 7 ", 1), "2305 pixels"),
        (lambda text: text.replace(" ", " x ", 1), "not all whole numbers"),
        (lambda text: text.replace(" ", " 1.5 ", 1), "not all whole numbers"),
        (lambda _: f"3,{numbers(noise(0))[:-3]} 300,Training", r"\d+ pixels|outside 0 to 255"),
        (lambda _: "3," + " ".join(["300"] * 2304) + ",Training", "a pixel is outside 0 to 255"),
        (lambda _: "3," + " ".join(["-1"] * 2304) + ",Training", "a pixel is outside 0 to 255"),
        (lambda text: "7" + text[1:], "emotion '7' is none of the codes 0 to 6"),
        (lambda text: "-1" + text[1:], "emotion '-1' is none"),
        (lambda text: "" + text[1:], "emotion '' is none"),
        (lambda text: "happy" + text[1:], "emotion 'happy' is none"),
        (lambda text: text.replace("Training", "Tuning"), "'Tuning' is none of Training, Pub"),
        (lambda text: text + ",1", "4 of 3 fields"),
        (lambda _: "", "1 of 3 fields"),
        (lambda _: "3,,Training", "0 pixels"),
    ],
)
def test_wrong_row(tmp_path: Path, change: Callable[[str], str], message: str) -> None:
    change_line(write_fer_csv(tmp_path), 9, change)
    with pytest.raises(DataError, match=rf"fer2013\.csv, line 9: .*({message})"):
        load_fer(tmp_path)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("emotion,Usage", "no column 'pixels'"),
        ("emotion,pixels", "no column 'usage'|2 fields"),
        ("emotion,pixels,Usage,Usage", "'usage' is there twice"),
        ("emotion,pixels,Usage,face", "'face' is no column"),
        ("", "no column 'emotion'"),
    ],
)
def test_wrong_header(tmp_path: Path, header: str, message: str) -> None:
    change_line(write_fer_csv(tmp_path), 1, lambda _: header)
    with pytest.raises(DataError, match=rf"fer2013\.csv, line [12]: .*({message})"):
        load_fer(tmp_path)


def test_empty_and_binary_tables(tmp_path: Path) -> None:
    path = write_fer_csv(tmp_path)
    header = path.read_text().split("\n")[0]
    path.write_text("")
    with pytest.raises(DataError, match=r"fer2013\.csv, line 1: there is no column 'emotion'"):
        load_fer(tmp_path)
    path.write_text(header + "\n")
    with pytest.raises(DataError, match=r"fer2013\.csv holds no image"):
        load_fer(tmp_path)
    path.write_bytes(b"\x1f\x8b\x08\xff\xfe")
    with pytest.raises(DataError, match=r"fer2013\.csv is not a text file"):
        load_fer(tmp_path)


def test_class_without_image(tmp_path: Path) -> None:
    path = write_fer_csv(tmp_path)
    kept = [text for text in path.read_text().split("\n") if not text.startswith("1,")]
    path.write_text("\n".join(kept))
    with pytest.raises(DataError, match=r"fer2013\.csv holds no image of 'disgust'"):
        load_fer(tmp_path)


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_fer_csv(tmp_path)
    forbid(monkeypatch, path)
    with pytest.raises(DataError, match=r"fer2013\.csv cannot be read: Permission denied"):
        load_fer(tmp_path)


# --- damaged folders -----------------------------------------------------------------------------


def test_two_layouts_in_one_root(tmp_path: Path) -> None:
    write_fer_csv(tmp_path)
    write_fer_folders(tmp_path)
    with pytest.raises(DataError, match=r"several layouts of FER2013 \(a table .*; the folders tr"):
        load_fer(tmp_path)


def test_two_tables_in_one_root(tmp_path: Path) -> None:
    write_fer_csv(tmp_path)
    write_icml_csv(tmp_path)
    with pytest.raises(DataError, match=r"several .*\(fer2013\.csv, icml_face_data\.csv\)"):
        load_fer(tmp_path)


def test_two_folders_that_would_do(tmp_path: Path) -> None:
    write_fer_csv(tmp_path / "one")
    write_fer_csv(tmp_path / "two")
    with pytest.raises(DataError, match=r"several layouts of FER2013 \(one, two\)"):
        load_fer(tmp_path)


def test_no_layout(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no layout of FER2013.*known are: a table .*; train\.csv"):
        load_fer(tmp_path)
    with pytest.raises(DataError, match="nowhere: there is no such folder"):
        load_fer(tmp_path / "nowhere")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_fer_folders(tmp_path)
    return tmp_path


def test_half_copied_folders(tree: Path) -> None:
    for path in (tree / "test" / "sad").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="test/sad holds no image"):
        load_fer(tree)
    (tree / "test" / "sad").rmdir()
    with pytest.raises(DataError, match="test has no folder for the class 'sadness'"):
        load_fer(tree)
    (tree / "test").rename(tree / "elsewhere")
    with pytest.raises(DataError, match="test is missing"):
        load_fer(tree)


def test_wrong_things_in_the_folders(tree: Path) -> None:
    (tree / "valid").mkdir()
    with pytest.raises(DataError, match="valid is neither the folder train nor the folder test"):
        load_fer(tree)
    (tree / "valid").rmdir()
    (tree / "train" / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"notes\.txt is not a class folder"):
        load_fer(tree)


def test_unknown_class_folder(tree: Path) -> None:
    (tree / "train" / "contempt").mkdir()
    with pytest.raises(DataError, match="contempt is not a class of FER2013"):
        load_fer(tree)


def test_file_in_the_wrong_half(tree: Path) -> None:
    save(tree / "train" / "sad" / "PublicTest_7.png", noise(7))
    with pytest.raises(DataError, match=r"PublicTest_7\.png is in the folder 'train', but .*'publ"):
        load_fer(tree)


def test_file_that_does_not_tell_among_those_that_do(tree: Path) -> None:
    save(tree / "test" / "sad" / "im7.png", noise(7))
    with pytest.raises(DataError, match=r"im7\.png does not begin with Training_, PublicTest_ or"):
        load_fer(tree)


def test_file_that_is_no_image(tree: Path) -> None:
    (tree / "test" / "sad" / "PublicTest_99.png").write_text("no image")
    with pytest.raises(DataError, match=r"PublicTest_99\.png is not an image"):
        load_fer(tree)


def test_image_of_another_size(tree: Path) -> None:
    save(tree / "test" / "sad" / "PublicTest_99.png", noise(7, 47))
    with pytest.raises(DataError, match=r"PublicTest_99\.png is 48×47 pixels; 48×48 are needed"):
        load_fer(tree)


def test_image_that_may_not_be_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = next((tree / "test" / "sad").iterdir())
    forbid(monkeypatch, path)
    with pytest.raises(DataError, match=rf"{path.name} cannot be read: Permission denied"):
        load_fer(tree)
