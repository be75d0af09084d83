"""What a run was trained on: code, versions, machine."""

import os
import platform
import resource
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from bench.execution import Execution
from bench.program import Code as Code  # (jobs that were queued before it moved name it here)
from bench.program import code

PACKAGES = ("ferbench", "torch", "torchvision", "timm", "numpy", "scikit-learn", "pillow")


def describe(execution: Execution) -> dict[str, Any]:
    """Commit, package versions, device, threads and settings of this process, as plain values."""
    device = execution.torch_device
    return {
        **asdict(code()),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "host": platform.node(),
        "platform": platform.platform(),
        "cpu": _cpu_name(),
        "cores": os.cpu_count(),
        "device": device.type,
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else "",
        "cuda": torch.version.cuda if device.type == "cuda" else "",
        "threads": torch.get_num_threads(),
        "deterministic": execution.deterministic,
        "compile": execution.compile,
    }


def peak_memory(device: torch.device) -> int:
    """Most bytes in use so far: of the device on CUDA, else resident in this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
