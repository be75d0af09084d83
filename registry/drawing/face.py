"""Where the features of a face are, once its muscles have pulled."""

from dataclasses import dataclass

import numpy as np

from registry.drawing.shapes import Array
from registry.drawing.subject import Subject

Actions = dict[int, Array]


@dataclass(frozen=True)
class Face:
    """The features in face coordinates.

    Attributes are float64 arrays, (2, N, 1, 1) where the two sides of the picture can differ,
    with x counted away from the middle of the face, and else (N, 1, 1).
    """

    brow_inner_x: Array
    brow_inner_y: Array
    brow_outer_y: Array
    brow_arch: Array
    upper_lid: Array
    lower_lid: Array
    cheek_y: Array
    cheek: Array
    alar_y: Array
    alar_x: Array
    corner_x: Array
    corner_y: Array
    mouth_y: Array
    gap_up: Array
    gap_down: Array
    upper_lip: Array
    lower_lip: Array
    teeth: Array
    chin: Array
    boss: Array


def pull(subject: Subject, actions: Actions) -> Face:
    """Move the subject's features as the action units say (FACS Investigator's Guide, 2002).

    Parameters
    ----------
    subject : Subject
        The face at rest.
    actions : dict of float64 arrays, (2, N, 1, 1)
        Strength of each action unit on the two sides.
    """
    s, a = subject, actions
    brow = s.eye_y - s.brow_height
    both = {unit: (strength[0] + strength[1]) / 2 for unit, strength in a.items()}
    jaw = 0.1 * both[26] + 0.17 * both[27]
    parted = both[25] * (0.03 + 0.025 * both[10] + 0.035 * both[12] + 0.015 * both[20])
    pressed = 0.45 * both[23] + 0.5 * both[24]
    stretched = 0.25 * both[20] + 0.25 * both[12] + 0.2 * both[27]
    thinning = np.maximum(1 - pressed - stretched, 0.2)
    return Face(
        brow_inner_x=s.brow_gap - 0.045 * a[4] - 0.01 * a[9],
        brow_inner_y=brow
        - s.brow_tilt
        - 0.1 * a[1]
        + 0.075 * a[4] * (1 - 0.6 * np.minimum(a[1], 1))
        + 0.05 * a[9],
        brow_outer_y=brow + s.brow_tilt + 0.02 - 0.1 * a[2] + 0.035 * a[4] + 0.02 * a[1] * a[4],
        brow_arch=s.brow_arch * (1 - 0.6 * np.minimum(a[4], 1)) + 0.02 * a[2],
        upper_lid=np.maximum(
            s.eye_open + 0.045 * a[5] - 0.018 * a[7] - 0.012 * a[6] - 0.015 * a[9], 0.02
        ),
        lower_lid=np.maximum(
            0.7 * s.eye_open + 0.008 * a[5] - 0.026 * a[7] - 0.026 * a[6] - 0.015 * a[9], 0.008
        ),
        cheek_y=0.17 - 0.07 * a[6] - 0.04 * a[12] - 0.03 * a[9],
        cheek=s.cheekbone + 0.05 * a[6] + 0.045 * a[12] + 0.02 * a[9] + 0.02 * a[10],
        alar_y=s.nose_tip - 0.035 * a[9] - 0.015 * a[10],
        alar_x=s.nose_width + 0.018 * a[9] + 0.012 * a[10] + 0.012 * a[12],
        corner_x=np.maximum(
            s.mouth_width
            + 0.075 * a[12]
            + 0.035 * a[14]
            + 0.085 * a[20]
            - 0.035 * a[23]
            - 0.05 * a[26]
            - 0.05 * a[27]
            + 0.01 * a[15],
            0.14,
        ),
        corner_y=s.mouth_y
        - s.mouth_curve
        - 0.12 * a[12]
        - 0.025 * a[14]
        + 0.08 * a[15]
        + 0.015 * a[20]
        - 0.02 * a[10]
        + 0.4 * jaw,
        mouth_y=s.mouth_y
        - 0.035 * both[17]
        - 0.03 * both[10]
        - 0.02 * both[9]
        - 0.01 * both[24]
        + 0.01 * both[12],
        gap_up=parted + 0.1 * jaw + 0.02 * both[10] * both[25],
        gap_down=parted + 0.04 * both[16] * both[25] + 1.1 * jaw,
        upper_lip=s.lip_fullness * thinning * (1 - 0.3 * both[12] - 0.2 * both[10]),
        lower_lip=1.2 * s.lip_fullness * thinning * (1 + 0.25 * both[17]),
        teeth=np.maximum(0.04 + 0.06 * both[12] + 0.03 * both[10] + 0.02 * both[20], 0.03)
        * np.maximum(1 - 0.6 * both[27] - 0.3 * both[26], 0.2),
        chin=s.chin + 0.75 * jaw - 0.02 * both[17],
        boss=both[17],
    )
