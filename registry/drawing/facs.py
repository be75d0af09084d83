"""Facial action units, and how strongly each expression contracts them."""

from dataclasses import dataclass

import numpy as np

from registry.drawing.shapes import Array

#: The action units that can be drawn, by their FACS numbers.
UNITS = {
    1: "inner brow raiser",
    2: "outer brow raiser",
    4: "brow lowerer",
    5: "upper lid raiser",
    6: "cheek raiser",
    7: "lid tightener",
    9: "nose wrinkler",
    10: "upper lip raiser",
    12: "lip corner puller",
    14: "dimpler",
    15: "lip corner depressor",
    16: "lower lip depressor",
    17: "chin raiser",
    20: "lip stretcher",
    23: "lip tightener",
    24: "lip pressor",
    25: "lips part",
    26: "jaw drop",
    27: "mouth stretch",
}


@dataclass(frozen=True)
class Action:
    """One action unit's part in an expression.

    Attributes
    ----------
    unit : int
        Its FACS number.
    low, high : float
        Range of its strength at the apex; 1 is the drawn maximum.
    chance : float
        How often people show it with this expression.
    unilateral : bool
        Whether one side of the face moves nearly alone.
    """

    unit: int
    low: float
    high: float
    chance: float = 1.0
    unilateral: bool = False


#: What people do with their faces. Units that are always there are the criteria of Lucey et al.
#: (2010), the table of emotions in terms of action units (EMFACS: Ekman & Friesen, 1983; FACS
#: Investigator's Guide, 2002), where AU5 also stays slight (B of A to E) in surprise; the others
#: often go with them.
PROTOTYPES = {
    "anger": (
        Action(4, 0.6, 1.0),
        Action(5, 0.1, 0.6, 0.5),
        Action(7, 0.4, 1.0),
        Action(23, 0.4, 1.0),
        Action(24, 0.2, 1.0, 0.7),
        Action(17, 0.2, 0.8, 0.6),
        Action(10, 0.1, 0.4, 0.15),
        Action(25, 0.3, 0.6, 0.15),
    ),
    "contempt": (
        Action(14, 0.7, 1.0, unilateral=True),
        Action(12, 0.4, 0.8, unilateral=True),
        Action(10, 0.1, 0.4, 0.25, unilateral=True),
        Action(2, 0.1, 0.5, 0.2, unilateral=True),
        Action(24, 0.1, 0.4, 0.3),
    ),
    "disgust": (
        Action(9, 0.4, 1.0),
        Action(10, 0.3, 1.0, 0.8),
        Action(4, 0.1, 0.6, 0.6),
        Action(7, 0.2, 0.8, 0.7),
        Action(6, 0.1, 0.5, 0.4),
        Action(15, 0.1, 0.5, 0.3),
        Action(16, 0.2, 0.7, 0.3),
        Action(17, 0.3, 0.9, 0.6),
        Action(25, 0.2, 0.6, 0.3),
    ),
    "fear": (
        Action(1, 0.6, 1.0),
        Action(2, 0.2, 0.8),
        Action(4, 0.3, 0.8),
        Action(5, 0.3, 1.0),
        Action(7, 0.1, 0.5, 0.4),
        Action(20, 0.4, 1.0),
        Action(25, 0.4, 1.0, 0.85),
        Action(26, 0.1, 0.6, 0.5),
    ),
    "happiness": (
        Action(6, 0.3, 1.0),
        Action(12, 0.5, 1.0),
        Action(25, 0.4, 1.0, 0.7),
        Action(26, 0.1, 0.4, 0.2),
        Action(7, 0.1, 0.4, 0.2),
    ),
    "sadness": (
        Action(1, 0.4, 1.0),
        Action(4, 0.2, 0.8),
        Action(15, 0.4, 1.0),
        Action(17, 0.3, 1.0, 0.75),
        Action(6, 0.1, 0.4, 0.2),
        Action(7, 0.1, 0.4, 0.3),
        Action(24, 0.1, 0.3, 0.2),
    ),
    "surprise": (
        Action(1, 0.5, 1.0),
        Action(2, 0.5, 1.0),
        Action(5, 0.1, 0.4),
        Action(25, 0.5, 1.0),
        Action(26, 0.4, 1.0),
        Action(27, 0.2, 0.9, 0.55),
    ),
}

#: How much of a unilateral action reaches the other side, and how far two sides ever differ.
LEAK, ASYMMETRY = 0.05, 0.15


def apex(expression: str, rng: np.random.Generator) -> dict[int, Array]:
    """How one person shows an expression at its height.

    Parameters
    ----------
    expression : str
        A key of `PROTOTYPES`.
    rng : Generator
        Where the person's own version of the prototype is drawn from.

    Returns
    -------
    dict of float64 arrays, (2,)
        The strength of every unit on the left and the right of the picture.
    """
    strengths = {unit: np.zeros(2) for unit in UNITS}
    side = int(rng.random() < 0.5)
    for action in PROTOTYPES[expression]:
        shown, height, lean = rng.random(3)
        if shown >= action.chance:
            continue
        strength = action.low + (action.high - action.low) * height
        balance = np.array([1 - ASYMMETRY * lean, 1.0])
        if action.unilateral:
            balance = np.array([LEAK, 1.0])
        strengths[action.unit] = strength * (balance if side else balance[::-1])
    return strengths
