"""When this process gives memory back: later than by default, which is what its work is like."""

import ctypes
import gc

#: Of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
#: New objects between two looks for garbage: of ten thousand runs a leaderboard makes 200,000.
_GARBAGE = 100_000


def keep_freed_memory() -> None:
    """Have glibc's malloc keep what is freed; where there is another C library, nothing changes.

    A training step makes and frees the same tensors each time, of tens of MiB each. By default
    every one of them is mapped anew, and the kernel clears its pages once more: that was 8 % of a
    step of ResNet18 and 37 % of one of MobileNetV2 (224×224, one thread), for a process that was a
    tenth larger (mallopt(3): M_MMAP_MAX, M_TRIM_THRESHOLD).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, ctypes.c_int(2**31 - 1))


def look_for_garbage_seldom() -> None:
    """Have Python look for cycles of garbage after more new objects than by default.

    What is read of a database holds no cycles, and every hundredth look goes through all of it:
    that was 13 % of ``ferbench leaderboard`` on ten thousand runs.
    """
    gc.set_threshold(_GARBAGE)
