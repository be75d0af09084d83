"""What changes on the screen is another revision, of a file and of a server."""

import pytest

from bench.store.submission import Submission, record_submission
from dashboard.revision import Watcher
from tests.bench.builders import BACKENDS, close, new_store, spec


@pytest.fixture(params=BACKENDS)
def store(request, tmp_path):
    made = new_store(tmp_path, backend=request.param)
    yield made
    close(made)


def test_a_matrix_that_names_another_table_is_another_revision(store):
    watcher = Watcher(store)
    seen = [watcher.revision()]
    for reported in ("kim_jo/table1", "kim_jo/table2"):
        cells = (spec(),)
        named = Submission(name="m", title="", reported=reported, specifications=cells)
        record_submission(store, named)
        seen.append(watcher.revision())
        assert watcher.revision() == seen[-1]
    assert len(set(seen)) == 3
