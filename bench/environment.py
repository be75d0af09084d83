"""What a run was trained on: code, versions, machine."""

import os
import platform
import resource
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch

from bench.execution import Execution

PACKAGES = ("ferbench", "torch", "torchvision", "timm", "numpy", "scikit-learn", "pillow")


def describe(execution: Execution) -> dict[str, Any]:
    """Commit, package versions, device, threads and settings of this process, as plain values."""
    device = execution.torch_device
    return {
        **code(),
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


@cache
def code() -> dict[str, Any]:
    """Git commit of the code that runs, and whether it was changed since; empty outside git."""
    folder = Path(__file__).resolve().parent
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        dirty = bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.CalledProcessError):
        return {"commit": "", "dirty": False}
    return {"commit": commit, "dirty": dirty}


def peak_memory(device: torch.device) -> int:
    """Most bytes in use so far: of the device on CUDA, else resident in this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)  # noqa: S603  (fixed words, no shell)
    return done.stdout.strip()


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
