"""Which figures are the best, as far as the runs can tell."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from bench.statistics.comparison import paired
from bench.statistics.measured import Configuration, Score
from bench.statistics.settings import setting
from bench.tables.estimates import difference


def best_of(
    configurations: Sequence[Configuration], score_of: Callable[[Configuration], Score]
) -> tuple[set[str], set[str]]:
    """Identities of the best, and of those that cannot be told from it.

    Among configurations that differ in their attention alone: the highest mean, and each whose
    paired difference from it has a 95 % interval with 0 in it. Without an interval nothing can be
    told of one; where none has one, nothing is best.

    Parameters
    ----------
    configurations : sequence of Configuration
        Of any settings.
    score_of : callable
        What is compared, higher being better; the same for all of one setting.
    """
    groups = defaultdict(list)
    for one in configurations:
        mean = one.estimate(score_of(one)).mean
        if mean is not None:
            groups[setting(one)].append((mean, one))
    best: set[str] = set()
    tied: set[str] = set()
    for group in groups.values():
        leader = max(group, key=lambda pair: pair[0])[1]
        others = [one for _, one in group if one is not leader]
        gaps = [difference(paired(leader, one), score_of(one), leader.ratio) for one in others]
        if any(gap.low is not None for gap in gaps):
            best.add(leader.id)
            tied |= {
                one.id
                for one, gap in zip(others, gaps, strict=True)
                if gap.low is not None and gap.low <= 0
            }
    return best, tied
