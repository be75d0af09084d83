"""Several tests at once: Holm's correction over the family."""

from collections.abc import Sequence

import numpy as np

from bench.statistics.paired import ALPHA, Outcome


def holm(tests: Sequence[Outcome]) -> tuple[float | None, ...]:
    """Adjusted p of each test, None where the test has none.

    A test without a p still belongs to the family, for it was asked for: it counts as p = 1
    (Holm: A simple sequentially rejective multiple test procedure. Scandinavian Journal of
    Statistics 6, 1979).
    """
    p = np.array([1.0 if test.p is None else test.p for test in tests])
    order = np.argsort(p, kind="stable")
    # (statsmodels has the same, and collects garbage in each call: 0.3 s beside a large store)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return tuple(
        None if test.p is None else float(value)
        for test, value in zip(tests, adjusted, strict=True)
    )


def out_of_reach(tests: Sequence[Outcome]) -> str:
    """Why no test of the family could pass, whatever came out; empty where one could.

    Holm's first step asks for p ≤ 0.05 / m, so that it fails where no test can get so low.
    """
    bounds = [test.smallest for test in tests if test.smallest is not None]
    if not tests or len(bounds) < len(tests) or min(bounds) * len(tests) <= ALPHA:
        return ""
    return (
        f"in a family of {len(tests)} the first needs p ≤ {ALPHA / len(tests):.3g}, and none of "
        f"them can give less than {min(bounds):.3g}"
    )
