"""What a trial reports on the way, and whether it is worth going on with."""

from __future__ import annotations

from optuna import Trial

from jobs.study import Study


class Report:
    """Of a study that prunes nothing, or by no single figure: says nothing.

    Attributes
    ----------
    verdict : str
        Why the trial is to be pruned; empty while it is not.
    """

    def __init__(self, trial: Trial, pruner: str, cells: int) -> None:
        self._pruner = pruner
        self._trial = trial
        self._cells = cells
        self._scores: list[float] = []
        reported = trial.study.get_trials(deepcopy=False)[trial.number].intermediate_values
        self._reported = set(reported)
        self.verdict = ""

    def epoch(self, epoch: int, value: float, ask: bool = True) -> None:
        """An epoch of the present cell has ended, now or in an earlier life of the trial."""

    def end_cell(self, score: float) -> None:
        """The present cell is done, and the next one begins."""
        self._scores.append(score)

    @property
    def _ended(self) -> bool:
        return len(self._scores) == self._cells

    def _say(self, step: int, value: float) -> None:
        if step not in self._reported:
            self._reported.add(step)
            self._trial.report(value, step)

    def _ask(self, when: str) -> None:
        if not self.verdict and self._trial.should_prune():
            self.verdict = f"pruned by {self._pruner} after {when}"


class EpochReport(Report):
    """Says after each epoch which part of the final figure is reached.

    The final figure is the mean over all cells of the best epoch of each. What is said is that mean
    with the best epoch so far of the present cell, and 0 for those that have not begun: it only
    grows, its last value is the final one, and trials are compared at the same epoch of the same
    seed.
    """

    def __init__(self, trial: Trial, pruner: str, cells: int, epochs: int) -> None:
        super().__init__(trial, pruner, cells)
        self._epochs = epochs
        self._best = 0.0

    def epoch(self, epoch: int, value: float, ask: bool = True) -> None:
        """Say it, and ask the pruner."""
        self._best = max(self._best, value)
        reached = (sum(self._scores) + self._best) / self._cells
        self._say(len(self._scores) * self._epochs + epoch - 1, reached)
        if ask:
            self._ask(f"epoch {epoch} of cell {len(self._scores) + 1}")

    def end_cell(self, score: float) -> None:
        """Ask before another cell is begun."""
        super().end_cell(score)
        self._best = 0.0
        if not self._ended:
            self._ask(f"cell {len(self._scores)}")


class SeedReport(Report):
    """Says after each cell what came of it: seeds are compared in pairs."""

    def end_cell(self, score: float) -> None:
        """Say it, and ask before another cell is begun."""
        super().end_cell(score)
        self._say(len(self._scores) - 1, score)
        if not self._ended:
            self._ask(f"cell {len(self._scores)}")


def report_for(study: Study, trial: Trial, cells: int, epochs: int) -> Report:
    """The report that the study's pruner goes by.

    Parameters
    ----------
    cells : int
        Of the trial.
    epochs : int
        Of each cell.
    """
    if len(study.objectives) > 1:  # Optuna takes no reports where there are several
        return Report(trial, study.pruner.name, cells)
    if study.pruner.name == "wilcoxon":
        return SeedReport(trial, study.pruner.name, cells)
    return EpochReport(trial, study.pruner.name, cells, epochs)
