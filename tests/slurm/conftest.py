"""A SLURM for each test process, whole again before each test, gone after the last."""

import os
from collections.abc import Generator

import pytest

from tests.slurm.standing import Cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster, None, None]:
    """Two nodes, c1 and c2, that every SLURM client of this process speaks to."""
    standing = Cluster(tmp_path_factory.mktemp("slurm"))
    done = standing.script("up")
    if done.returncode == 2:  # the machine lacks something, and the sentence says what
        pytest.skip(done.stderr.strip())
    if done.returncode:
        pytest.fail(done.stderr)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(("SLURM", "SBATCH"))]:
                patch.delenv(name)
            patch.setenv("SLURM_CONF", str(standing.conf))
            yield standing
    finally:
        standing.down()


@pytest.fixture(autouse=True)
def _leave_it_whole(request: pytest.FixtureRequest) -> Generator[None, None, None]:
    yield
    if "cluster" in request.fixturenames:
        request.getfixturevalue("cluster").restore()
