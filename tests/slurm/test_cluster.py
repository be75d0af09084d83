"""The throw-away SLURM does what its users rely on, and leaves nothing behind."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.slurm.standing import SCRIPT, Cluster

#: Says where it runs, then stays; it shrugs off all but SIGKILL, as a hung worker does.
STAYS = """#!/bin/bash
#SBATCH --requeue
#SBATCH --open-mode=append
trap '' TERM
echo "$SLURMD_NODENAME ${SLURM_RESTART_COUNT:-0} $$" >> "$1"
while true; do sleep 0.2; done
"""
#: Leaves a process in a session of its own, which no signal to the job reaches.
LEAVES_AN_ORPHAN = """#!/bin/bash
setsid sleep 300 > /dev/null 2>&1 &
echo $! > "$1"
"""


def alive(pid: int) -> bool:
    """Whether a process lives; a zombie whom nobody has fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def speak_of(folder: Path) -> set[int]:
    """Pids of the processes whose command, variables or working folder name a folder."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            texts = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            place = str((entry / "cwd").readlink())
        except OSError:
            continue
        if f"{folder}/".encode() in texts or place.startswith(str(folder)):
            found.add(int(entry.name))
    return found - {os.getpid()}


def ports(conf: Path) -> set[int]:
    return {int(port) for port in re.findall(r"Port=(\d+)", conf.read_text())}


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def lines(path: Path, count: int) -> list[list[str]]:
    """Words of a file's lines once there are so many of them, else none."""
    found = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return found if len(found) >= count else []


@pytest.fixture
def short_path(tmp_path_factory):
    """A folder with a name that leaves room for SLURM's sockets."""
    return tmp_path_factory.mktemp("c")


@pytest.fixture
def other(cluster, short_path):
    """Another cluster beside the first."""
    beside = Cluster(short_path)
    beside.up()
    yield beside
    beside.down()


def test_the_script_may_be_run_as_it_is():
    assert SCRIPT.stat().st_mode & stat.S_IXUSR


def test_a_job_runs(cluster, tmp_path):
    script = write(tmp_path / "job.sh", '#!/bin/bash\nsrun hostname\necho "$SLURM_JOB_ID"\n')
    job = cluster.sbatch("--output", str(tmp_path / "out"), script)
    cluster.wait_until(lambda: cluster.squeue()[job].state == "COMPLETED", 30)
    assert (tmp_path / "out").read_text().split() == [socket.gethostname(), job]


def test_tasks_on_one_node_get_different_gpus(cluster, tmp_path):
    script = write(tmp_path / "job.sh", '#!/bin/bash\necho "$CUDA_VISIBLE_DEVICES"; sleep 60\n')
    output = str(tmp_path / "out-%a")
    cluster.sbatch("--array=0-1", "--gpus=1", "--nodelist=c1", "--output", output, script)
    seen = [
        cluster.wait_until(lambda path=tmp_path / f"out-{task}": lines(path, 1), 30)
        for task in range(2)
    ]
    assert sorted(seen) == [[["0"]], [["1"]]]


def test_up_prints_the_line_to_evaluate_and_nothing_else(other):
    again = other.script("up")
    assert again.stdout == f"export SLURM_CONF={other.conf}\n"
    assert "stands already" in again.stderr
    shell = f'eval "$({SCRIPT} up --dir {other.folder})" && sinfo -h -o %D'
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"


@pytest.mark.slow
def test_two_clusters_know_nothing_of_each_other(cluster, other, tmp_path):
    assert not ports(cluster.conf) & ports(other.conf)
    where = tmp_path / "where"
    job = other.sbatch("--output=/dev/null", write(tmp_path / "job.sh", STAYS), str(where))
    other.wait_until(lambda: lines(where, 1), 30)
    assert job in other.squeue()
    assert all(row.ended for row in cluster.squeue().values())
    other.down()
    assert set(cluster.nodes().values()) == {"idle"}


def test_listens_on_the_loopback_alone(cluster):
    table = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {tuple(row[1].split(":")) for row in table if row[3] == "0A"}
    ours = {host for host, port in listening if int(port, 16) in ports(cluster.conf)}
    assert len(ports(cluster.conf)) == 3
    assert ours == {"0100007F"}


def test_down_leaves_nothing_behind(other, tmp_path):
    stays, orphan = tmp_path / "stays", tmp_path / "orphan"
    script = write(tmp_path / "stays.sh", STAYS)
    other.sbatch("--output=/dev/null", "--nodelist=c1", script, str(stays))
    other.sbatch("--output=/dev/null", write(tmp_path / "o.sh", LEAVES_AN_ORPHAN), str(orphan))
    worker = int(other.wait_until(lambda: lines(stays, 1), 30)[0][2])
    stray = int(other.wait_until(lambda: lines(orphan, 1), 30)[0][0])
    other.kill_node("c1")  # what runs there nobody but us can end
    assert alive(worker)
    # (a child that slurmd has just forked holds its port for a moment longer)
    other.wait_until(lambda: sum(listens(port) for port in ports(other.conf)) == 2, 10)
    assert speak_of(other.folder)

    other.down()

    assert not alive(worker)
    assert not alive(stray)
    assert not speak_of(other.folder)
    assert not any(listens(port) for port in ports(other.conf))
    assert other.script("down").returncode == 0
    status = other.script("status")
    assert status.returncode == 1
    assert "No cluster stands" in status.stderr


def test_numbers_start_anew_in_a_folder_that_had_a_cluster(other, tmp_path):
    script = write(tmp_path / "job.sh", "#!/bin/bash\n")
    assert other.sbatch("--output=/dev/null", script) == "1"
    other.down()
    other.up()
    assert other.squeue() == {}
    assert other.sbatch("--output=/dev/null", script) == "1"


def test_up_mends_a_cluster_whose_controller_died(other):
    [controller] = [
        pid
        for pid in speak_of(other.folder)
        if Path(f"/proc/{pid}/comm").read_text() == "slurmctld\n"
    ]
    os.kill(controller, signal.SIGKILL)
    other.wait_until(lambda: not alive(controller), 5)
    assert other.script("status").returncode == 1
    other.up()
    assert set(other.nodes().values()) == {"idle"}


def test_status_shows_nodes_and_jobs(cluster, tmp_path):
    where = tmp_path / "where"
    script = write(tmp_path / "job.sh", STAYS)
    job = cluster.sbatch("--output=/dev/null", "--nodelist=c2", script, str(where))
    cluster.wait_until(lambda: lines(where, 1), 30)
    shown = cluster.script("status").stdout.splitlines()
    assert shown == ["c1 idle", "c2 mixed", f"{job} RUNNING c2 job.sh"]


def test_a_folder_that_slurm_cannot_use_is_refused(tmp_path):
    for name in ("with a blank", "x" * 90):
        done = Cluster(tmp_path / name).script("up")
        assert done.returncode == 2
        assert "--dir" in done.stderr
        assert not (tmp_path / name).exists()


def test_missing_programs_are_named_with_their_packages(short_path):
    hidden = write(
        short_path / "without.py",
        "import runpy, shutil, sys\n"
        "shutil.which = lambda name, path=None: None\n"
        f"sys.argv = ['cluster', 'up', '--dir', {str(short_path)!r}]\n"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')\n",
    )
    done = subprocess.run([sys.executable, hidden], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "slurmctld slurmd" in done.stderr


def test_up_that_fails_shows_the_logs_and_leaves_nothing(short_path):
    spoilt = SCRIPT.read_text().replace("MessageTimeout=5", "NoSuchSetting=1")
    folder = short_path / "new"
    command = [sys.executable, write(short_path / "cluster", spoilt), "up", "--dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "NoSuchSetting" in done.stderr
    assert not speak_of(folder)


@pytest.mark.slow
def test_a_killed_node_leaves_two_workers_of_one_job(cluster, tmp_path):
    """The worst case: requeued on the other node under one id, and the first worker lives on."""
    where = tmp_path / "where"
    script = write(tmp_path / "job.sh", STAYS)
    job = cluster.sbatch("--output=/dev/null", script, str(where))
    [[node, count, pid]] = cluster.wait_until(lambda: lines(where, 1), 30)
    assert count == "0"
    cluster.kill_node(node)
    assert alive(int(pid))
    assert f"{node} mixed (slurmd is dead)" in cluster.script("status").stdout

    [_, [second_node, second_count, second_pid]] = cluster.wait_until(lambda: lines(where, 2), 90)

    assert {node, second_node} == {"c1", "c2"}
    assert second_count == "1"
    assert cluster.restarts(job) == 1
    assert cluster.squeue()[job].state == "RUNNING"
    assert cluster.nodes()[node] == "down*"
    assert alive(int(pid))
    assert alive(int(second_pid))

    cluster.start_node(node)  # a daemon that comes back ends what is no longer its job
    cluster.wait_until(lambda: not alive(int(pid)), 30)
    assert alive(int(second_pid))
