"""What the kernel makes of matrices without a GPU: ``python -m tests.registry.interpreted IN OUT``.

Triton looks for its interpreter when a kernel is defined, so that this takes a process of its own.
"""

import os
import sys

import torch

if __name__ == "__main__":
    os.environ["TRITON_INTERPRET"] = "1"
    from registry.jacobi import svd

    asked, told = sys.argv[1:]
    maps = torch.load(asked, weights_only=True)
    torch.save({name: svd(one) for name, one in maps.items()}, told)
