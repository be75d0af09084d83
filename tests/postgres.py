"""A real PostgreSQL for the tests, in a temporary folder; it ends with its process."""

import atexit
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import psycopg
import pytest

#: The server refuses to run as root: then it runs as this user.
USER = "postgres"
_numbers = itertools.count()


class Server:
    """A PostgreSQL server of its own folder and port, made by `start`."""

    def __init__(self) -> None:
        self.binaries = _binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="ferbench-postgres-"))
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        data = str(self.folder / "data")
        words = [*_as_user(), str(self.binaries / "initdb"), *options, "-D", data]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "port": self.port,
            "fsync": "off",
            "full_page_writes": "off",
            "max_connections": 60,
        }
        data = str(self.folder / "data")
        words: list[str] = [*_as_user(), str(self.binaries / "postgres"), "-D", data]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder)
        asking = ["-q", "-h", "127.0.0.1", "-p", str(self.port)]
        ready = [str(self.binaries / "pg_isready"), *asking]
        for _ in range(600):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        """End it as ``pg_ctl stop -m fast`` does."""
        if self._process is not None:
            self._process.send_signal(2)
            self._process.wait(60)
            self._process = None

    def remove(self) -> None:
        """End it and leave nothing."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        where = f"host=127.0.0.1 port={self.port} user={USER} dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, name: str) -> str:
        """URL of a database of this server."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def new_database(self, template: str = "template1") -> str:
        """URL of a database that nobody has used."""
        name = f"t{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)


@cache
def server() -> Server:
    """The one server that all tests of this process share."""
    made = new_server()
    atexit.register(made.remove)
    return made


def new_server() -> Server:
    """A server that only the caller uses, and removes; skips the test where there is none."""
    made = Server()
    made.start()
    return made


def _binaries() -> Path:
    """Debian keeps them out of the PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    for place in [Path(found).resolve().parent] if found else places:
        if (place / "postgres").exists():
            return place
    pytest.skip("PostgreSQL is not installed; Debian's package is `postgresql`")


def _as_user() -> list[str]:
    """What makes a process that dies with this one, and is not root's."""
    words = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() == 0:
        words += [f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    return words


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
