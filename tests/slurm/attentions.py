"""Attentions that change no map, as a package of the person's: one crawls, one breaks."""

import os
import sys
import time
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from registry.catalog import attention
from registry.site import Site
from tests.slurm.crawl import CRAWL

#: Batches after which it crawls: an epoch of the tests' cells, and one more to leave a checkpoint.
CRAWLS_FROM = 7


@attention("crawls", citation="ferbench's tests", count=lambda _site, _parameters: 0)
class Crawls(nn.Module):
    """The map as it came, sooner or later; the GPUs that a job may see are told in its log."""

    def __init__(self, site: Site, _parameters: Any) -> None:
        super().__init__()
        self._file = Path(os.environ.get(CRAWL, "/nowhere"))
        self._first = site.index == 0
        self._batches = 0
        if self._first and "SLURM_JOB_ID" in os.environ:
            sys.stdout.write(f"GPU {os.environ.get('CUDA_VISIBLE_DEVICES')}\n")

    def forward(self, x: Tensor) -> Tensor:
        if self.training and self._first:
            self._batches += 1
            if self._batches > CRAWLS_FROM and self._file.exists():
                self._crawl()
        return x

    def _crawl(self) -> None:
        began = time.monotonic()
        sys.stdout.write("crawls\n")
        while time.monotonic() < began + self._seconds():
            time.sleep(0.02)

    def _seconds(self) -> float:
        try:
            return float(self._file.read_text() or 0)  # empty while the test writes it anew
        except FileNotFoundError:
            return 0.0


@attention("breaks", citation="ferbench's tests", count=lambda _site, _parameters: 0)
class Breaks(nn.Module):
    """Nothing: it raises."""

    def __init__(self, _site: Site, _parameters: Any) -> None:
        super().__init__()

    def forward(self, _x: Tensor) -> Tensor:
        raise ArithmeticError("this attention was made to break")
