"""What each rung of the ladder of protocols costs, from the paper's split to unseen people."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bench.statistics.comparison import gains_of, paired
from bench.statistics.images import Images, NotStored, images_of
from bench.statistics.intervals import Estimate, difference
from bench.statistics.measured import Configuration, over_splits
from bench.statistics.stored import configurations

#: Protocol and selection rule of each rung, from the most optimistic down.
RUNGS = (("paper", "best"), ("paper", "last"), ("sequence", "best"), ("subject", "best"))


@dataclass(frozen=True)
class Shared:
    """How many test images have what they should not have in train, over all splits of a rung.

    Attributes
    ----------
    splits, tested : int
        Splits looked at, and test images in all of them.
    siblings, subjects : int or None
        Test images with another frame of their recording, with another image of their subject, in
        train; None where the store does not tell.
    """

    splits: int
    tested: int
    siblings: int | None
    subjects: int | None


@dataclass(frozen=True)
class Rung:
    """One protocol with one rule.

    Attributes
    ----------
    protocol, rule : str
        The protocol with its parameters where it was run.
    estimate : Estimate
        Balanced accuracy in percent.
    missing : int
        Runs that were asked for and have no result.
    cost : Estimate or None
        This rung less the one above, in percentage points; None on the first.
    shared : Shared or None
        None where nothing was run.
    """

    protocol: str
    rule: str
    estimate: Estimate
    missing: int
    cost: Estimate | None
    shared: Shared | None


@dataclass(frozen=True)
class Ladder:
    """The rungs of one model on one dataset."""

    dataset: str
    backbone: str
    attention: str
    rungs: tuple[Rung, ...]


def ladders(session: Session, matrix: str | None = None) -> tuple[Ladder, ...]:
    """The ladder of every model that has a rung of it; what was not run is shown missing."""
    rules = dict.fromkeys(rule for _, rule in RUNGS)
    by_rule = {rule: configurations(session, rule, matrix) for rule in rules}
    models: dict[str, dict[tuple[str, str], list[Configuration]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for protocol, rule in RUNGS:
        for one in by_rule[rule]:
            if one.specification.protocol.name == protocol:
                models[_model(one)][protocol, rule].append(one)
    found = [_ladder(session, rungs) for rungs in models.values()]
    return tuple(sorted(found, key=lambda one: (one.dataset, one.backbone, one.attention)))


def shared_with_train(splits: Iterable[tuple[Images, Images]]) -> Shared:
    """Count over splits, each given as its training and its test images."""
    splits = list(splits)
    return Shared(
        len(splits),
        sum(len(test.names) for _, test in splits),
        _count([(train.sequences, test.sequences) for train, test in splits]),
        _count([(train.subjects, test.subjects) for train, test in splits]),
    )


def _model(one: Configuration) -> str:
    """All but the protocol, and what follows from it."""
    aside = {"protocol", "monitored", "seed", "split_seed", "fold"}
    return json.dumps(one.specification.model_dump(mode="json", exclude=aside), sort_keys=True)


def _ladder(session: Session, found: Mapping[tuple[str, str], list[Configuration]]) -> Ladder:
    any_one = next(iter(found.values()))[0]
    rungs: list[Rung] = []
    above: Configuration | None = None
    for place, (protocol, rule) in enumerate(RUNGS):
        # a protocol with several parameters (folds, say) has as many rungs, side by side
        here: Sequence[Configuration | None] = found.get((protocol, rule)) or [None]
        rungs += [_rung(session, one, above, (protocol, rule), place == 0) for one in here]
        above = here[0]
    return Ladder(any_one.dataset, any_one.backbone, any_one.attention, tuple(rungs))


def _rung(
    session: Session,
    here: Configuration | None,
    above: Configuration | None,
    asked: tuple[str, str],
    first: bool,
) -> Rung:
    protocol, rule = asked
    return Rung(
        here.protocol if here else protocol,
        rule,
        here.estimate() if here else Estimate(0, why="not run"),
        len(here.missing) if here else 0,
        None if first else _cost(above, here),
        _shared(session, here) if here and here.runs else None,
    )


def _cost(above: Configuration | None, here: Configuration | None) -> Estimate:
    if above is None or here is None:
        return Estimate(0, why="not run")
    if above.protocol != here.protocol:  # other images are tested on: nothing to pair
        return difference(here.estimate(), above.estimate())
    gains, by_split = gains_of(paired(here, above))
    return over_splits(gains, by_split, here.ratio)


def _shared(session: Session, one: Configuration) -> Shared | None:
    names = dict.fromkeys(split for run in one.runs for split in run.splits)
    try:
        return shared_with_train(
            (images_of(session, name, "train"), images_of(session, name, "test")) for name in names
        )
    except NotStored:
        return None


def _count(columns: Sequence[tuple[Sequence[str] | None, Sequence[str] | None]]) -> int | None:
    total = 0
    for train, test in columns:
        if train is None or test is None:
            return None
        known = set(train)
        total += sum(value in known for value in test)
    return total
