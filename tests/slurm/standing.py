"""A standing throw-away SLURM, in the hands of a test."""

import os
import re
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

SCRIPT = Path(__file__).with_name("cluster")
NODES = ("c1", "c2")
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "DEADLINE"}
T = TypeVar("T")


@dataclass(frozen=True)
class QueuedJob:
    """A line of squeue; jobs that ended stay there for ten minutes."""

    state: str
    node: str
    reason: str

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True)
class Cluster:
    """A cluster in a folder; every call speaks to this one, whatever SLURM_CONF says."""

    folder: Path

    @property
    def conf(self) -> Path:
        return self.folder / "slurm.conf"

    def script(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `tests/slurm/cluster`, whatever comes of it."""
        command = [str(SCRIPT), *arguments, "--dir", str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)

    def client(self, *command: str) -> str:
        """Standard output of one of SLURM's clients; its complaint as a RuntimeError."""
        variables = {**os.environ, "SLURM_CONF": str(self.conf)}
        done = subprocess.run(
            command, env=variables, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def up(self) -> None:
        if (done := self.script("up")).returncode:
            raise RuntimeError(done.stderr)

    def down(self) -> None:
        if (done := self.script("down")).returncode:
            raise RuntimeError(done.stderr)

    def kill_node(self, node: str) -> None:
        """SIGKILL the node's daemon and none of its jobs; it stays dead."""
        if (done := self.script("kill-node", node)).returncode:
            raise RuntimeError(done.stderr)

    def start_node(self, node: str) -> None:
        """Start the node's daemon anew; nothing where it runs."""
        if (done := self.script("start-node", node)).returncode:
            raise RuntimeError(done.stderr)

    def squeue(self) -> dict[str, QueuedJob]:
        """All jobs by id ("7", or "7_2" for an array's task), those that ended too."""
        lines = self.client("squeue", "-h", "-a", "-r", "-t", "all", "-o", "%i|%T|%N|%r")
        rows = (line.split("|") for line in lines.splitlines())
        return {job: QueuedJob(state, node, reason) for job, state, node, reason in rows}

    def nodes(self) -> dict[str, str]:
        """States of the nodes as the controller sees them, such as idle, mixed or down*."""
        lines = self.client("sinfo", "-h", "-N", "-o", "%N %T").splitlines()
        return dict(line.split() for line in lines)

    def restarts(self, job: str) -> int:
        """How often SLURM has requeued a job."""
        found = re.search(r"Restarts=(\d+)", self.scontrol("show", "job", job))
        if found is None:
            raise RuntimeError(f"scontrol says nothing of the restarts of job {job}")
        return int(found.group(1))

    def sbatch(self, *arguments: str) -> str:
        """Submit; the job's id."""
        return self.client("sbatch", "--parsable", *arguments).strip()

    def scontrol(self, *arguments: str) -> str:
        return self.client("scontrol", *arguments)

    def scancel(self, *arguments: str) -> None:
        self.client("scancel", *arguments)

    def wait_until(self, true: Callable[[], T], seconds: float) -> T:
        """First truthy answer; after so long a TimeoutError that shows nodes and queue."""
        end = time.monotonic() + seconds
        while not (answer := true()):
            if time.monotonic() > end:
                raise TimeoutError(f"not so in {seconds} s; {self.nodes()}, {self.squeue()}")
            time.sleep(0.1)
        return answer

    def restore(self) -> None:
        """End every job and bring every node back, for the next test."""
        if left := [job for job, row in self.squeue().items() if not row.ended]:
            with suppress(RuntimeError):  # one that has just ended by itself
                self.scancel(*left)
        for node in NODES:
            self.start_node(node)
        for node, state in self.nodes().items():
            if state.startswith(("drain", "down")):
                self.scontrol("update", f"NodeName={node}", "State=RESUME")
        self.wait_until(lambda: set(self.nodes().values()) == {"idle"}, 60)
