"""The drawn faces: structure and criteria of CK+, the same bytes again, evidence in the folds."""

from dataclasses import fields

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from registry.catalog import DATASETS
from registry.dataset.faces import FacesParameters, faces
from registry.drawing.camera import SIZE, ZOOM, look, photograph, pose
from registry.drawing.facs import PROTOTYPES, UNITS, apex
from registry.drawing.shapes import Fold, Grid, carve
from registry.drawing.subject import Subject, meet
from registry.errors import RequestError
from registry.samples import Samples

Array = NDArray[np.float64]

AVERAGE = Subject(*(float(trait.metadata["mean"]) for trait in fields(Subject)))
CLEAR = np.zeros((SIZE, SIZE))


def actions(**strengths: tuple[float, float]) -> dict[int, Array]:
    """Action units as ``au4=(left, right)``, all others at rest."""
    at_rest = {unit: np.zeros((2, 1, 1, 1)) for unit in UNITS}
    for name, sides in strengths.items():
        at_rest[int(name[2:])] = np.array(sides).reshape(2, 1, 1, 1)
    return at_rest


def portrait(**strengths: tuple[float, float]) -> Array:
    picture: Array = photograph(AVERAGE, CLEAR, actions(**strengths), pose(np.zeros((1, 6))))[0]
    return picture


def fine_energy(picture: Array, x: tuple[float, float], y: tuple[float, float]) -> float:
    """Energy of what a low-pass filter takes away, in a box of the face."""
    fine = picture - gaussian_filter(picture, 1.5)
    column, row = (slice(*(int((edge * ZOOM + 1) * SIZE / 2) for edge in box)) for box in (x, y))
    return float((fine[row, column] ** 2).mean())


@pytest.fixture(scope="module")
def small() -> Samples:
    return faces(None, FacesParameters(subjects=6))


def test_it_is_found_by_its_name_and_needs_no_files() -> None:
    component = DATASETS.get("faces")
    assert not component.needs_root
    assert component.build is faces
    assert "Lucey" in component.citation


def test_structure_is_that_of_ckplus(small: Samples) -> None:
    assert small.images.shape == (6 * 7 * 3, 1, 48, 48)
    assert small.classes == (
        "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise",
    )  # fmt: skip
    assert set(small.counts.values()) == {6 * 3}
    assert "s003/happiness/2" in small.names
    row = small.names.index("s003/happiness/2")
    assert small.subjects is not None
    assert small.sequences is not None
    assert (small.subjects[row], small.sequences[row]) == ("s003", "s003/happiness")
    assert small.classes[small.labels[row]] == "happiness"


def test_content_is_the_same_bytes_as_when_it_was_released() -> None:
    assert (
        faces(None, FacesParameters(subjects=3, frames=2)).fingerprint
        == "834306a51d4b623196d58edfdf4459ec"
    )


def test_a_subject_does_not_depend_on_how_many_there_are(small: Samples) -> None:
    few = faces(None, FacesParameters(subjects=2))
    np.testing.assert_array_equal(few.images, small.images[: len(few)])
    assert few.names == small.names[: len(few)]


def test_another_seed_shows_other_people(small: Samples) -> None:
    other = faces(None, FacesParameters(subjects=2, seed=1))
    assert all((a != b).any() for a, b in zip(other.images, small.images, strict=False))


@pytest.mark.parametrize("wrong", [{"subjects": 1}, {"frames": 0}, {"seed": -1}, {"subject": 9}])
def test_wrong_parameters_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(RequestError, match="faces"):
        DATASETS.get("faces").parse(wrong)


def test_frames_of_a_sequence_are_near_duplicates_as_in_ckplus(small: Samples) -> None:
    flat = small.images.reshape(len(small), -1).astype(float)
    distance = ((flat[:, None] - flat[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    assert small.sequences is not None
    nearest = distance.argmin(axis=1)
    same = [small.sequences[row] == small.sequences[near] for row, near in enumerate(nearest)]
    assert np.mean(same) > 0.95


# Lucey et al. (2010), the criteria that CK+ holds emotion labels to: units that must be there
CRITERIA = {
    "anger": [{23}, {24}],
    "contempt": [{14}],
    "disgust": [{9}, {10}],
    "fear": [{1, 2, 4}],
    "happiness": [{12}],
    "sadness": [{1, 4, 15}, {11}, {6, 15}],
    "surprise": [{1, 2}, {5}],
}


@pytest.mark.parametrize("expression", CRITERIA)
def test_every_apex_meets_the_criteria_of_ckplus(expression: str) -> None:
    for seed in range(200):
        strengths = apex(expression, np.random.default_rng(seed))
        shown = {unit for unit, sides in strengths.items() if sides.max() > 0}
        assert any(needed <= shown for needed in CRITERIA[expression])
        assert all(0 <= side <= 1 for sides in strengths.values() for side in sides)
        if expression == "surprise":
            assert strengths[5].max() <= 0.4  # no stronger than B, the second of five grades
        if expression == "contempt":
            assert strengths[14].max() > 5 * strengths[14].min()


def test_prototypes_are_the_seven_of_ckplus_and_use_known_units() -> None:
    assert set(PROTOTYPES) == set(CRITERIA)
    assert all(action.unit in UNITS for acts in PROTOTYPES.values() for action in acts)


@pytest.mark.parametrize(
    ("unit", "x", "y"),
    [
        ("au1", (-0.25, 0.25), (-0.68, -0.52)),  # forehead, middle
        ("au2", (0.2, 0.45), (-0.68, -0.54)),  # forehead, side
        ("au4", (-0.09, 0.09), (-0.48, -0.28)),  # glabella
        ("au6", (0.55, 0.68), (-0.25, -0.05)),  # crow's feet
        ("au9", (-0.1, 0.1), (-0.3, -0.15)),  # nose root
        ("au12", (0.25, 0.45), (0.2, 0.4)),  # nasolabial fold
        ("au14", (0.33, 0.45), (0.35, 0.6)),  # dimple
        ("au17", (-0.15, 0.15), (0.6, 0.8)),  # chin boss
    ],
)
def test_action_units_leave_folds_in_the_high_frequencies(
    unit: str, x: tuple[float, float], y: tuple[float, float]
) -> None:
    moved = fine_energy(portrait(**{unit: (1.0, 1.0)}), x, y)
    assert moved > 1.5 * fine_energy(portrait(), x, y)


def test_the_two_sides_are_drawn_alike() -> None:
    facing = Subject(**{**vars(AVERAGE), "light_x": 0.0})
    straight = pose(np.zeros((1, 6)))

    def shown(left: float, right: float) -> Array:
        pulled = actions(au12=(left, right), au14=(left, right), au4=(right, left), au25=(1, 1))
        picture: Array = photograph(facing, CLEAR, pulled, straight)[0]
        return picture

    np.testing.assert_allclose(shown(0.9, 0.1), shown(0.1, 0.9)[:, ::-1], atol=1e-9)
    assert np.abs(shown(0.9, 0.1) - shown(0.1, 0.9)).max() > 0.1


def test_windows_lose_nothing_at_extreme_poses() -> None:
    extremes = 3 * (2 * np.random.default_rng(0).integers(0, 2, (8, 6)) - 1).astype(float)
    grid = look(pose(extremes))
    everything = Grid(grid.x, grid.y, grid.zoom, reach=4.0)
    depth = np.ones((8, 1, 1))
    folds = [
        Fold((x, y), (x + 0.2, y + 0.1), 0.03, 0.04, depth)
        for x in (-0.8, -0.3, 0.4)
        for y in (-0.7, 0.0, 0.6)
    ]
    np.testing.assert_array_equal(carve(grid, folds), carve(everything, folds))


def test_a_straight_fold_follows_the_distance_to_its_line() -> None:
    axis = (np.arange(200) + 0.5) / 100 - 1
    x, y = np.meshgrid(axis, axis)
    fold = Fold((-0.6, -0.3), (0.6, 0.6), 0.0, 0.2, np.full((1, 1, 1), 0.7))
    depth = carve(Grid(x[None], y[None], 1.0, 0.0), [fold])[0]
    # by hand: the line 3x − 4y + 0.6 = 0, a 3-4-5 triangle; the middle of it carves fully
    distance = np.abs(3 * x - 4 * y + 0.6) / 5
    middle = np.abs(4 * (x - 0) + 3 * (y - 0.15)) / 5 < 0.3
    bottom = middle & (distance < 0.01)
    outside = middle & (distance > 0.4)
    np.testing.assert_allclose(depth[bottom], 0.7, atol=0.01)
    assert (depth[middle & (distance > 0.16) & (distance < 0.38)] < 0).all()
    assert (depth[outside] == 0).all()
    # its flanks hold what it takes away, so that a low-pass filter leaves nothing of it
    assert abs(depth[middle].sum()) < 0.02 * np.abs(depth[middle]).sum()


def test_subjects_vary_and_stay_drawable() -> None:
    people = [meet(np.random.default_rng(seed)) for seed in range(300)]
    for trait in fields(Subject):
        values = np.array([getattr(person, trait.name) for person in people])
        mean, spread = trait.metadata["mean"], trait.metadata["spread"]
        assert values.mean() == pytest.approx(mean, abs=0.25 * spread)
        assert values.std() == pytest.approx(spread, rel=0.15)
        assert np.abs(values - mean).max() <= 3 * spread
    rest = actions()
    for person in people[:20]:
        picture = photograph(person, CLEAR, rest, pose(np.zeros((1, 6))))
        assert np.isfinite(picture).all()
        assert 0.02 < picture.mean() < 0.9
