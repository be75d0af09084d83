"""The split of the FER2013 contest: one test part to look at, another to be judged by."""

import numpy as np

from registry.catalog import protocol
from registry.component import NoParameters
from registry.errors import RequestError
from registry.samples import Samples
from registry.split import Split

PARTS = ("train", "public", "private")


@protocol(
    "official",
    citation=(
        "Goodfellow et al.: Challenges in Representation Learning: A report on three machine "
        "learning contests. ICONIP 2013, §3"
    ),
)
def official(samples: Samples, split_seed: int, fold: int, parameters: NoParameters) -> Split:
    """Train, public and private part as the contest had them: public validates, private tests.

    Nothing is drawn: the split is the same whatever the seed.

    Raises
    ------
    RequestError
        A fold other than 0, or a dataset without just these three parts.
    """
    if fold != 0:
        raise RequestError(f"protocol 'official' is a single hold-out: fold must be 0, not {fold}")
    if samples.parts is None:
        raise RequestError("protocol 'official' cannot be used: this dataset knows no parts")
    found = sorted(set(samples.parts))
    if found != sorted(PARTS):
        raise RequestError(
            f"protocol 'official' needs the parts {', '.join(PARTS)}; this dataset has "
            f"{', '.join(found)}"
        )
    parts = np.array(samples.parts)
    train, validation, test = (np.flatnonzero(parts == part) for part in PARTS)
    for index, name in enumerate(samples.classes):
        if index not in samples.labels[train]:
            raise RequestError(f"protocol 'official' leaves no image of '{name}' to train on")
    return Split(samples.names, train=train, test=test, validation=validation)
