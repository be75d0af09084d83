"""Models ranked over the datasets of a store."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from bench.statistics.datasets import Ranking, rank
from bench.statistics.settings import Scope, named, setting


def rank_over_datasets(session: Session, names: Sequence[str], scope: Scope) -> Ranking | None:
    """Rank attentions over the datasets on which all of them were run; None for fewer than two.

    A dataset counts once: its figure is the mean over the settings (backbone, protocol, recipe) in
    which each of them has runs, for settings that share their images are no separate evidence.

    Parameters
    ----------
    names : sequence of str
        Two or more attention labels, as for `bench.statistics.settings.compare_all`.
    """
    found = scope.configurations(session)
    means: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for name in names:
        for one in named(found, name):
            if one.runs:
                means[one.data][setting(one)][name] = float(np.mean(one.figures))
    rows = []
    for settings in means.values():
        whole = [[by[name] for name in names] for by in settings.values() if len(by) == len(names)]
        if whole:
            rows.append(np.mean(whole, axis=0))
    return rank(tuple(names), np.array(rows)) if len(rows) > 1 else None
