"""Workers are killed a thousand times, and a table tells what came of it: ``make soak``."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
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
    kind: Kind,
    deaths: int,
    known: Undisturbed,
    folder: Path,
    draw: Random,
    tick: Callable[[], None],
) -> list[Survival]:
    """Runs, until so many workers died in the middle of one."""
    survivals: list[Survival] = []
    folder.mkdir()
    while sum(len(survival.deaths) for survival in survivals) < deaths:
        survivals.append(survive(known, kind.blow, folder / str(len(survivals)), draw))
        tick()
    return survivals


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
    rows, faults = [], []
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary, Progress() as progress:
        folder = asked.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        known = undisturbed(folder)
        for kind in KILLS + NODES:
            deaths = max(1, round(kind.share * asked.kills))
            task = progress.add_task(kind.title, total=None)
            draw = Random(f"{asked.seed} {kind.title}")
            survivals = soak(
                kind,
                deaths,
                known,
                folder / kind.blow.__name__,
                draw,
                lambda task=task: progress.advance(task),
            )
            progress.update(task, total=len(survivals), completed=len(survivals))
            rows.append(row(kind, survivals))
            faults += [fault for survival in survivals for fault in survival.faults]
    print_table("Killed, and gone on with", COLUMNS, rows)
    for fault in faults:
        Console(stderr=True).print(fault, markup=False)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
