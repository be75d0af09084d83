"""Each pruner ends what is hopeless early, and lets what is best go on to its end."""

from dataclasses import dataclass

import optuna
import pytest

from jobs.study import Numeric, Pruner, Sampler, Study
from jobs.study_objective import Told
from jobs.study_report import EpochReport, SeedReport, report_for
from jobs.study_run import trials_of
from tests.jobs.studies import BASE, begun, home_in, worker_of

EPOCHS, SEEDS = 9, 6
POINTS = tuple(i / 10 for i in range(1, 9))


@dataclass(frozen=True)
class Learner:
    """In place of training: reaches its rate, as every pruner sees it from its first report on.

    By Wilcoxon's measure, each seed adds what all trials share.
    """

    study: Study

    def __call__(self, trial, settings, stopping):
        report = report_for(self.study, trial, self.study.seeds, EPOCHS)
        scores = []
        for seed in range(self.study.seeds):
            for epoch in range(1, EPOCHS + 1):
                value = settings["lr"] * epoch / EPOCHS + 0.1 * seed
                report.epoch(epoch, value)
                if report.verdict:
                    return Told("pruned", reason=report.verdict, scores=tuple(scores))
            scores.append(value)
            report.end_cell(value)
            if report.verdict:
                return Told("pruned", reason=report.verdict, scores=tuple(scores))
        return Told("complete", (sum(scores) / len(scores),), scores=tuple(scores))


def study_of(pruner, seeds):
    return Study(
        name="learner",
        base=BASE | {"epochs": EPOCHS},
        space={"lr": Numeric(low=0.1, high=0.8, points=POINTS)},
        sampler=Sampler(name="grid"),
        pruner=pruner,
        seeds=seeds,
        trials=8,
        seed=4,
    )


@pytest.mark.parametrize(
    ("pruner", "seeds"),
    [
        (Pruner(name="none"), 1),
        (Pruner(name="median", startup=2), 1),
        (Pruner(name="median", startup=2), 3),
        (Pruner(name="hyperband", minimum=1, reduction=3), 1),
        (Pruner(name="wilcoxon", p=0.1), SEEDS),
    ],
    ids=lambda value: value.name if isinstance(value, Pruner) else f"{value} seeds",
)
def test_it_prunes_what_is_hopeless_and_not_the_best(tmp_path, pruner, seeds):
    study = study_of(pruner, seeds)
    home = home_in(tmp_path)
    prepared = begun(study, home, where="slurm")
    assert worker_of(prepared, home, Learner(study))()
    trials = {trial.params["lr"]: trial for trial in trials_of(prepared)}
    assert set(trials) == set(POINTS)
    pruned = [trial for trial in trials.values() if trial.state.name == "PRUNED"]
    assert bool(pruned) == (pruner.name != "none")
    assert trials[0.8].state.name == "COMPLETE"
    whole = len(trials[0.8].intermediate_values)
    assert whole == (SEEDS if pruner.name == "wilcoxon" else EPOCHS * seeds)
    for trial in pruned:
        assert len(trial.intermediate_values) < whole
        assert f"pruned by {pruner.name}" in trial.user_attrs["reason"]


def test_the_median_gives_each_trial_its_warm_up(tmp_path):
    study = study_of(Pruner(name="median", startup=2, warmup=4), 1)
    home = home_in(tmp_path)
    prepared = begun(study, home, where="slurm")
    worker_of(prepared, home, Learner(study))()
    lengths = [
        len(trial.intermediate_values)
        for trial in trials_of(prepared)
        if trial.state.name == "PRUNED"
    ]
    assert lengths
    assert min(lengths) == 5  # the first step that is asked about is the one after four


class TestReports:
    """What is said, by hand."""

    @pytest.fixture
    def trial(self):
        return optuna.create_study(direction="maximize").ask()

    def said(self, trial):
        return trial.study.get_trials()[0].intermediate_values

    def test_epochs_over_two_cells_say_what_part_of_the_mean_is_reached(self, trial):
        report = EpochReport(trial, "median", cells=2, epochs=2)
        report.epoch(1, 0.4)
        report.epoch(2, 0.2)  # worse: the best stays
        report.end_cell(0.4)
        report.epoch(1, 0.5)
        report.epoch(2, 0.6)
        report.end_cell(0.6)
        assert self.said(trial) == pytest.approx({0: 0.2, 1: 0.2, 2: 0.45, 3: 0.5})

    def test_seeds_are_said_when_they_are_done(self, trial):
        report = SeedReport(trial, "wilcoxon", cells=3)
        for score in (0.4, 0.6):
            report.epoch(1, 0.1)
            report.end_cell(score)
        assert self.said(trial) == {0: 0.4, 1: 0.6}
