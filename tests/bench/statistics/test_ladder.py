"""The ladder against differences worked by hand and counts of kin by brute force."""

import pytest

from bench.statistics.images import Images
from bench.statistics.ladder import ladders, shared_with_train
from tests.bench.builders import spec
from tests.bench.statistics.builders import split, wrong_at

SPLIT = split()  # 32 test images, 16 of each class, nobody of them in train
LEAKY = SPLIT | {
    "train": ["p0/0/7", "p1/0/7", "p1/1/7"],
    "subjects": SPLIT["subjects"] | {"train": ["p0", "p1", "p1"]},
    "sequences": SPLIT["sequences"] | {"train": ["p0/0", "p1/0", "p1/1"]},
}


def climb(bench):
    with bench.session() as session:
        (ladder,) = ladders(session)
    return ladder


@pytest.fixture
def climbed(bench):
    for seed in range(3):
        mistakes = [seed], [seed, seed + 4]
        best, last = (wrong_at(LEAKY, places) for places in mistakes)
        bench.run(spec(protocol="paper", seed=seed), LEAKY, best, last, "1" * 32)
        wrong = wrong_at(SPLIT, range(8 + seed))
        bench.run(spec(protocol="subject", seed=seed), SPLIT, wrong, fingerprint="2" * 32)
    return climb(bench)


def test_rungs_in_order_and_what_was_not_run_is_missing(climbed):
    assert [(rung.protocol, rung.rule) for rung in climbed.rungs] == [
        ("paper", "best"),
        ("paper", "last"),
        ("sequence", "best"),
        ("subject", "best"),
    ]
    sequence = climbed.rungs[2]
    assert (sequence.estimate.n, sequence.estimate.mean, sequence.shared) == (0, None, None)
    assert climbed.rungs[3].cost.mean is None
    assert climbed.rungs[3].cost.why == "not run"


def test_the_last_epoch_costs_what_the_same_runs_lose(climbed):
    # one image of 16 in one of two classes is 3.125 points, one more at the last epoch
    first, last = climbed.rungs[:2]
    assert first.estimate.mean == pytest.approx(100 - 3.125)
    assert last.cost.mean == pytest.approx(-3.125)
    assert (last.cost.n, first.cost) == (3, None)


def test_between_protocols_nothing_is_paired(bench):
    for seed, (many, few) in enumerate(((8, 1), (9, 3), (12, 2))):
        for protocol, wrong, mark in (("sequence", few, "1"), ("subject", many, "2")):
            cell = spec(protocol=protocol, seed=seed)
            bench.run(cell, SPLIT, wrong_at(SPLIT, range(wrong)), fingerprint=mark * 32)
    cost = climb(bench).rungs[3].cost
    assert cost.method == "Welch interval"
    assert cost.mean == pytest.approx(-3.125 * ((8 + 9 + 12) - (1 + 3 + 2)) / 3)


def test_a_protocol_that_was_run_in_two_ways_has_two_rungs(bench):
    """Neither is hidden by the other, nor are their runs put together."""
    for folds, wrong in ((3, 2), (4, 6)):
        for number in range(2 * folds):
            seed, fold = divmod(number, folds)
            cell = spec(protocol={"name": "subject", "folds": folds}, seed=seed, fold=fold)
            mark = f"{folds}{fold}" * 16
            bench.run(cell, SPLIT, wrong_at(SPLIT, range(wrong)), fingerprint=mark)
    rungs = [rung for rung in climb(bench).rungs if rung.protocol.startswith("subject")]
    assert sorted(rung.estimate.mean for rung in rungs) == [
        pytest.approx(100 - 6 * 3.125),
        pytest.approx(100 - 2 * 3.125),
    ]
    assert [rung.estimate.n for rung in rungs] == [2, 2]
    assert len({rung.protocol for rung in rungs}) == 2


def test_kin_in_train_is_counted(climbed):
    paper, subject = climbed.rungs[0].shared, climbed.rungs[3].shared
    # p0 and p1 have four test images each; p0/1 has no frame in train
    assert (paper.tested, paper.siblings, paper.subjects) == (32, 6, 8)
    assert (subject.siblings, subject.subjects) == (0, 0)


def test_kin_of_the_papers_split_of_ckplus_as_brute_force_has_it():
    """Frames of 327 sequences at random, three quarters in train: 94 % have a sibling there."""
    import hashlib

    names = [(f"S{i // 3:03d}", f"S{i // 3:03d}_{i:03d}", n) for i in range(327) for n in range(3)]
    order = sorted(names, key=lambda name: hashlib.sha256(repr(name).encode()).digest())
    test, train = order[:246], order[246:]
    found = shared_with_train(
        [
            tuple(
                Images(
                    tuple(map(repr, rows)),
                    subjects=tuple(who for who, _, _ in rows),
                    sequences=tuple(which for _, which, _ in rows),
                )
                for rows in (train, test)
            )
        ]
    )
    siblings = sum(any(a[1] == b[1] for b in train) for a in test)
    assert found.siblings == siblings
    assert siblings / 246 == pytest.approx(0.94, abs=0.04)


def test_a_dataset_that_tells_nothing_has_unknown_kin():
    images = Images(("a",))
    assert shared_with_train([(images, images)]).siblings is None


def test_another_recipe_is_another_ladder(bench):
    for lr in (0.1, 0.2):
        bench.run(spec(protocol="paper", lr=lr), SPLIT, wrong_at(SPLIT, []))
    with bench.session() as session:
        assert len(ladders(session)) == 2
