"""Trials are cells: trained, pruned, reused, waited for and gone on with, by real training."""

import signal
import time
from typing import Any

import pytest

from bench import journal
from bench.data import fingerprint_in
from bench.execution import Execution
from bench.specification import Specification
from bench.study.curve import curve_of
from jobs.asked import matrices
from jobs.claim import attempts_of, claim, state_of
from jobs.study import Numeric, Pruner, Sampler, Study
from jobs.study_run import Prepared, trials_of, unfinished
from jobs.worker import Worker
from registry.errors import RequestError
from tests.jobs.studies import (
    BASE,
    LR,
    begun,
    beside,
    home_in,
    prepare,
    register_small,
    start,
    told,
    wait_until,
    worker_of,
)


def study_of(**settings: Any) -> Study:
    """Seven rates of learning, most of which are too low to learn anything."""
    defaults = {
        "name": "rates",
        "base": BASE,
        "space": LR,
        "trials": 7,
        "sampler": Sampler(name="tpe", startup=4),
        "pruner": Pruner(name="median", startup=2),
        "seed": 1,
    }
    return Study(**defaults | settings)


def cells_of(prepared: Prepared, **drawn: Any) -> tuple[Specification, ...]:
    register_small()
    return prepared.study.trial(drawn).specifications(fingerprint_in({}))


def worker_on(cells: tuple[Specification, ...], home: Any) -> Worker:
    return Worker(
        cells=cells,
        before=attempts_of(cells, home.runs),
        runs=home.runs,
        roots={},
        execution=Execution(device="cpu", threads=1),
        database=None,
        stop_file=home.runs.root / "stop",
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Prepared, Any]:
    home = home_in(tmp_path_factory.mktemp("undisturbed"))
    prepared = begun(study_of(), home)
    assert worker_of(prepared, home)()
    return prepared, home


@pytest.mark.slow
class TestPruning:
    def test_what_is_worse_than_the_median_is_pruned_and_what_is_best_is_not(self, undisturbed):
        prepared, home = undisturbed
        trials = trials_of(prepared)
        states = [trial.state.name for trial in trials]
        assert len(trials) == 7
        assert set(states) == {"COMPLETE", "PRUNED"}
        best = max(
            (trial for trial in trials if trial.state.name == "COMPLETE"),
            key=lambda trial: trial.values[0],
        )
        assert best.values[0] > 1 / 7  # better than chance, and than every pruned one
        for trial in trials:
            [cell] = cells_of(prepared, **trial.params)
            assert trial.user_attrs["cells"] == [cell.id]
            if trial.state.name == "PRUNED":
                assert state_of(home.runs, cell.id) == "pruned"
                assert "pruned by median" in trial.user_attrs["reason"]
                assert max(trial.intermediate_values.values()) < best.values[0]
                assert len(curve_of(home.runs, cell).epochs) < BASE["epochs"]
            else:
                assert state_of(home.runs, cell.id) == "done"

    def test_the_last_report_of_a_trial_is_its_value(self, undisturbed):
        prepared, home = undisturbed
        for trial in trials_of(prepared):
            if trial.state.name == "COMPLETE":
                [cell] = cells_of(prepared, **trial.params)
                curve = curve_of(home.runs, cell)
                assert trial.values == [max(curve.epochs.values())] == [curve.best]
                assert trial.intermediate_values[BASE["epochs"] - 1] == trial.values[0]

    def test_the_objective_is_the_validation_part_of_the_journal(self, undisturbed):
        prepared, home = undisturbed
        trial = next(t for t in trials_of(prepared) if t.state.name == "COMPLETE")
        [cell] = trial.user_attrs["cells"]
        events = journal.read(home.runs.journal(cell, 1))[0]
        by_hand = []
        for event in events:
            if isinstance(event, journal.EpochEnded):
                rows = event.parts["validation"].confusion
                by_hand.append(sum(row[i] / sum(row) for i, row in enumerate(rows)) / len(rows))
        assert trial.values[0] == pytest.approx(max(by_hand), abs=1e-12)

    def test_a_matrix_that_asks_for_a_pruned_cell_resumes_it(self, undisturbed):
        prepared, home = undisturbed
        pruned = next(t for t in trials_of(prepared) if t.state.name == "PRUNED")
        cells = cells_of(prepared, **pruned.params)
        assert home.runs.checkpoint(cells[0].id, 1).exists()
        worker_on(cells, home)()
        assert state_of(home.runs, cells[0].id) == "done"
        second = journal.read(home.runs.journal(cells[0].id, 2))[0]
        assert next(e for e in second if isinstance(e, journal.Started)).resumed_after >= 1

    def test_its_cells_are_asked_for_under_the_name_of_the_study(self, undisturbed):
        prepared, home = undisturbed
        asked = matrices(home.runs)["study-rates"]
        cells = {cell for t in trials_of(prepared) for cell in t.user_attrs["cells"]}
        assert {cell.id for cell in asked.specifications} == cells

    def test_a_killed_worker_changes_no_trial(self, undisturbed, tmp_path):
        home = home_in(tmp_path)
        prepared = begun(study_of(), home)
        worker = worker_of(prepared, home)
        process = start(worker, tmp_path)

        def in_a_trial() -> bool:
            running = [t for t in trials_of(prepared) if t.state.name == "RUNNING"]
            return any(t.intermediate_values for t in running)

        wait_until(in_a_trial)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert [t.state.name for t in trials_of(prepared)].count("RUNNING") == 1
        assert worker()
        assert told(prepared) == told(undisturbed[0])
        assert not list(worker.leases.iterdir())

    def test_a_stopped_worker_changes_no_trial(self, undisturbed, tmp_path):
        home = home_in(tmp_path)
        prepared = begun(study_of(), home)
        worker = worker_of(prepared, home)

        def stop() -> None:
            wait_until(lambda: any(t.intermediate_values for t in trials_of(prepared)))
            worker.stop_file.write_text("by the test")

        with beside(stop):
            assert worker() is False
        worker.stop_file.unlink()
        assert unfinished(trials_of(prepared)) > 0
        assert not list(worker.leases.iterdir())
        assert worker()
        assert told(prepared) == told(undisturbed[0])


class TestCells:
    def test_a_result_that_is_known_is_taken_over(self, tmp_path):
        home = home_in(tmp_path)
        study = study_of(name="first", trials=2, pruner=Pruner())
        first = begun(study, home)
        worker_of(first, home)()
        cells = [cell for t in trials_of(first) for cell in t.user_attrs["cells"]]
        second = begun(study.model_copy(update={"name": "second"}), home)
        worker_of(second, home)()
        assert told(second) == told(first)
        assert [home.runs.attempts(cell) for cell in cells] == [[1], [1]]

    def test_a_trial_is_a_cell_for_each_seed(self, tmp_path):
        home = home_in(tmp_path)
        prepared = begun(study_of(trials=1, seeds=2, base=BASE | {"seed": 5}), home)
        worker_of(prepared, home)()
        [trial] = trials_of(prepared)
        cells = cells_of(prepared, **trial.params)
        assert [cell.seed for cell in cells] == [5, 6]
        assert trial.user_attrs["cells"] == [cell.id for cell in cells]
        scores = [curve_of(home.runs, cell).best for cell in cells]
        assert trial.user_attrs["scores"] == scores
        assert trial.values == [sum(scores) / 2]
        assert trial.intermediate_values[2] == scores[0] / 2  # the other one has not begun
        assert trial.intermediate_values[5] == trial.values[0]

    def test_a_cell_that_another_process_trains_is_waited_for(self, tmp_path):
        home = home_in(tmp_path)
        prepared = begun(study_of(trials=1), home)
        twin = begun(study_of(trials=1, name="twin"), home_in(tmp_path / "twin"))
        worker_of(twin, home_in(tmp_path / "twin"))()
        cells = cells_of(prepared, **trials_of(twin)[0].params)
        assert claim(home.runs, cells[0].id, before=0) == 1  # as if another process had it
        leases = prepared.leases(home)

        def let_go() -> None:
            wait_until(lambda: list(leases.glob("trial-*")))
            time.sleep(1.5)
            assert home.runs.attempts(cells[0].id) == [1]
            assert trials_of(prepared)[0].state.name == "RUNNING"
            over = journal.Journal(home.runs.journal(cells[0].id, 1))
            over.write(journal.Ended(state="preempted"))
            over.close()

        with beside(let_go):
            assert worker_of(prepared, home)()
        assert home.runs.attempts(cells[0].id) == [1, 2]
        assert told(prepared) == told(twin)

    def test_a_cell_that_is_called_off_stops_the_study_and_not_the_trial(self, tmp_path):
        home = home_in(tmp_path)
        prepared = begun(study_of(trials=2, base=BASE | {"epochs": 200}), home)
        worker = worker_of(prepared, home)

        def call_off() -> None:
            wait_until(lambda: any(t.intermediate_values for t in trials_of(prepared)))
            [journal] = home.runs.root.glob("cells/*/*/attempt-0001.jsonl")
            home.runs.cancellation(journal.parent.name, 1).write_text("by the test")

        with beside(call_off):
            assert worker() is False
        assert [t.state.name for t in trials_of(prepared)] == ["RUNNING", "WAITING"]
        assert not list(worker.leases.iterdir())

    def test_a_rate_at_which_it_diverges_is_pruned(self, tmp_path):
        home = home_in(tmp_path)
        space = {"lr": Numeric(low=1e29, high=1e30)}
        base = BASE | {"optimizer": "sgd"}
        prepared = begun(study_of(trials=1, space=space, base=base), home)
        worker_of(prepared, home)()
        [trial] = trials_of(prepared)
        assert trial.state.name == "PRUNED"
        assert "diverged" in trial.user_attrs["reason"]

    def test_a_second_objective_is_the_number_of_parameters(self, tmp_path):
        home = home_in(tmp_path)
        objectives = ("balanced_accuracy", "parameters", "latency")
        study = study_of(trials=1, objectives=objectives, pruner=Pruner())
        prepared = begun(study, home)
        worker_of(prepared, home)()
        [trial] = trials_of(prepared)
        assert trial.values[1] == (1 * 9 * 8 + 8) + (512 * 7 + 7)
        assert 0 < trial.values[2] < 1000

    def test_wilcoxon_prunes_over_seeds(self, tmp_path):
        home = home_in(tmp_path)
        study = study_of(
            trials=2,
            seed=2,
            seeds=4,
            space={"lr": Numeric(low=1e-6, high=2e-3, points=(1e-6, 2e-3))},
            pruner=Pruner(name="wilcoxon", p=0.3),
            sampler=Sampler(name="grid"),
        )
        prepared = begun(study, home)
        worker_of(prepared, home)()
        trials = trials_of(prepared)
        pruned = [trial for trial in trials if trial.state.name == "PRUNED"]
        assert pruned
        for trial in pruned:
            assert 2 <= len(trial.user_attrs["scores"]) < 4
            assert list(trial.intermediate_values.values()) == trial.user_attrs["scores"]
            for cell in trial.user_attrs["cells"][: len(trial.user_attrs["scores"])]:
                assert state_of(home.runs, cell) == "done"


class TestTheNumber:
    def test_it_is_the_studys_and_starting_again_completes_it(self, tmp_path):
        home = home_in(tmp_path)
        few = begun(study_of(trials=2), home)
        worker_of(few, home)()
        worker_of(few, home)()
        assert len(trials_of(few)) == 2
        more = begun(study_of(trials=3), home)
        worker_of(more, home)()
        numbers = [trial.number for trial in trials_of(more) if trial.state.is_finished()]
        assert numbers == [0, 1, 2]
        assert [t.number for t in trials_of(begun(study_of(trials=1), home))] == [0]

    def test_the_name_of_another_study_is_refused(self, tmp_path):
        home = home_in(tmp_path)
        begun(study_of(trials=2), home)
        other = study_of(space={"lr": Numeric(low=1e-6, high=1e-2, log=True)})
        with pytest.raises(RequestError, match="already with another space"):
            prepare(other, home, "inline")
        with pytest.raises(RequestError, match="another base and seeds"):
            prepare(study_of(seeds=3, base=BASE | {"epochs": 9}), home, "inline")
