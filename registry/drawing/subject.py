"""Who is drawn: the traits that stay the same from one expression to the next."""

from dataclasses import dataclass, field, fields

import numpy as np

from registry.drawing.shapes import Array


def trait(mean: float, spread: float) -> float:
    """A dataclass field with the distribution that people are drawn from, bell-shaped."""
    return field(metadata={"mean": mean, "spread": spread})  # type: ignore[no-any-return]  # as dataclasses.field itself is typed: by what it declares


@dataclass(frozen=True)
class Subject:
    """A face at rest, in face coordinates (half a picture is 1), and how it is lit and filmed."""

    head_width: float = trait(0.76, 0.035)
    head_top: float = trait(-1.12, 0.06)
    chin: float = trait(0.96, 0.035)
    jaw: float = trait(0.5, 0.17)
    cheekbone: float = trait(0.07, 0.02)

    eye_x: float = trait(0.34, 0.018)
    eye_y: float = trait(-0.2, 0.02)
    eye_width: float = trait(0.165, 0.012)
    eye_open: float = trait(0.078, 0.014)
    eye_tilt: float = trait(0.01, 0.014)
    iris: float = trait(0.2, 0.08)
    lid_crease: float = trait(0.5, 0.25)

    brow_height: float = trait(0.215, 0.034)
    brow_tilt: float = trait(0.0, 0.03)
    brow_arch: float = trait(0.045, 0.018)
    brow_gap: float = trait(0.14, 0.025)
    brow_thickness: float = trait(0.045, 0.011)
    brow_tone: float = trait(0.5, 0.17)

    nose_tip: float = trait(0.2, 0.03)
    nose_width: float = trait(0.145, 0.018)
    nose_height: float = trait(0.155, 0.025)

    mouth_y: float = trait(0.5, 0.025)
    mouth_width: float = trait(0.285, 0.025)
    mouth_curve: float = trait(0.0, 0.03)
    lip_fullness: float = trait(0.07, 0.014)
    lip_tone: float = trait(0.7, 0.08)

    skin: float = trait(0.68, 0.11)
    mottle: float = trait(0.018, 0.007)
    hair: float = trait(0.2, 0.14)
    hairline: float = trait(-0.74, 0.07)
    temples: float = trait(0.5, 0.2)
    hair_length: float = trait(-0.2, 0.6)
    beard: float = trait(-0.35, 0.35)

    expressiveness: float = trait(0.88, 0.1)
    fineness: float = trait(1.0, 0.2)
    age: float = trait(0.15, 0.14)

    light_x: float = trait(0.0, 0.4)
    light_y: float = trait(-0.45, 0.2)
    ambient: float = trait(0.42, 0.08)
    backdrop: float = trait(0.45, 0.18)
    grain: float = trait(0.011, 0.003)


def bell(rng: np.random.Generator, *shape: int) -> Array:
    """Draws with mean 0 and variance 1, near a normal but never beyond ±3."""
    return 2 * (rng.random(shape) + rng.random(shape) + rng.random(shape)) - 3


def meet(rng: np.random.Generator) -> Subject:
    """A new subject."""
    draws = bell(rng, len(fields(Subject)))
    return Subject(
        *(
            float(trait.metadata["mean"] + trait.metadata["spread"] * draw)
            for trait, draw in zip(fields(Subject), draws, strict=True)
        )
    )
