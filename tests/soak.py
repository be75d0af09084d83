"""Workers are killed a thousand times, and a table tells what came of it: ``make soak``."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from rich.console import Console
from rich.progress import Progress

from cli.terminal import print_table
from tests.jobs import kills
from tests.jobs.kills import Blow, Survival, Undisturbed, survive, undisturbed

COLUMNS = ("what happens", ">runs", ">killed", ">resumed", ">bits equal", ">rows equal", ">faults")


@dataclass(frozen=True)
class Kind:
    """One way to be killed, and its share in all kills."""

    title: str
    blow: Blow
    share: float


#: SIGKILLs; node losses come on top.
KILLS = (
    Kind("SIGKILL at a moment", kills.at_a_moment, 0.6),
    Kind("SIGKILL at a line that writes", kills.at_a_line, 0.3),
    Kind("power loss in a journal's line", kills.in_a_line_of_the_journal, 0.1),
)
NODES = (
    Kind("node lost with its workers", kills.with_its_node, 0.05),
    Kind("node's daemon lost, worker lives on", kills.lives_on, 0.05),
)


def soak(
    kind: Kind, deaths: int, known: Undisturbed, folder: Path, draw: Random
) -> Iterator[Survival]:
    """Runs, until so many workers died in the middle of one."""
    folder.mkdir()
    for number in count():
        if deaths <= 0:
            return
        survival = survive(known, kind.blow, folder / str(number), draw)
        deaths -= len(survival.deaths)
        yield survival


def row(kind: Kind, survivals: list[Survival]) -> tuple[str | int, ...]:
    """What became of the runs of a kind."""
    return (
        kind.title,
        len(survivals),
        sum(len(survival.deaths) for survival in survivals),
        sum(survival.resumed for survival in survivals),
        sum(not survival.other_bits for survival in survivals),
        sum(not survival.other_rows for survival in survivals),
        sum(len(survival.faults) for survival in survivals),
    )


def main() -> int:
    """Kill, compare, and tell; 1 where anything is not as if nothing had happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="SIGKILLs in the middle of a run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where the runs are kept; else they are not")
    asked = parser.parse_args()
    survived: dict[Kind, list[Survival]] = {}
    stopped = False
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary, Progress() as progress:
        folder = asked.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        known = undisturbed(folder)
        try:
            for kind in KILLS + NODES:
                deaths = max(1, round(kind.share * asked.kills))
                task = progress.add_task(kind.title, total=deaths)
                draw = Random(f"{asked.seed} {kind.title}")
                for survival in soak(kind, deaths, known, folder / kind.blow.__name__, draw):
                    survived.setdefault(kind, []).append(survival)
                    progress.advance(task, len(survival.deaths))
        except KeyboardInterrupt:
            stopped = True
    rows = [row(kind, survivals) for kind, survivals in survived.items()]
    print_table("Killed, and gone on with" + ", until stopped" * stopped, COLUMNS, rows)
    faults = [fault for runs in survived.values() for survival in runs for fault in survival.faults]
    for fault in faults:
        Console(stderr=True).print(fault, markup=False)
    if stopped:
        return 130
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
