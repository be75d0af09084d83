"""CK+ in the authors' tree: which frames, whose face, what crop, and each mistake."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from registry.catalog import DATASETS, PROTOCOLS
from registry.errors import DataError
from registry.layouts.ckplus_original import crop, square
from registry.samples import Samples
from tests.registry.trees import forbid, noise, save, write_crops, write_original, write_sequence

CODES = {
    1: "anger", 2: "contempt", 3: "disgust", 4: "fear", 5: "happiness", 6: "sadness", 7: "surprise",
}  # fmt: skip


def load(root: Path, **values: int) -> Samples:
    dataset = DATASETS.get("ckplus")
    return dataset.build(root, dataset.parse(values))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_original(tmp_path)
    return tmp_path


# --- the crop ------------------------------------------------------------------------------------


def test_square_round_the_points_by_hand() -> None:
    points = np.array([[20.0, 30.0], [60.0, 50.0], [40.0, 40.0]])
    # 40 wide and 20 high about (40, 40); 10 % of 40 on each side: 48 in all
    assert square(points) == pytest.approx((16, 16, 64, 64))


def test_crop_of_whole_pixels_is_a_slice() -> None:
    grey = noise(0, 100, 120)
    np.testing.assert_array_equal(crop(grey, (16, 26, 64, 74), 48), grey[26:74, 16:64])


def test_crop_beyond_the_edge_repeats_it() -> None:
    grey = noise(0, 100, 120)
    rows = np.arange(-8, 40).clip(0, 99)
    columns = np.arange(-3, 45).clip(0, 119)
    np.testing.assert_array_equal(crop(grey, (-3, -8, 45, 40), 48), grey[np.ix_(rows, columns)])
    rows = np.arange(60, 108).clip(0, 99)
    columns = np.arange(90, 138).clip(0, 119)
    np.testing.assert_array_equal(crop(grey, (90, 60, 138, 108), 48), grey[np.ix_(rows, columns)])


def test_crop_averages_where_it_shrinks() -> None:
    """A checkerboard of single pixels becomes an even grey; picking pixels would give 0 or 255."""
    board = (np.indices((96, 96)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = crop(board, (0, 0, 96, 96), 24)
    assert abs(small.astype(int) - 127).max() <= 8


# --- the tree ------------------------------------------------------------------------------------


def test_frames_labels_and_people(root: Path) -> None:
    samples = load(root)
    assert samples.images.shape == (7 * 7 * 3, 1, 48, 48)
    assert samples.counts == dict.fromkeys(samples.classes, 21)
    assert samples.subjects is not None
    assert samples.sequences is not None
    assert set(samples.subjects) == {f"S{subject:03d}" for subject in range(5, 12)}
    assert len(set(samples.sequences)) == 49
    for index, name in enumerate(samples.names):
        expression, file = name.split("/")
        subject, code, frame = int(file[1:4]), int(file[5:8]), int(file[9:17])
        assert samples.classes[samples.labels[index]] == expression == CODES[code]
        assert samples.sequences[index] == file[:8]
        count = 3 + code % 2
        assert count - 2 <= frame <= count
        # the landmarks span 40 from (20, 30); 4 more on each side
        whole = noise(1000 * subject + 10 * code + frame, 100, 120)
        np.testing.assert_array_equal(samples.images[index, 0], whole[26:74, 16:64])
    assert samples.layout == (
        "original tree: 49 labelled of 50 sequences, last 3 frames, cropped to 48×48 by landmarks"
    )


def test_one_frame_of_another_size(root: Path) -> None:
    samples = load(root, frames=1, side=32)
    assert samples.images.shape == (49, 1, 32, 32)
    assert all(int(name[-12:-4]) == 3 + int(name[-16:-13]) % 2 for name in samples.names)


def test_frames_after_the_peak_are_not_taken(root: Path) -> None:
    before = load(root)
    frame = root / "cohn-kanade-images" / "S005" / "001" / "S005_001_00000005.png"
    save(frame, noise(1, 100, 120))
    assert load(root).fingerprint == before.fingerprint


def test_colour_becomes_luma(root: Path) -> None:
    frame = root / "cohn-kanade-images" / "S005" / "001" / "S005_001_00000004.png"
    colour = noise(3, 100, 120, 3)
    save(frame, colour)
    samples = load(root)
    index = samples.names.index("anger/S005_001_00000004.png")
    # ITU-R BT.601
    luma = colour @ np.array([0.299, 0.587, 0.114])
    difference = samples.images[index, 0] - luma[26:74, 16:64]
    assert abs(difference).max() <= 1


def test_other_downloads_beside_it(root: Path) -> None:
    expected = load(root).fingerprint
    (root / "FACS").mkdir()
    (root / "ReadMe.txt").write_text("terms")
    assert load(root).fingerprint == expected


def test_subject_protocol(root: Path) -> None:
    samples, protocol = load(root), PROTOCOLS.get("subject")
    split = protocol.build(samples, 0, 0, protocol.parse({}))
    assert samples.subjects is not None
    people = [{samples.subjects[i] for i in part} for part in split.parts.values()]
    assert sum(map(len, people)) == len(set.union(*people)) == 7


# --- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Emotion", "Landmarks"])
def test_missing_folder(root: Path, name: str) -> None:
    (root / name).rename(root / f"no{name}")
    with pytest.raises(DataError, match=rf"{name} is missing: .*cannot be cropped"):
        load(root)


SEQUENCE = "S006/003"
STEM = "S006_003_0000000"


def test_half_copied_frames(root: Path) -> None:
    (root / "cohn-kanade-images" / SEQUENCE / f"{STEM}4.png").unlink()
    with pytest.raises(DataError, match=rf"{STEM}4\.png is missing: it is the labelled peak"):
        load(root)


def test_half_copied_sequence(root: Path) -> None:
    (root / "cohn-kanade-images" / SEQUENCE).rename(root / "elsewhere")
    with pytest.raises(DataError, match=rf"{SEQUENCE} is missing, but .*{SEQUENCE} has a label"):
        load(root)


def test_too_few_frames(root: Path) -> None:
    with pytest.raises(DataError, match="holds 3 frames up to the peak; 4 are needed"):
        load(root, frames=4)


@pytest.mark.parametrize(
    "text", ["", "8", "0", "2.5", "happy", "nan", "inf", "1 2", "   8.0000000e+00"]
)
def test_unknown_label(root: Path, text: str) -> None:
    (root / "Emotion" / SEQUENCE / f"{STEM}4_emotion.txt").write_text(f"{text}\n")
    with pytest.raises(
        DataError, match=rf"{STEM}4_emotion\.txt, line 1: .* none of the codes 1 to"
    ):
        load(root)


def test_label_of_another_sequence(root: Path) -> None:
    folder = root / "Emotion" / SEQUENCE
    (folder / f"{STEM}4_emotion.txt").rename(folder / "S006_004_00000004_emotion.txt")
    with pytest.raises(DataError, match=r"must hold one file S006_003_00000011_emotion\.txt"):
        load(root)


def test_misnamed_frame(root: Path) -> None:
    save(root / "cohn-kanade-images" / SEQUENCE / "S007_003_00000001.png", noise(0, 100, 120))
    with pytest.raises(
        DataError, match=r"S007_003_00000001\.png is not named like a frame of S006"
    ):
        load(root)


def test_misnamed_folder_and_stray_file(root: Path) -> None:
    stray = root / "cohn-kanade-images" / "index.txt"
    stray.write_text("x")
    with pytest.raises(DataError, match=r"index\.txt is not a folder"):
        load(root)
    stray.unlink()
    (root / "cohn-kanade-images" / "S006" / "3").mkdir()
    with pytest.raises(DataError, match=r"S006/3 is not the folder of a sequence"):
        load(root)


def landmarks(root: Path) -> Path:
    return root / "Landmarks" / SEQUENCE / f"{STEM}3_landmarks.txt"


def test_landmarks(root: Path) -> None:
    path = landmarks(root)
    whole = path.read_text()
    path.write_text(whole[:400])
    with pytest.raises(DataError, match=rf"{path.name}(, line \d+: | holds \d+ points; 68 are)"):
        load(root)
    path.write_text("\n".join(whole.splitlines()[:67]))
    with pytest.raises(DataError, match=r"holds 67 points; 68 are needed"):
        load(root)
    path.write_text(whole.replace(whole.splitlines()[9], "12 x"))
    with pytest.raises(DataError, match=r"landmarks\.txt, line 10: '12 x' is not x and y"):
        load(root)
    path.write_text("5 5\n" * 68)
    with pytest.raises(DataError, match="its points span no face"):
        load(root)
    path.unlink()
    with pytest.raises(DataError, match=r"landmarks\.txt: there is no such file"):
        load(root)


def test_frame_that_is_no_image(root: Path) -> None:
    path = root / "cohn-kanade-images" / SEQUENCE / f"{STEM}4.png"
    path.write_text("no image")
    with pytest.raises(DataError, match=rf"{STEM}4\.png is not an image"):
        load(root)
    frame = Image.fromarray(noise(0, 100, 120)).convert("RGBA")
    frame.save(path)
    load(root)  # nothing of it is transparent: it is the same image
    frame.putalpha(100)
    frame.save(path)
    with pytest.raises(DataError, match=rf"{STEM}4\.png is neither .* \(Pillow calls .* 'RGBA'"):
        load(root)


def test_files_that_may_not_be_read(root: Path) -> None:
    paths = (
        landmarks(root),
        root / "Emotion" / SEQUENCE / f"{STEM}4_emotion.txt",
        root / "cohn-kanade-images" / SEQUENCE / f"{STEM}4.png",
    )
    for path in paths:
        with pytest.MonkeyPatch.context() as patch:
            forbid(patch, path)
            with pytest.raises(DataError, match=rf"{path.name} cannot be read: Permission denied"):
                load(root)


def test_two_layouts(root: Path) -> None:
    write_crops(root)
    with pytest.raises(
        DataError, match=r"several layouts of CK\+ \(a folder for each .*; the auth"
    ):
        load(root)


def test_no_sequence_at_all(tmp_path: Path) -> None:
    for name in ("cohn-kanade-images", "Emotion", "Landmarks"):
        (tmp_path / name).mkdir()
    with pytest.raises(DataError, match="cohn-kanade-images holds no sequence"):
        load(tmp_path)


def test_class_without_a_sequence(tmp_path: Path) -> None:
    for code in (1, 2, 3):
        write_sequence(tmp_path, f"S005_{code:03d}", 3, code)
    with pytest.raises(DataError, match="Emotion holds no image of 'fear'"):
        load(tmp_path)
    write_sequence(tmp_path / "bare", "S005_001", 3, None)
    with pytest.raises(DataError, match="Emotion holds no image of 'anger'"):
        load(tmp_path / "bare")


def test_parameters_are_for_this_layout_only(tmp_path: Path) -> None:
    write_crops(tmp_path)
    with pytest.raises(DataError, match="cut already: frames and side have no effect"):
        load(tmp_path, frames=1)
