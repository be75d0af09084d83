"""Drawn faces, with the structure of CK+ and no licence."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from registry.catalog import dataset
from registry.component import Parameters
from registry.drawing.camera import SIZE, expose, photograph, pose
from registry.drawing.facs import PROTOTYPES, UNITS, apex
from registry.drawing.subject import bell, meet
from registry.samples import Samples

#: Intensity of a sequence's first frame, relative to its apex.
ONSET = 0.7
#: Movement of the head between the frames of a sequence, relative to that between sequences.
JITTER = 0.12

CLASSES = tuple(sorted(PROTOTYPES))


class FacesParameters(Parameters):
    """How many pictures of how many people."""

    subjects: int = Field(30, ge=2, le=500)
    frames: int = Field(3, ge=1, le=10)
    seed: int = Field(0, ge=0, lt=2**32)


@dataset(
    "faces",
    citation=(
        "drawn for ferbench from the action units of Lucey et al., The Extended Cohn-Kanade "
        "Dataset (CK+), CVPR Workshops 2010, and Ekman, Friesen & Hager, FACS, 2002"
    ),
    parameters=FacesParameters,
    needs_root=False,
)
def faces(root: Path | None, parameters: FacesParameters) -> Samples:
    """Drawn 48×48 faces with FACS action units, wrinkles and consecutive frames, as in CK+.

    Every subject shows each of the seven expressions of CK+ once, as `frames` near-duplicate
    pictures that grow towards the apex; a random split therefore leaks. Subject k is the same,
    byte for byte, whatever the number of subjects.
    """
    # glibc gives each big freed array back to the system, and faulting its pages in again takes a
    # third of the time, until it has seen a bigger one freed; this one is never touched
    np.empty(1 << 21)
    count = range(parameters.subjects)
    keys = [
        (f"s{subject:03d}", label, frame)
        for subject in count
        for label in range(len(CLASSES))
        for frame in range(parameters.frames)
    ]
    return Samples(
        images=np.concatenate([_album(parameters, subject) for subject in count])[:, None],
        labels=np.array([label for _, label, _ in keys], dtype=np.int64),
        classes=CLASSES,
        names=tuple(f"{subject}/{CLASSES[label]}/{frame}" for subject, label, frame in keys),
        subjects=tuple(subject for subject, _, _ in keys),
        sequences=tuple(f"{subject}/{CLASSES[label]}" for subject, label, _ in keys),
        layout=f"{parameters.subjects} drawn subjects, {parameters.frames} frames a sequence",
    )


def _rng(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))


def _album(parameters: FacesParameters, number: int) -> NDArray[np.uint8]:
    person = _rng(parameters.seed, number, 0)
    subject = meet(person)
    complexion = bell(person, SIZE, SIZE)
    frames = parameters.frames
    growth = 1 - (1 - ONSET) * np.arange(frames)[::-1] / max(frames - 1, 1)
    takes = [_rng(parameters.seed, number, 1 + label) for label in range(len(CLASSES))]
    strengths = [apex(name, rng) for name, rng in zip(CLASSES, takes, strict=True)]
    actions = {
        unit: np.stack([np.outer(growth, strength[unit]) for strength in strengths])
        .reshape(-1, 2, 1, 1)
        .swapaxes(0, 1)
        * subject.expressiveness
        for unit in UNITS
    }
    held = np.concatenate([bell(rng, 1, 6) + JITTER * bell(rng, frames, 6) for rng in takes])
    pictures = photograph(subject, complexion, actions, pose(held))
    return np.concatenate(
        [
            expose(shots, subject.grain, rng)
            for shots, rng in zip(np.split(pictures, len(takes)), takes, strict=True)
        ]
    )
