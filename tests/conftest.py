"""What every test shares: one thread each, and no skip that passes unseen where none may."""

import os
import signal
import sys
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.stated import STATED

# Before PyTorch is imported, here and in every process that a test starts.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ.pop("FERBENCH_DB", None)
# What a script begins in the background ignores Ctrl-C, and so would all that the suite starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits most comes first, so that all else is done meanwhile."""
    items.sort(key=lambda item: "slurm" not in item.path.parts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where FERBENCH_NO_SKIP is set."""
    report = yield
    if report.skipped and os.environ.get("FERBENCH_NO_SKIP") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason: Any = report.longrepr
        report.longrepr = f"skipped where nothing may be: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """State what tests measured, which is more than that they passed."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in report.user_properties:
            if name == STATED:
                terminalreporter.write_line(value)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="module")
def _registered_for_one_file() -> Iterator[None]:
    """Take out what the tests of a file registered: the conformance tests are for what is ours."""
    yield
    if "registry.catalog" in sys.modules:
        from registry.catalog import BACKBONES

        for component in tuple(BACKBONES._components.values()):
            if component.build.__module__.startswith("tests."):
                del BACKBONES._components[component.name], BACKBONES._names[component.name]
