"""Split protocols against brute force: who is where, and how much of it."""

import hashlib

import numpy as np
import pytest
from numpy.typing import NDArray

from registry.catalog import PROTOCOLS
from registry.errors import RequestError
from registry.samples import Samples
from registry.split import Split

GROUPED = ("sequence", "subject")
SEEDS = range(6)


def fake(counts: dict[str, int], parts: tuple[str, ...] | None = None) -> Samples:
    """Blank images with so many of each class."""
    labels = np.repeat(np.arange(len(counts)), list(counts.values()))
    names = tuple(f"{index:04d}.png" for index in range(len(labels)))
    return Samples(
        np.zeros((len(labels), 1, 1, 1), np.uint8), labels, tuple(counts), names, parts=parts
    )


def recorded(subjects: int = 40, seed: int = 0) -> Samples:
    """1 to 4 recordings a subject, each of one class and 3 frames, like CK+; in no order."""
    rng = np.random.default_rng(seed)
    rows = [
        (f"S{subject:03d}", f"S{subject:03d}_{number}", frame, label)
        for subject in range(subjects)
        for number, label in enumerate(rng.permutation(4)[: rng.integers(1, 5)])
        for frame in range(3)
    ]
    return table([rows[index] for index in rng.permutation(len(rows))])


def table(rows: list[tuple[str, str, int, int]]) -> Samples:
    classes = ("anger", "fear", "happiness", "surprise")
    return Samples(
        np.zeros((len(rows), 1, 1, 1), np.uint8),
        np.array([row[3] for row in rows]),
        classes,
        tuple(f"{row[1]}_{row[2]}" for row in rows),
        subjects=tuple(row[0] for row in rows),
        sequences=tuple(row[1] for row in rows),
    )


def permuted(samples: Samples, order: NDArray[np.int64]) -> Samples:
    assert samples.subjects is not None
    assert samples.sequences is not None
    return Samples(
        samples.images[order],
        samples.labels[order],
        samples.classes,
        tuple(samples.names[index] for index in order),
        subjects=tuple(samples.subjects[index] for index in order),
        sequences=tuple(samples.sequences[index] for index in order),
    )


def split(name: str, samples: Samples, seed: int = 0, fold: int = 0, **values: object) -> Split:
    protocol = PROTOCOLS.get(name)
    return protocol.build(samples, seed, fold, protocol.parse(values))


def names_of(result: Split) -> dict[str, set[str]]:
    return {
        part: {result.names[index] for index in indices} for part, indices in result.parts.items()
    }


def groups_of(samples: Samples, kind: str) -> tuple[str, ...]:
    groups = samples.subjects if kind == "subject" else samples.sequences
    assert groups is not None
    return groups


# --- paper ---------------------------------------------------------------------------------------

JAFFE = dict(
    zip(
        ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"),
        (30, 29, 32, 31, 30, 31, 30),
        strict=True,
    )
)
CKPLUS = dict(
    zip(
        ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"),
        (135, 54, 177, 75, 207, 84, 249),
        strict=True,
    )
)


@pytest.mark.parametrize(
    ("counts", "supports", "train"),
    [(JAFFE, [8, 7, 8, 8, 8, 8, 8], 158), (CKPLUS, [34, 14, 44, 19, 52, 21, 62], 735)],
)
def test_paper_sizes(counts: dict[str, int], supports: list[int], train: int) -> None:
    samples = fake(counts)
    for seed in SEEDS:
        result = split("paper", samples, seed)
        assert np.bincount(samples.labels[result.test]).tolist() == supports
        assert len(result.train) == train
        assert sorted([*result.train, *result.test]) == list(range(len(samples)))
        assert result.validation is None
        assert result.monitored == "test"


def test_paper_rounds_half_to_even() -> None:
    samples = fake({"anger": 2, "fear": 6, "happiness": 10, "surprise": 14})
    result = split("paper", samples)
    assert np.bincount(samples.labels[result.test], minlength=4).tolist() == [0, 2, 2, 4]


def test_paper_takes_the_smallest_hashes() -> None:
    samples = fake({"anger": 8, "fear": 4})
    result = split("paper", samples, 7)
    for members in (samples.names[:8], samples.names[8:]):
        drawn = [name for name in members if name in names_of(result)["test"]]
        left = [name for name in members if name not in drawn]
        digests = {n: hashlib.sha256(("7:" + n).encode()).hexdigest() for n in members}
        assert max(digests[name] for name in drawn) < min(digests[name] for name in left)


def test_paper_does_not_depend_on_the_order_of_the_images() -> None:
    samples = recorded()
    mixed = permuted(samples, np.random.default_rng(5).permutation(len(samples)))
    assert names_of(split("paper", samples, 3)) == names_of(split("paper", mixed, 3))


def test_paper_seeds_draw_every_image_at_its_rate() -> None:
    samples = fake({"anger": 40, "fear": 8})
    drawn = np.zeros(48)
    for seed in range(400):
        drawn[split("paper", samples, seed).test] += 1
    # 400 draws at a rate of 1/4: standard deviation 8.7, so 5 of them.
    assert drawn.min() > 57
    assert drawn.max() < 143


def test_paper_fraction() -> None:
    samples = fake({"anger": 100, "fear": 50})
    assert len(split("paper", samples, test_fraction=0.1).test) == 15
    with pytest.raises(RequestError, match="test_fraction"):
        split("paper", samples, test_fraction=1.0)


def test_paper_takes_the_parts_that_the_dataset_has() -> None:
    parts = ("Training", "PublicTest", "Training", "Training", "PrivateTest", "Training")
    samples = fake({"anger": 3, "fear": 3}, parts)
    for seed in SEEDS:
        result = split("paper", samples, seed)
        assert result.test.tolist() == [1, 4]
        assert result.train.tolist() == [0, 2, 3, 5]
    with pytest.raises(RequestError, match="test_fraction has no effect"):
        split("paper", samples, test_fraction=0.1)
    with pytest.raises(RequestError, match="'train': a, b"):
        split("paper", fake({"anger": 1, "fear": 1}, ("a", "b")))


def test_paper_refuses() -> None:
    with pytest.raises(RequestError, match="fold must be 0, not 1"):
        split("paper", fake(JAFFE), fold=1)
    with pytest.raises(RequestError, match="no image to test on"):
        split("paper", fake({"anger": 1, "fear": 2}))
    with pytest.raises(RequestError, match="no image of 'fear' to train on"):
        split("paper", fake({"anger": 20, "fear": 1}), test_fraction=0.9)


# --- sequence and subject ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("folds", [1, 3, 5])
def test_every_image_in_one_part_and_no_group_in_two(kind: str, folds: int) -> None:
    samples = recorded()
    groups = groups_of(samples, kind)
    for seed in SEEDS:
        for fold in range(folds):
            result = split(kind, samples, seed, fold, folds=folds)
            assert result.monitored == "validation"
            assert list(result.parts) == ["train", "validation", "test"]
            together = np.concatenate(list(result.parts.values()))
            assert sorted(together.tolist()) == list(range(len(samples)))
            for indices in result.parts.values():
                assert (np.diff(indices) > 0).all()
                inside = {groups[index] for index in indices}
                outside = {groups[index] for index in set(range(len(samples))) - set(indices)}
                assert not inside & outside


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("folds", [3, 5])
def test_folds_cover_everything_once(kind: str, folds: int) -> None:
    samples = recorded()
    parts = [split(kind, samples, 1, fold, folds=folds).test for fold in range(folds)]
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(samples)))
    sizes = np.array([len(part) for part in parts]) / len(samples)
    np.testing.assert_allclose(sizes, 1 / folds, atol=0.06)
    for fold in range(folds):
        validation = split(kind, samples, 1, fold, folds=folds).validation
        assert validation is not None
        assert len(validation) / len(samples) == pytest.approx(1 / folds, abs=0.08)


@pytest.mark.parametrize("kind", GROUPED)
def test_hold_out_sizes_and_class_proportions(kind: str) -> None:
    samples = recorded(subjects=120)
    overall = np.bincount(samples.labels) / len(samples)
    for seed in SEEDS:
        for part, indices in split(kind, samples, seed).parts.items():
            target = {"train": 0.60, "validation": 0.15, "test": 0.25}[part]
            assert len(indices) / len(samples) == pytest.approx(target, abs=0.03)
            # Within two recordings; drawn freely, three would be one standard deviation in test.
            counts = np.bincount(samples.labels[indices], minlength=4)
            np.testing.assert_allclose(counts, overall * len(indices), atol=2 * 3)


@pytest.mark.parametrize("kind", GROUPED)
def test_seed_decides_and_order_does_not(kind: str) -> None:
    samples = recorded()
    mixed = permuted(samples, np.random.default_rng(9).permutation(len(samples)))
    for folds in (1, 4):
        outcomes = [names_of(split(kind, samples, seed, folds=folds)) for seed in SEEDS]
        for seed, outcome in zip(SEEDS, outcomes, strict=True):
            assert names_of(split(kind, samples, seed, folds=folds)) == outcome
            assert names_of(split(kind, mixed, seed, folds=folds)) == outcome
        for part in ("test", "validation"):
            assert len({frozenset(outcome[part]) for outcome in outcomes}) == len(SEEDS)


def test_no_subject_is_always_or_never_tested() -> None:
    # Ten people with about three images a class, like JAFFE: the splitter's first part alone would
    # hold the same person whatever the seed.
    rng = np.random.default_rng(0)
    rows = [
        (f"S{person}", f"S{person}_{label}", frame, label)
        for person in range(10)
        for label in range(4)
        for frame in range(rng.integers(2, 5))
    ]
    samples = table(rows)
    tested: dict[str, int] = dict.fromkeys((f"S{person}" for person in range(10)), 0)
    for seed in range(100):
        result = split("subject", samples, seed)
        for person in {groups_of(samples, "subject")[index] for index in result.test}:
            tested[person] += 1
    # A quarter of 100, standard deviation 4.3 were they drawn freely.
    assert min(tested.values()) > 5
    assert max(tested.values()) < 50


def test_golden_fingerprints() -> None:
    # Should a new scikit-learn change these, then splits have changed and with them what a cell
    # means: raise the protocols' version before pinning the new ones.
    samples = recorded(subjects=24, seed=3)
    order = np.argsort(np.array(samples.names))
    samples = permuted(samples, order)
    assert {kind: split(kind, samples, 11).fingerprint for kind in ("paper", *GROUPED)} == {
        "paper": "4f98779b1a563212a5465bd9c8f9a982",
        "sequence": "098fe8393de19e291658e403492f946a",
        "subject": "058722ea2ec8c9f62041949eee2d9b28",
    }
    assert (
        split("subject", samples, 11, 2, folds=4).fingerprint == "8284aaf4bff71b5e2e02fe566a5c57a8"
    )


def test_number_of_folds_in_the_catalog() -> None:
    for kind in GROUPED:
        protocol = PROTOCOLS.get(kind)
        assert protocol.folds(protocol.parse({})) == 1
        assert protocol.folds(protocol.parse({"folds": 5})) == 5
    assert PROTOCOLS.get("paper").folds(PROTOCOLS.get("paper").parse({})) == 1
    assert PROTOCOLS.get("paper").monitored == "test"


@pytest.mark.parametrize("kind", GROUPED)
def test_grouped_refuses(kind: str) -> None:
    samples = recorded()
    with pytest.raises(RequestError, match=f"knows no {kind}s"):
        split(kind, fake(JAFFE))
    for folds, fold in ((1, 1), (1, -1), (5, 5)):
        with pytest.raises(RequestError, match=f"folds 0 to {folds - 1}, not {fold}"):
            split(kind, samples, 0, fold, folds=folds)
    for folds in (0, 2, -3):
        with pytest.raises(RequestError, match=f"folds = {folds}"):
            split(kind, samples, folds=folds)
    with pytest.raises(RequestError, match=r"folds = 2.*at least 3"):
        split(kind, samples, folds=2)


def test_too_few_groups() -> None:
    rows = [
        (f"S{s}", f"S{s}_0", frame, label) for s in range(4) for frame, label in enumerate(range(4))
    ]
    with pytest.raises(RequestError, match="only 4 subjects to make 5 parts"):
        split("subject", table(rows), folds=5)
    with pytest.raises(RequestError, match="only 3 subjects to make 5 parts"):
        split("subject", table(rows))
    assert split("subject", table(rows), folds=4).test.size == 4


@pytest.mark.filterwarnings("ignore:The least populated class")
def test_class_that_only_one_person_shows() -> None:
    rows = [(f"S{s}", f"S{s}_0", frame, frame % 3) for s in range(12) for frame in range(6)]
    rows += [("S0", "S0_9", 6, 3), ("S0", "S0_9", 7, 3)]
    samples = table(rows)
    outcomes = []
    for fold in range(3):
        try:
            split("subject", samples, 0, fold, folds=3)
        except RequestError as error:
            outcomes.append(str(error))
    assert outcomes
    assert set(outcomes) == {"protocol 'subject' leaves no image of 'surprise' to train on"}
