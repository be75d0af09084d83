"""A configuration that was run once: what its test images alone say of its figure."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bench.statistics.bootstrap import bootstrap
from bench.statistics.images import NotStored, answers
from bench.statistics.intervals import Estimate
from bench.statistics.measured import PERCENT, Configuration


def estimate_of(session: Session, one: Configuration) -> Estimate:
    """Balanced accuracy in percent; over several runs as `Configuration.estimate` has it.

    A single run has no spread over seeds. Its interval is a bootstrap over its test images, in
    clusters where they depend on each other, and its method says that it is of one run.
    """
    plain = one.estimate()
    if len(one.runs) != 1:
        return plain
    try:
        found = answers(session, one.runs[0], one.rule)
    except NotStored as reason:
        return replace(plain, why=f"one run, and {reason}")
    names, unit = found.images.clusters
    drawn = bootstrap(found.right.astype(float), found.labels, names, unit)
    if drawn.low is None or drawn.high is None:
        return replace(plain, why=f"one run, and {drawn.why}")
    return replace(
        plain,
        low=drawn.low * PERCENT,
        high=drawn.high * PERCENT,
        method=f"one run, bootstrap over {drawn.clusters} {unit}",
        why="",
    )
