"""How much paired differences to the plain backbone vary over runs, as far as was measured."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from bench.statistics.comparison import gains_of, paired
from bench.statistics.settings import setting
from bench.statistics.stored import configurations


@dataclass(frozen=True, order=True)
class Deviation:
    """How much differences vary.

    Attributes
    ----------
    sd : float
        Standard deviation in points: over runs on one split, or over the means of several splits.
    ratio : float
        Images tested on over images trained on where it is over splits, which overlap; else 0.
    """

    sd: float
    ratio: float = 0.0


def measured_deviations(
    session: Session, rule: str = "best", matrix: str | None = None
) -> dict[tuple[str, str, str], Deviation]:
    """By dataset, backbone and attention, from two runs or splits on.

    Where several settings (protocols, recipes) have one, the largest: needs are not understated.
    """
    found = configurations(session, rule, matrix)
    plain = {setting(one): one for one in found if one.attention == "none"}
    deviations: dict[tuple[str, str, str], Deviation] = {}
    for one in found:
        if one.attention == "none" or setting(one) not in plain:
            continue
        gains, by_split = gains_of(paired(one, plain[setting(one)]))
        ratio = one.ratio if len(by_split) > 1 else 0.0
        if ratio:
            gains = [float(np.mean(values)) for values in by_split.values()]
        if len(gains) > 1:
            names = one.specification
            key = (names.dataset.name, names.backbone.name, names.attention.name)
            deviation = Deviation(float(np.std(gains, ddof=1)), ratio)
            deviations[key] = max(deviation, deviations.get(key, Deviation(0.0)))
    return deviations
