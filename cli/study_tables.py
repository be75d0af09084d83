"""Studies as tables in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bench.study.findings import OPTIMISTIC
from bench.study.objectives import LABELS
from cli.terminal import console, percent, print_table

if TYPE_CHECKING:
    from bench.study.findings import Findings
    from bench.study.trials import TrialRow


def print_studies(found: Sequence[Findings]) -> None:
    """One line a study."""
    if not found:
        console.print("No study was begun here yet: try `ferbench tune radius`.")
        return
    rows = [
        (
            findings.name,
            f"{findings.states['complete']} + {findings.states['pruned']}",
            findings.target,
            _figure(findings, findings.best, findings.objectives[0]),
            _drawn(findings.best) if findings.best else "",
            "OPTIMISTIC" if findings.optimistic else "",
        )
        for findings in found
    ]
    heads = ["study", ">complete\n+ pruned", ">of", ">best, %", "with", ""]
    print_table("Studies", heads, rows)
    if any(findings.optimistic for findings in found):
        console.print(OPTIMISTIC, style="yellow")


def print_findings(findings: Findings) -> None:
    """Every trial, the importances, the Pareto front, and the best one."""
    _print_head(findings)
    heads = [
        ">trial",
        "state",
        *(f">{LABELS[o].replace(' ', chr(10))}" for o in findings.objectives),
        ">± 95 %",
    ]
    heads += [*(f">{name.replace('.', '.' + chr(10))}" for name in findings.parameters)]
    heads += ["cells", "why"]
    rows = [
        [
            trial.number,
            trial.state,
            *(_figure(findings, trial, objective) for objective in findings.objectives),
            percent(trial.interval.half) if trial.values else "",
            *(_value(trial.parameters.get(name, "")) for name in findings.parameters),
            " ".join(cell[:6] for cell in trial.cells),
            trial.reason,
        ]
        for trial in findings.trials
    ]
    print_table("Trials, and the half-width of their intervals over seeds", heads, rows)
    if findings.importances:
        shares = [(name, percent(share)) for name, share in findings.importances.items()]
        title = "Importance: share of the objective's variance over the space (fANOVA)"
        print_table(title, ["parameter", ">%"], shares)
    if len(findings.objectives) > 1:
        front = ", ".join(map(str, findings.front)) or "empty"
        console.print(f"\nPareto front: trials {front}")
    print_best(findings)


def print_best(findings: Findings) -> None:
    """The best trial with its interval, and what that does not mean."""
    best = findings.best
    if best is None:
        console.print(f"\nNo trial of {findings.name} is complete yet.")
        return
    _print_head(findings)
    part = "test" if findings.optimistic else "validation"
    figure = f"{_figure(findings, best, findings.objectives[0])} %"
    interval = best.interval
    if interval.low is not None and interval.high is not None:
        spread = f"[{percent(interval.low)}, {percent(interval.high)}] over {interval.n} seeds"
    else:
        spread = f"no interval: {interval.why}"
    console.print(f"\nBest: trial {best.number}  {_drawn(best)}", style="bold", markup=False)
    console.print(f"balanced accuracy on the {part} part {figure}, {spread}", markup=False)
    for objective in findings.objectives[1:]:
        console.print(f"{LABELS[objective]}: {_figure(findings, best, objective)}", markup=False)
    console.print(
        f"It is the highest of {findings.states['complete']}, so expect less of fresh seeds: "
        f"ferbench study apply {findings.name} -o matrix.toml",
        style="dim",
        markup=False,
    )


def _print_head(findings: Findings) -> None:
    console.print(f"\n{findings.name}  {findings.title}", style="bold", markup=False)
    if findings.optimistic:
        console.print(OPTIMISTIC, style="yellow")


def _figure(findings: Findings, trial: TrialRow | None, objective: str) -> str:
    if trial is None or objective not in trial.values:
        return "–"
    value = trial.values[objective]
    if objective == "balanced_accuracy":
        return percent(value)
    return f"{value:,.0f}" if objective == "parameters" else f"{value:.2f}"


def _drawn(trial: TrialRow) -> str:
    return ", ".join(f"{name} = {_value(value)}" for name, value in trial.parameters.items())


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
