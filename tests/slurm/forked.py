"""Commands typed without delay: each is forked off one process that has imported all they need.

What takes seconds, and is the same each time, is imported once; a command that is forked off has
its own folder, variables, output and end, as if it had been started from a shell.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NoReturn

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Order:
    """What is typed, and where; what comes of it stands in files ``out``, ``err`` and ``code``."""

    arguments: Sequence[str]
    cwd: str
    env: Mapping[str, str]
    folder: str


class Forked:
    """A command under way, with what of `subprocess.Popen` a test needs."""

    def __init__(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self._folder = Path(mkdtemp(dir=cwd, prefix=".typed."))
        self._code = self._folder / "code"
        self.returncode: int | None = None
        self._pid = _fork(Order(arguments, str(cwd), dict(env), str(self._folder)))

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it printed, once it has ended.

        Raises
        ------
        subprocess.TimeoutExpired
            It has not ended after so many seconds.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while self._lives():
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("ferbench", timeout or 0)
            time.sleep(0.02)
        self.returncode = int(self._code.read_text()) if self._code.exists() else -signal.SIGKILL
        return (self._folder / "out").read_text(), (self._folder / "err").read_text()

    def kill(self) -> None:
        """End it with no warning; nothing where it has ended."""
        if self._lives():
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _lives(self) -> bool:
        return not self._code.exists() and Path(f"/proc/{self._pid}").exists()


def _fork(order: Order) -> int:
    """Pid of a command."""
    server = _server()
    assert server.stdin
    assert server.stdout
    server.stdin.write(f"{json.dumps(vars(order))}\n")
    server.stdin.flush()
    return int(server.stdout.readline())


@cache
def _server() -> "subprocess.Popen[str]":
    """The process that commands are forked off; it ends with its input, so with this process."""
    return subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _serve() -> None:
    """Import what is heavy, then fork off a command for each line."""
    from registry.plugins import built_in

    ours = ("bench.leaderboard", "bench.store.ingest", "jobs.cluster", "jobs.matrix_run")
    for module in (*ours, "torchvision.models", "sklearn.model_selection"):
        importlib.import_module(module)
    for package in ("attention", "backbone", "dataset", "protocol"):
        for source in built_in(f"registry.{package}"):
            source.load()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for what is forked off
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            _obey(Order(**json.loads(line)))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _obey(order: Order) -> NoReturn:
    """Be a ``ferbench`` that was started with these arguments, variables and files."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(order.cwd)
    os.environ.clear()
    os.environ.update(order.env)
    sys.path[:0] = order.env["PYTHONPATH"].split(os.pathsep)
    sys.argv = ["ferbench", *order.arguments]
    out, err = Path(order.folder, "out"), Path(order.folder, "err")
    for descriptor, path in enumerate((Path(os.devnull), out, err)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), descriptor)
    code = 1
    try:
        from cli.main import main

        main()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001  (the process ends here, whatever it was)
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    said = Path(order.folder, "code.new")
    said.write_text(str(code))
    said.rename(said.with_suffix(""))
    os._exit(code)


if __name__ == "__main__":
    _serve()
