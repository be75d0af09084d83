"""What is freed is used again, seen by the pages that the kernel had to hand out."""

import platform
import subprocess
import sys

import pytest

STEPS, TENSOR = 20, 64 << 20
PROGRAM = f"""
import resource, sys, torch
from bench.memory import keep_freed_memory
if sys.argv[1] == "keep":
    keep_freed_memory()
for _ in range({STEPS}):
    torch.ones({TENSOR}, dtype=torch.uint8)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({STEPS}):
    torch.ones({TENSOR}, dtype=torch.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    command = [sys.executable, "-c", PROGRAM, how]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_a_freed_tensor_is_the_next_ones():
    given_back, kept = faults("leave"), faults("keep")
    assert given_back > STEPS  # or this kernel's pages are so large that nothing is seen
    assert kept < given_back / 10
