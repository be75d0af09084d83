"""A clock that moves only when it is told to."""

from types import SimpleNamespace

import pytest

from bench.cost import latency


class FakeClock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0.0
        monkeypatch.setattr(latency, "time", SimpleNamespace(perf_counter=lambda: self.seconds))

    def takes(self, *seconds: float):
        """A task that takes so long the first time, the second time, and so on."""
        durations = iter(seconds)

        def run() -> None:
            self.seconds += next(durations)

        return run
