"""A dashboard in a process of its own, and a real Chromium that looks at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Streamlit's own page asks for these below every page's address first, and then at the root.
PROBES = ("/_stcore/health", "/_stcore/host-config")
IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
#: Milliseconds that a page may take on a machine that does much else.
PATIENCE = 90_000


@contextmanager
def served(database: Path, *options: str) -> Iterator[str]:
    """The address of a dashboard on a database; it ends as by Ctrl-C."""
    port = _free_port()
    words = ["dashboard", "--db", str(database), "--port", str(port), "--no-browser", *options]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    log = database.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", *words],
            stdout=output,
            stderr=output,
            env=environment,
            cwd=database.parent,
        )
        try:
            _wait(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser; skips the test where there is none."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed; Debian's package is `chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Watched:
    """A page of the browser, with what went wrong in it and whom it called."""

    def __init__(self, browser: Any, width: int = 1280, scheme: str = "light") -> None:
        self.page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)

    def open(self, address: str) -> Any:
        """Go there, and wait until all of it is drawn."""
        self.page.goto(address)
        return self.idle()

    def idle(self) -> Any:
        """Wait until nothing is being worked out."""
        self.page.wait_for_selector("h1")
        self.page.wait_for_selector(IDLE, state="attached")
        return self.page

    def _heard(self, message: Any) -> None:
        where = message.location.get("url", "")
        if message.type == "error" and not where.endswith(PROBES):
            self.errors.append(f"{message.text} {where}")

    def _asked(self, request: Any) -> None:
        inside = ("http://127.0.0.1:", "data:", "blob:", "ws://127.0.0.1:")
        if not request.url.startswith(inside):
            self.outside.append(request.url)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        try:
            with urlopen(f"{address}/_stcore/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the dashboard did not start: {log.read_text()}")
