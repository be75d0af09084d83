"""What a trial is judged by."""

from typing import Literal

Objective = Literal["balanced_accuracy", "parameters", "latency"]

#: Which way is better, in Optuna's words.
DIRECTIONS: dict[str, Literal["maximize", "minimize"]] = {
    "balanced_accuracy": "maximize",
    "parameters": "minimize",
    "latency": "minimize",
}
#: As they are shown, with the unit.
LABELS: dict[str, str] = {
    "balanced_accuracy": "balanced accuracy",
    "parameters": "parameters",
    "latency": "latency of one image, ms",
}
