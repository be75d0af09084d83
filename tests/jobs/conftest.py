"""What the tests of survival are held against."""

import pytest

from tests.jobs.kills import Undisturbed, undisturbed


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return undisturbed(tmp_path_factory.mktemp("undisturbed"))
