"""Disks that fill up while a worker trains, and are emptied again; each in the worker's process."""

import ctypes
import os
import resource
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Any

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
SIZE = 8 * 2**20


class Disk(ABC):
    """Room below a folder, for the process that mounts it and no other."""

    @abstractmethod
    def mount(self, folder: Path) -> None:
        """Have room there from now on."""

    @abstractmethod
    def fill(self) -> None:
        """Leave none of it."""

    @abstractmethod
    def empty(self) -> None:
        """Give it back."""


class SmallFileSystem(Disk):
    """A tmpfs in a namespace of the process; asks for no privilege where Linux lets users do so."""

    def mount(self, folder: Path) -> None:
        user, group = os.getuid(), os.getgid()
        try:
            _call("unshare", CLONE_NEWNS)
        except PermissionError:
            _call("unshare", CLONE_NEWUSER | CLONE_NEWNS)
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        _call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
        _call("mount", b"none", os.fsencode(folder), b"tmpfs", 0, f"size={SIZE}".encode())
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            for piece in (2**16, 2**12):
                with suppress(OSError):
                    while True:
                        file.write(bytes(piece))

    def empty(self) -> None:
        self._ballast.unlink()


class SmallFiles(Disk):
    """No file may grow, as where a quota is used up; asks for no privilege at all."""

    def mount(self, folder: Path) -> None:
        pass

    def fill(self) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**17, most))

    def empty(self) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _call(function: str, *arguments: Any) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")
