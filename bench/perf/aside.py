"""A task in a process of its own, so that nothing that was set in this one is true of it."""

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

#: (not that of `bench.perf.steps`: the process would wait for PyTorch, whether it needs it or not)
Task = Callable[[], object]

#: Seconds that it has to end by itself.
PATIENCE = 15.0


@contextmanager
def aside(make: Callable[..., Task], *arguments: Any) -> Iterator[Task]:
    """Make a task in a fresh process; each call of what is given runs it there, and waits.

    Parameters
    ----------
    make : callable
        A function of a module, which gives the task.
    arguments
        Its arguments, sent over.

    Raises
    ------
    RuntimeError
        By the task: the process has died, after telling why on its standard error.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, make, arguments))
    process.start()
    there.close()

    def run() -> None:
        try:
            here.send(None)
            here.recv()
        except (EOFError, OSError):
            raise RuntimeError(f"the process of {make.__qualname__} has died") from None

    try:
        yield run
    finally:
        here.close()
        process.join(PATIENCE)
        process.terminate()
        process.join()


def _serve(pipe: Connection, make: Callable[..., Task], arguments: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who asked
    run = make(*arguments)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            pipe.recv()
            run()
            pipe.send(None)
