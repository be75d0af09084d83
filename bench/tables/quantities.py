"""What a column of a table can hold."""

from dataclasses import dataclass

#: A dash that says that a figure is missing.
MISSING = "—"


@dataclass(frozen=True)
class Quantity:
    """One kind of figure.

    Attributes
    ----------
    head : str
        Above its column.
    decimals : int
        Printed by default.
    scale : float
        What a value is multiplied by before it is printed.
    signed : bool
        Whether a plus is printed.
    score : bool
        Whether it is in percent on the test part, the higher the better: the best is marked.
    by_class : bool
        Whether it has a column for each class.
    note : str
        What a reader has to know of it.
    """

    head: str
    decimals: int = 2
    scale: float = 1.0
    signed: bool = False
    score: bool = False
    by_class: bool = False
    note: str = ""


#: By the name that a layout calls it by.
QUANTITIES = {
    "n": Quantity("Runs", 0),
    "parameters": Quantity("Param. (M)", 2, 1e-6, note="Param.: parameters in millions."),
    "added": Quantity("Added", 0, signed=True, note="Added: parameters beyond the baseline's."),
    "epoch": Quantity("Epoch", 0),
    "balanced_accuracy": Quantity(
        "Average (%)",
        score=True,
        note="Average: balanced accuracy on the test part, the unweighted mean of the class "
        "accuracies.",
    ),
    "accuracy": Quantity("Accuracy (%)", score=True, note="Accuracy: share of the test images."),
    "macro_f1": Quantity("Macro F1 (%)", score=True),
    "recall": Quantity("Class accuracy (%)", score=True, by_class=True),
    "precision": Quantity("Precision (%)", score=True, by_class=True),
    "f1": Quantity("F1 (%)", score=True, by_class=True),
    "gain": Quantity("Gain", signed=True, note="Gain: in percentage points of the average."),
}
