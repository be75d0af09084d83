"""What every command waits for: the registry, whole, without the libraries of single components."""

import subprocess
import sys

PROGRAM = """
import sys
from registry.catalog import ATTENTIONS, BACKBONES, DATASETS, PROTOCOLS
names = [name for kind in (ATTENTIONS, BACKBONES, DATASETS, PROTOCOLS) for name in kind]
print(len(names), *({"timm", "sklearn", "pandas", "torchvision", "torch._dynamo"} & {*sys.modules}))
"""


def test_no_component_brings_its_library_before_it_is_asked_for():
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    count, *brought = found.stdout.split()
    assert int(count) > 20
    assert brought == []
