"""What figures may be told with ``--set``; each validates, and offers the nearest right name."""

from typing import Annotated, Literal

from pydantic import Field

from registry.component import Parameters
from registry.spectrum import Profile

Rule = Literal["best", "last"]


class FilterSettings(Parameters):
    """Of ``filter``: the high-pass filter, and which channels of a cell's feature map."""

    radius: Annotated[float, Field(gt=0, lt=1)] = 0.25
    profile: Profile = "ideal"
    order: Annotated[int, Field(ge=1, le=10)] = 2
    position: Annotated[int, Field(ge=0)] = 0
    channels: Annotated[tuple[int, ...], Field(min_length=1, max_length=6)] = (0, 1, 2, 3)


class SvdSettings(Parameters):
    """Of ``svd``: how many terms are drawn."""

    terms: Annotated[int, Field(ge=1, le=8)] = 6


class AttentionSettings(Parameters):
    """Of ``attention``: one position of the backbone, counted from 0; all without it."""

    position: Annotated[int, Field(ge=0)] | None = None


class GradCamSettings(Parameters):
    """Of ``gradcam``: the layer whose map is looked at; the last one without it."""

    layer: str = ""


class PartSettings(Parameters):
    """Of ``confusion``: which epoch."""

    rule: Rule = "best"


class CalibrationSettings(PartSettings):
    """Of ``calibration``: which epoch and part, and how many bins."""

    part: Literal["validation", "test"] = "test"
    bins: Annotated[int, Field(ge=2, le=50)] = 15


class CostFigureSettings(PartSettings):
    """Of ``cost``: which results, where the store holds several kinds."""

    dataset: str | None = None
    protocol: str | None = None


class RankingSettings(PartSettings):
    """Of ``ranking``: which epoch, and the attentions; without them all that ran everywhere."""

    models: tuple[str, ...] = ()
    protocol: str | None = None
    backbone: str | None = None


class DifficultySettings(Parameters):
    """Of ``difficulty``: the model, and the datasets it learns."""

    backbone: str = "resnet18"
    attention: str = "none"
    datasets: Annotated[tuple[str, ...], Field(min_length=1, max_length=4)] = (
        "cifar100",
        "fer2013",
    )
