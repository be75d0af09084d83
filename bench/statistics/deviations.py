"""How much paired differences to the plain backbone vary over runs, as far as was measured."""

import numpy as np
from sqlalchemy.orm import Session

from bench.statistics.comparison import gains_of, paired
from bench.statistics.measured import configurations
from bench.statistics.settings import setting


def measured_deviations(
    session: Session, rule: str = "best", matrix: str | None = None
) -> dict[tuple[str, str, str], float]:
    """Standard deviation in points, by dataset, backbone and attention; two pairs or more.

    Where several settings (protocols, recipes) have one, the largest: needs are not understated.
    """
    found = configurations(session, rule, matrix)
    plain = {setting(one): one for one in found if one.attention == "none"}
    deviations: dict[tuple[str, str, str], float] = {}
    for one in found:
        if one.attention == "none" or setting(one) not in plain:
            continue
        gains = gains_of(paired(one, plain[setting(one)]))[0]
        if len(gains) > 1:
            names = one.specification
            key = (names.dataset.name, names.backbone.name, names.attention.name)
            deviation = float(np.std(gains, ddof=1))
            deviations[key] = max(deviation, deviations.get(key, 0.0))
    return deviations
