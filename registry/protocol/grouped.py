"""Splits that keep all frames of a recording, or all images of a person, in one part."""

import hashlib
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from registry.catalog import protocol
from registry.component import Parameters
from registry.errors import RequestError
from registry.samples import Samples
from registry.split import Indices, Split

_CITATION = (
    "Pedregosa et al.: Scikit-learn: Machine Learning in Python. JMLR 12, 2011 "
    "(StratifiedGroupKFold)"
)
_HOLD_OUT_TEST = 4  # a quarter of all
_HOLD_OUT_VALIDATION = 5  # a fifth of the three quarters that remain: 15 % of all


class GroupedParameters(Parameters):
    """``folds``: 1 for a single hold-out, 3 or more for cross-validation."""

    folds: Annotated[int, Field(ge=1)] = 1

    @field_validator("folds")
    @classmethod
    def _three_parts(cls, folds: int) -> int:
        if folds == 2:
            raise ValueError("1 (a hold-out) or at least 3 (train, validation and test) are needed")
        return folds


def _folds(parameters: GroupedParameters) -> int:
    return parameters.folds


@protocol("sequence", citation=_CITATION, parameters=GroupedParameters, folds=_folds)
def sequence(samples: Samples, split_seed: int, fold: int, parameters: GroupedParameters) -> Split:
    """No recording in two parts; a person may be in several.

    See `subject` for the parts and the errors.
    """
    return _grouped(samples, samples.sequences, "sequence", split_seed, fold, parameters.folds)


@protocol("subject", citation=_CITATION, parameters=GroupedParameters, folds=_folds)
def subject(samples: Samples, split_seed: int, fold: int, parameters: GroupedParameters) -> Split:
    """No person in two parts: how a model does on faces that it has never seen.

    With ``folds=1`` about 25 % of the images are test and about 15 % validation. With n folds each
    image is in the test part of just one fold, and validation is about one more fold. Validation is
    what is monitored. All parts are stratified over the classes as well as whole groups permit; the
    outcome depends on the seed, the fold and the image names with their labels and groups, not on
    the order of the images.

    Raises
    ------
    RequestError
        The dataset does not tell who is on an image, has fewer people than folds, or leaves a class
        with nothing to train on; the fold is out of range.
    """
    return _grouped(samples, samples.subjects, "subject", split_seed, fold, parameters.folds)


def _grouped(
    samples: Samples,
    groups: tuple[str, ...] | None,
    kind: str,
    split_seed: int,
    fold: int,
    folds: int,
) -> Split:
    if groups is None:
        raise RequestError(f"protocol '{kind}' cannot be used: this dataset knows no {kind}s")
    if not 0 <= fold < folds:
        raise RequestError(f"protocol '{kind}' has the folds 0 to {folds - 1}, not {fold}")

    # Ordered by name, so that no release of the splitter can make the images' order matter.
    ordered = np.argsort(np.array(samples.names), kind="stable")
    labels, members = samples.labels[ordered], np.array(groups)[ordered]
    draw = f"{kind}:{split_seed}:{folds}"
    if folds == 1:
        test = _parts(labels, members, _HOLD_OUT_TEST, f"{draw}:test", kind)
        tested = test == _pick(f"{draw}:test", _HOLD_OUT_TEST)
        rest_parts = _HOLD_OUT_VALIDATION
    else:
        tested = _parts(labels, members, folds, f"{draw}:test", kind) == fold
        rest_parts = folds - 1

    rest = np.flatnonzero(~tested)
    draw = f"{draw}:validation:{fold}"
    drawn = _parts(labels[rest], members[rest], rest_parts, draw, kind)
    validated = drawn == _pick(draw, rest_parts)
    train = np.sort(ordered[rest[~validated]])
    for label, name in enumerate(samples.classes):
        if label not in samples.labels[train]:
            raise RequestError(f"protocol '{kind}' leaves no image of '{name}' to train on")
    return Split(
        samples.names,
        train=train,
        test=np.sort(ordered[tested]),
        validation=np.sort(ordered[rest[validated]]),
    )


def _parts(
    labels: Indices, members: NDArray[np.str_], parts: int, draw: str, kind: str
) -> NDArray[np.int64]:
    """Number of the part, 0 to ``parts`` - 1, that each image falls in."""
    # Here, for it takes longer to import than many a command takes that splits nothing.
    from sklearn.model_selection import StratifiedGroupKFold

    count = len(np.unique(members))
    if count < parts:
        raise RequestError(
            f"protocol '{kind}' has only {count} {kind}s to make {parts} parts of; it needs more"
        )
    part = np.empty(len(labels), dtype=np.int64)
    splitter = StratifiedGroupKFold(parts, shuffle=True, random_state=_number(draw))
    try:
        for number, (_, chosen) in enumerate(splitter.split(labels, labels, members)):
            part[chosen] = number
    except ValueError as error:
        raise RequestError(f"protocol '{kind}' cannot split these images: {error}") from None
    return part


def _pick(draw: str, parts: int) -> int:
    """Which of equal parts to take.

    Never always the first: scikit-learn deals the groups out by the spread of their class counts,
    so that the most uneven group would be in the same part whatever the seed.
    """
    return _number(f"{draw}:pick") % parts


def _number(draw: str) -> int:
    return int.from_bytes(hashlib.sha256(draw.encode()).digest()[:4], "big")
