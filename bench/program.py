"""The program that runs: which commit of it, with which changes."""

import hashlib
import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Folders whose code can change a result.
SOURCES = ("registry", "bench", "jobs")
#: A patch that `git apply` takes on any machine, pictures included.
DIFF = ("diff", "--binary", "--no-ext-diff")


@dataclass(frozen=True)
class Code:
    """The program that runs.

    Attributes
    ----------
    commit : str
        Of git; empty outside it.
    dirty : bool
        Whether what git tracks was changed since.
    source : str
        Fingerprint of every source file of the project, tracked or not.
    """

    commit: str
    dirty: bool
    source: str

    def __str__(self) -> str:
        changed = " with changes" if self.dirty else ""
        return f"commit {self.commit[:12] or 'unknown'}{changed}, source {self.source}"


@cache
def code() -> Code:
    """The code of this process, as it was when this was first asked."""
    try:
        _git("ls-files", "--error-unmatch", "bench/program.py")  # not somebody else's repository
        commit = _git("rev-parse", "HEAD").decode().strip()
        dirty = bool(_git("status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        commit, dirty = "", False
    return Code(commit, dirty, _source())


def changes() -> bytes:
    """What was changed since the commit, for ``git apply``; new source files too.

    Empty where nothing was changed, and outside git.
    """
    if not code().commit:
        return b""
    try:
        patch = _git(*DIFF, "HEAD")
        new = _git("ls-files", "-z", "--others", "--exclude-standard", "--", *SOURCES)
        return patch + b"".join(_as_new(os.fsdecode(name)) for name in new.split(b"\0") if name)
    except (OSError, subprocess.SubprocessError):
        return b""


def _as_new(name: str) -> bytes:
    try:
        return _git(*DIFF, "--no-index", "--", os.devnull, name)
    except subprocess.CalledProcessError as differs:  # which is how it says that they do
        return bytes(differs.stdout)


def _source() -> str:
    digest = hashlib.sha256()
    files = (file for folder in SOURCES for file in sorted((ROOT / folder).rglob("*")))
    for file in files:
        if file.suffix in (".py", ".toml") and file.is_file():
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _git(*arguments: str) -> bytes:
    command = ["git", "-C", str(ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, check=True, timeout=10)  # noqa: S603  (fixed words, no shell)
    return done.stdout
