"""The server of the pages: on this machine alone unless told otherwise, and it calls nobody."""

import contextlib
import gc
import importlib
import socket
import threading
import webbrowser
from pathlib import Path

from registry.errors import RequestError

#: What takes seconds, so that nobody who opens a page shall wait for it.
IMPORTED_BY_PAGES = (
    "pandas.io.formats.style",
    "plotly.graph_objects",
    "bench.board",
    "bench.figures.catalog",
    "bench.study.figures",
)
FIRST_PORT = 8501
TRIED = 50


def free_port(address: str, port: int | None) -> int:
    """The port that is asked for, or the first that nobody listens on.

    Raises
    ------
    RequestError
        It is taken, or the address is not one of this machine's.
    """
    for candidate in [port] if port else range(FIRST_PORT, FIRST_PORT + TRIED):
        try:
            _try(address, candidate)
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return candidate
    which = f"port {port}" if port else f"any port from {FIRST_PORT} on"
    raise RequestError(f"cannot listen at {address}, {which}: {reason}")


def serve(address: str, port: int, browser: bool, upload: int) -> None:
    """Serve the pages until somebody ends it.

    Parameters
    ----------
    upload : int
        Largest file that may be uploaded, in MB.
    """
    from streamlit import config
    from streamlit.web import bootstrap

    options = {
        "server.address": address,
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "runner.postScriptGC": False,
        "runner.magicEnabled": False,
        "server.maxUploadSize": upload,
        "browser.gatherUsageStats": False,
        "browser.serverAddress": address,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "logger.level": "error",
        "theme.light.primaryColor": "#0072B2",
        "theme.dark.primaryColor": "#56B4E9",
    }
    for name, value in options.items():
        config.set_option(name, value)
    _warm_up()
    if browser:
        url = f"http://{address}:{port}"
        threading.Timer(1.0, webbrowser.open, [url]).start()
    app = Path(__file__).with_name("app.py")
    bootstrap.run(str(app), False, [], {})


def _try(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address, port))


def _warm_up() -> None:
    """Import and work out what pages need, and let no collection look at it ever again."""
    for module in IMPORTED_BY_PAGES:
        importlib.import_module(module)
    from bench.statistics.doubted import doubts_of
    from registry.catalog import ATTENTIONS, BACKBONES, DATASETS, PROTOCOLS
    from registry.reported import reported_tables

    for catalog in (ATTENTIONS, BACKBONES, DATASETS, PROTOCOLS):
        list(catalog)
    with contextlib.suppress(RequestError):  # (which the page says that needs them)
        for source in {table.source for table in reported_tables()}:
            doubts_of(source)
    gc.collect()
    gc.freeze()
