"""FER2013 in every layout, its protocols, FERPlus, and the sentence for each mistake."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from registry.catalog import DATASETS, PROTOCOLS
from registry.check import check
from registry.errors import DataError, RequestError
from registry.layouts.ferplus import CLASSES, VOTED, majority, probability
from registry.samples import Samples
from registry.split import Split
from tests.registry.trees import (
    fer_rows,
    forbid,
    noise,
    numbers,
    save,
    write_fer_csv,
    write_fer_folders,
    write_ferplus,
    write_icml_csv,
    write_kaggle_csvs,
)

CANONICAL = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
PART = {"Training": "train", "PublicTest": "public", "PrivateTest": "private"}


def load(root: Path, labels: str = "fer2013") -> Samples:
    dataset = DATASETS.get("fer2013")
    return dataset.build(root, dataset.parse({"labels": labels}))


def split(name: str, samples: Samples, fold: int = 0, **values: object) -> Split:
    protocol = PROTOCOLS.get(name)
    return protocol.build(samples, 0, fold, protocol.parse(values))


def line(path: Path, number: int, change: Callable[[str], str]) -> None:
    lines = path.read_text().split("\n")
    lines[number - 1] = change(lines[number - 1])
    path.write_text("\n".join(lines))


# --- layouts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [write_fer_csv, write_icml_csv])
def test_whole_table(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    write(tmp_path)
    samples = load(tmp_path)
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
    assert load(tmp_path / "a").fingerprint == load(tmp_path / "b").fingerprint


def test_header_in_any_case_with_a_mark_and_windows_lines(tmp_path: Path) -> None:
    path = write_fer_csv(tmp_path)
    expected = load(tmp_path).fingerprint
    text = path.read_text().replace("emotion,pixels,Usage", "Emotion, Pixels,usage")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load(tmp_path).fingerprint == expected


def test_table_in_a_folder_of_the_root(tmp_path: Path) -> None:
    write_fer_csv(tmp_path / "fer2013")
    (tmp_path / "notes").mkdir()
    assert len(load(tmp_path)) == 42


def test_two_tables_of_the_contest(tmp_path: Path) -> None:
    write_kaggle_csvs(tmp_path)
    write_fer_csv(tmp_path / "whole")
    halves, whole = load(tmp_path), load(tmp_path / "whole")
    assert halves.parts == ("train",) * 14 + ("test",) * 28
    np.testing.assert_array_equal(halves.images, whole.images)
    np.testing.assert_array_equal(halves.labels, whole.labels)


def test_contest_table_without_labels_is_no_test_part(tmp_path: Path) -> None:
    write_kaggle_csvs(tmp_path, labelled_test=False)
    with pytest.raises(DataError, match=r"test\.csv has no column 'emotion'.*no test part"):
        load(tmp_path)


@pytest.mark.parametrize("missing", ["train.csv", "test.csv"])
def test_half_of_the_contest_tables(tmp_path: Path, missing: str) -> None:
    write_kaggle_csvs(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(DataError, match=rf"{missing} is missing"):
        load(tmp_path)


def test_folders_go_by_name_not_by_index(tmp_path: Path) -> None:
    """Sorted folder names would give neutral, sad, surprise the codes 4 to 6, not 6, 4, 5."""
    write_fer_folders(tmp_path)
    samples = load(tmp_path)
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
    samples = load(tmp_path)
    assert samples.parts is not None
    assert sorted(set(samples.parts)) == ["test", "train"]
    with pytest.raises(RequestError, match=r"needs the parts train, public, private; this .* test"):
        split("official", samples)


# --- protocols -----------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [write_fer_csv, write_fer_folders])
def test_protocols(tmp_path: Path, write: Callable[[Path], object]) -> None:
    write(tmp_path)
    samples = load(tmp_path)
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
    samples = load(write_fer_csv(tmp_path).parent)
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
    found = check(load(write_fer_csv(tmp_path).parent), DATASETS.get("fer2013").expected)
    assert "42 images, 35887 expected." in found.differences
    assert "6 'disgust' images, 547 expected." in found.differences
    assert "14 private-part images, 3589 expected." in found.differences
    write_kaggle_csvs(tmp_path / "halves")
    found = check(load(tmp_path / "halves"), DATASETS.get("fer2013").expected)
    assert "28 test-part images, 7178 expected." in found.differences
    assert not any("private" in difference for difference in found.differences)


# --- FERPlus -------------------------------------------------------------------------------------


def votes(**counts: int) -> list[int]:
    return [counts.get(name, 0) for name in VOTED]


@pytest.mark.parametrize(
    ("row", "winner"),
    [
        (votes(anger=10), "anger"),
        (votes(anger=6, sadness=4), "anger"),
        (votes(anger=5, sadness=5), None),
        (votes(anger=5, sadness=3, fear=2), None),  # 5 of 10 is not more than half
        (votes(anger=5, sadness=4, fear=1), "anger"),  # fear's single vote counts as none: 5 of 9
        (votes(anger=4, sadness=3, fear=1, disgust=1, neutral=1), "anger"),  # 4 of 7
        (votes(contempt=6, unknown=4), "contempt"),
        (votes(neutral=2, happiness=1), "neutral"),
        (votes(), None),
        (votes(anger=1), None),
    ],
)
def test_majority_by_hand(row: list[int], winner: str | None) -> None:
    found = majority(np.array([row]))
    assert found.names == (winner,)
    assert (found.no_face, found.unknown) == (0, 0)
    assert found.undecided == (winner is None)


def test_majority_drops_by_rule_and_counts() -> None:
    rows = [votes(nf=10), votes(unknown=6, fear=4), votes(unknown=5, nf=5), votes(fear=10)]
    found = majority(np.array(rows))
    assert found.names == (None, None, None, "fear")
    assert (found.no_face, found.unknown, found.undecided) == (1, 1, 1)
    assert found.dropped == "dropped by its rule: 1 NF, 1 unknown, 1 undecided"


def test_ferplus_relabels_and_drops_rows(tmp_path: Path) -> None:
    given = [[10 if k == row % 8 else 0 for k in range(10)] for row in range(42)]
    given[3], given[20], given[41] = votes(nf=10), votes(unknown=8), votes(anger=5, fear=5)
    write_ferplus(tmp_path, given)
    samples = load(tmp_path, "ferplus")
    kept = [row for row in range(42) if row not in (3, 20, 41)]
    assert samples.names == tuple(f"fer{row:07d}" for row in kept)
    assert "contempt" in samples.classes
    for index, row in enumerate(kept):
        assert samples.classes[samples.labels[index]] == VOTED[row % 8]
        np.testing.assert_array_equal(samples.images[index, 0], noise(row))
    assert "1 NF, 1 unknown, 1 undecided" in samples.layout
    assert samples.parts is not None
    assert len([part for part in samples.parts if part == "train"]) == 13
    assert check(samples, DATASETS.get("fer2013").expected).differences == ()
    assert load(tmp_path).counts["anger"] == 6  # without asking, FER2013's own labels


@pytest.mark.parametrize(
    ("row", "shares"),
    [
        (votes(anger=10), {"anger": 1}),
        (votes(anger=8, fear=2), {"anger": 1}),  # 8 of 10 is three quarters already
        (votes(anger=5, sadness=3, fear=2), {"anger": 5 / 8, "sadness": 3 / 8}),
        (votes(anger=6, sadness=2, fear=2), {"anger": 0.6, "sadness": 0.2, "fear": 0.2}),  # tie
        (votes(anger=5, sadness=5), {"anger": 0.5, "sadness": 0.5}),
        (votes(anger=4, sadness=4, unknown=2), {"anger": 0.5, "sadness": 0.5}),
        (votes(anger=6, unknown=4), {"anger": 1}),  # ends at unknown, 6 of 10 are kept
        (votes(anger=4, unknown=3, fear=3), {"anger": 4 / 7, "fear": 3 / 7}),  # fear comes first
        (votes(anger=5, unknown=5), None),  # unknown ties, is not kept; 5 of 10 is not enough
        (votes(unknown=6, anger=4), None),
        (votes(nf=10), None),
        (votes(anger=4, unknown=3, nf=3), None),  # 4 of 10
        (votes(neutral=3, anger=3, fear=2, contempt=2), None),  # 3 + 3, then 2 and 2: four
        (votes(neutral=2, anger=2, fear=2, contempt=2, sadness=2), None),  # five at once
        (votes(neutral=4, anger=3, fear=3), {"neutral": 0.4, "anger": 0.3, "fear": 0.3}),
        (votes(neutral=7, anger=1, fear=1, sadness=1), {"neutral": 1}),
        (votes(neutral=3, anger=2, fear=1, unknown=1), {"neutral": 0.6, "anger": 0.4}),
        (votes(neutral=1, anger=1), None),
        (votes(), None),
    ],
)
def test_probability_by_hand(row: list[int], shares: dict[str, float] | None) -> None:
    found = probability(np.array([row]))
    expected = [(shares or {}).get(name, 0) for name in CLASSES]
    np.testing.assert_allclose(found.shares, [expected], rtol=1e-6)
    assert (found.names[0] is None) == (shares is None)


def test_probability_names_the_first_column_of_a_tie_and_counts() -> None:
    """In the file's order neutral is first, in the alphabetical one anger would be."""
    rows = [
        votes(anger=5, neutral=5),
        votes(contempt=3, surprise=5, unknown=2),
        votes(nf=6, fear=4),
        votes(unknown=6, nf=4),
        votes(neutral=3, anger=3, fear=2, contempt=2),
    ]
    found = probability(np.array(rows))
    assert found.names == ("neutral", "surprise", None, None, None)
    assert found.dropped == "dropped by its rule: 1 NF, 1 unknown, 1 undecided"


def test_ferplus_probability_gives_distributions(tmp_path: Path) -> None:
    given = [[10 if k == row % 8 else 0 for k in range(10)] for row in range(42)]
    given[2], given[3] = votes(surprise=5, fear=5), votes(nf=10)
    write_ferplus(tmp_path, given)
    samples = load(tmp_path, "ferplus_probability")
    assert samples.names == tuple(f"fer{row:07d}" for row in range(42) if row != 3)
    assert samples.classes == CLASSES
    assert samples.distribution is not None
    one_hot = np.eye(8, dtype=np.float32)[samples.labels]
    others = np.arange(41) != 2
    np.testing.assert_array_equal(samples.distribution[others], one_hot[others])
    halves = dict(zip(CLASSES, samples.distribution[2].tolist(), strict=True))
    assert {name: share for name, share in halves.items() if share} == {
        "surprise": 0.5,
        "fear": 0.5,
    }
    assert samples.classes[samples.labels[2]] == "surprise"
    assert "1 NF, 0 unknown, 0 undecided" in samples.layout
    assert check(samples, DATASETS.get("fer2013").expected).differences == ()
    assert load(tmp_path, "ferplus").distribution is None


def test_ferplus_must_be_aligned(tmp_path: Path) -> None:
    path = write_ferplus(tmp_path)
    line(path, 16, lambda text: text.replace("PublicTest", "Training"))
    with pytest.raises(DataError, match=r"fer2013new\.csv, line 16: part 'train', but 'public'"):
        load(tmp_path, "ferplus")
    path.write_text("\n".join(path.read_text().split("\n")[:-2]))
    with pytest.raises(DataError, match=r"fer2013new\.csv has 41 rows, FER2013 beside it 42"):
        load(tmp_path, "ferplus")


def test_ferplus_refuses(tmp_path: Path) -> None:
    path = write_ferplus(tmp_path)
    whole = path.read_text()
    line(path, 5, lambda text: text.replace("10", "x"))
    with pytest.raises(DataError, match=r"line 5: .* = 'x' is not a number of votes"):
        load(tmp_path, "ferplus")
    path.write_text(whole[:-8])
    with pytest.raises(DataError, match=r"line 43: \d+ of 12 fields \(is the file cut off"):
        load(tmp_path, "ferplus")
    path.unlink()
    with pytest.raises(DataError, match=r"fer2013new\.csv: there is no such file"):
        load(tmp_path, "ferplus")
    for write in (write_kaggle_csvs, write_fer_folders):
        write(tmp_path / write.__name__)
        with pytest.raises(DataError, match=r"FERPlus labels belong to the rows of fer2013\.csv"):
            load(tmp_path / write.__name__, "ferplus")


# --- damaged tables ------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [2, 12, 100, 5000])
def test_truncated_table(tmp_path: Path, cut: int) -> None:
    path = write_fer_csv(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DataError, match=r"fer2013\.csv, line 43: "):
        load(tmp_path)


def test_truncated_table_with_pixels_last(tmp_path: Path) -> None:
    path = write_icml_csv(tmp_path)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(DataError, match=r"icml_face_data\.csv, line 43: 2\d\d\d pixels, 48×48"):
        load(tmp_path)


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
    line(write_fer_csv(tmp_path), 9, change)
    with pytest.raises(DataError, match=rf"fer2013\.csv, line 9: .*({message})"):
        load(tmp_path)


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
    line(write_fer_csv(tmp_path), 1, lambda _: header)
    with pytest.raises(DataError, match=rf"fer2013\.csv, line [12]: .*({message})"):
        load(tmp_path)


def test_empty_and_binary_tables(tmp_path: Path) -> None:
    path = write_fer_csv(tmp_path)
    header = path.read_text().split("\n")[0]
    path.write_text("")
    with pytest.raises(DataError, match=r"fer2013\.csv, line 1: there is no column 'emotion'"):
        load(tmp_path)
    path.write_text(header + "\n")
    with pytest.raises(DataError, match=r"fer2013\.csv holds no image"):
        load(tmp_path)
    path.write_bytes(b"\x1f\x8b\x08\xff\xfe")
    with pytest.raises(DataError, match=r"fer2013\.csv is not a text file"):
        load(tmp_path)


def test_class_without_image(tmp_path: Path) -> None:
    path = write_fer_csv(tmp_path)
    kept = [text for text in path.read_text().split("\n") if not text.startswith("1,")]
    path.write_text("\n".join(kept))
    with pytest.raises(DataError, match=r"fer2013\.csv holds no image of 'disgust'"):
        load(tmp_path)


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_fer_csv(tmp_path)
    forbid(monkeypatch, path)
    with pytest.raises(DataError, match=r"fer2013\.csv cannot be read: Permission denied"):
        load(tmp_path)


# --- damaged folders -----------------------------------------------------------------------------


def test_two_layouts_in_one_root(tmp_path: Path) -> None:
    write_fer_csv(tmp_path)
    write_fer_folders(tmp_path)
    with pytest.raises(DataError, match=r"several layouts of FER2013 \(a table .*; the folders tr"):
        load(tmp_path)


def test_two_tables_in_one_root(tmp_path: Path) -> None:
    write_fer_csv(tmp_path)
    write_icml_csv(tmp_path)
    with pytest.raises(DataError, match=r"several .*\(fer2013\.csv, icml_face_data\.csv\)"):
        load(tmp_path)


def test_two_folders_that_would_do(tmp_path: Path) -> None:
    write_fer_csv(tmp_path / "one")
    write_fer_csv(tmp_path / "two")
    with pytest.raises(DataError, match=r"several layouts of FER2013 \(one, two\)"):
        load(tmp_path)


def test_no_layout(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no layout of FER2013.*known are: a table .*; train\.csv"):
        load(tmp_path)
    with pytest.raises(DataError, match="nowhere: there is no such folder"):
        load(tmp_path / "nowhere")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write_fer_folders(tmp_path)
    return tmp_path


def test_half_copied_folders(tree: Path) -> None:
    for path in (tree / "test" / "sad").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="test/sad holds no image"):
        load(tree)
    (tree / "test" / "sad").rmdir()
    with pytest.raises(DataError, match="test has no folder for the class 'sadness'"):
        load(tree)
    (tree / "test").rename(tree / "elsewhere")
    with pytest.raises(DataError, match="test is missing"):
        load(tree)


def test_wrong_things_in_the_folders(tree: Path) -> None:
    (tree / "valid").mkdir()
    with pytest.raises(DataError, match="valid is neither the folder train nor the folder test"):
        load(tree)
    (tree / "valid").rmdir()
    (tree / "train" / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"notes\.txt is not a class folder"):
        load(tree)


def test_unknown_class_folder(tree: Path) -> None:
    (tree / "train" / "contempt").mkdir()
    with pytest.raises(DataError, match="contempt is not a class of FER2013"):
        load(tree)


def test_file_in_the_wrong_half(tree: Path) -> None:
    save(tree / "train" / "sad" / "PublicTest_7.png", noise(7))
    with pytest.raises(DataError, match=r"PublicTest_7\.png is in the folder 'train', but .*'publ"):
        load(tree)


def test_file_that_does_not_tell_among_those_that_do(tree: Path) -> None:
    save(tree / "test" / "sad" / "im7.png", noise(7))
    with pytest.raises(DataError, match=r"im7\.png does not begin with Training_, PublicTest_ or"):
        load(tree)


def test_file_that_is_no_image(tree: Path) -> None:
    (tree / "test" / "sad" / "PublicTest_99.png").write_text("no image")
    with pytest.raises(DataError, match=r"PublicTest_99\.png is not an image"):
        load(tree)


def test_image_of_another_size(tree: Path) -> None:
    save(tree / "test" / "sad" / "PublicTest_99.png", noise(7, 47))
    with pytest.raises(DataError, match=r"PublicTest_99\.png is 48×47 pixels; 48×48 are needed"):
        load(tree)


def test_image_that_may_not_be_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = next((tree / "test" / "sad").iterdir())
    forbid(monkeypatch, path)
    with pytest.raises(DataError, match=rf"{path.name} cannot be read: Permission denied"):
        load(tree)
