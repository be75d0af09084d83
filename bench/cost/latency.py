"""Times of several runs, taken in turn so that whatever slows the machine down slows all of them.

One after the other, the second would be timed on a warmer, busier or throttled machine than the
first, and the difference would be the machine's.
"""

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

#: Passes of each before the first that counts: they choose algorithms and fill the allocator.
WARM_UP = 3

Seconds = NDArray[np.float64]


def time_in_turn(
    runs: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = WARM_UP
) -> dict[str, Seconds]:
    """Time each of `runs` once a round: A B A B and so on.

    Parameters
    ----------
    runs : mapping of str to callable
        Each returns when its work is done, on a GPU too.
    rounds : int
        How often each is timed.

    Returns
    -------
    dict of str to float64 array, (rounds,)
        Seconds, in the order of the rounds.
    """
    for _ in range(warm_up):
        for run in runs.values():
            run()
    times = {name: np.empty(rounds) for name in runs}
    with _no_garbage_collected():
        for number in range(rounds):
            for name, run in runs.items():
                started = time.perf_counter()
                run()
                times[name][number] = time.perf_counter() - started
    return times


@contextmanager
def _no_garbage_collected() -> Iterator[None]:
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
