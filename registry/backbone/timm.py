"""Any model of timm whose stages give maps (N, C, H, W), as ``timm:NAME``."""

import difflib
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator
from torch import nn

from registry.catalog import BACKBONES, Backbone
from registry.component import Family, Parameters
from registry.errors import RequestError
from registry.site import Position

PREFIX = "timm:"
CITATION = "Wightman, PyTorch Image Models, 2019 (github.com/huggingface/pytorch-image-models)"


class TimmParameters(Parameters):
    """Where the weights start.

    Attributes
    ----------
    pretrained : bool
        Start from published weights, with a new classifier; timm fits the first convolution to
        the channels.
    tag : str
        Which published weights (``a1_in1k``). Where none is given, timm's present choice is
        written out, so that the identity tells it; without pre-training it is empty.
    """

    architecture: ClassVar[str] = ""
    pretrained: bool = False
    tag: Annotated[str, Field(validate_default=True)] = ""

    @field_validator("tag")
    @classmethod
    def _written_out(cls, tag: str, info: ValidationInfo) -> str:
        if not info.data.get("pretrained"):
            return ""
        import timm

        published = timm.list_pretrained(f"{cls.architecture}.*")
        tags = [name.partition(".")[2] for name in published]
        chosen = tag or timm.get_pretrained_cfg_value(cls.architecture, "tag") or ""
        if chosen not in tags:
            raise ValueError(f"timm has no such weights; there are: {', '.join(tags) or 'none'}")
        return chosen

    @property
    def weights(self) -> str:
        """The name that timm knows the model by, with the weights in it."""
        return f"{self.architecture}.{self.tag}" if self.tag else self.architecture


def _make(name: str) -> Backbone:
    """The component ``timm:NAME``.

    Raises
    ------
    RequestError
        timm has no such model; the message offers the nearest names.
    """
    architecture, _, tag = name.removeprefix(PREFIX).partition(".")
    import timm

    known = timm.list_models()
    if architecture not in known:
        close = difflib.get_close_matches(architecture, known, n=3)
        hint = f"; did you mean {' or '.join(close)}?" if close else "; see timm.list_models()"
        raise RequestError(f"there is no backbone '{name}': timm has no such model{hint}")
    if tag:
        raise RequestError(
            f"backbone '{name}': write '{PREFIX}{architecture}' and give the weights as its "
            f"parameters, pretrained = true and tag = '{tag}'"
        )
    return Backbone(
        kind="backbone",
        name=f"{PREFIX}{architecture}",
        build=_build,
        summary=f"{architecture} of timm, with places after each of its stages but the last",
        citation=CITATION,
        parameters=type("TimmParameters", (TimmParameters,), {"architecture": architecture}),
    )


def _build(
    channels: int, classes: int, parameters: TimmParameters
) -> tuple[nn.Module, tuple[Position, ...]]:
    import timm

    name = parameters.weights
    try:
        model: nn.Module = timm.create_model(
            name, pretrained=parameters.pretrained, in_chans=channels, num_classes=classes
        )
    except Exception as error:  # a download fails in many ways
        raise RequestError(f"timm cannot make '{name}': {error}") from error
    return model, _positions(name, model)


def _positions(name: str, model: nn.Module) -> tuple[Position, ...]:
    """After each feature stage but the last, as Kim & Jo §4.2 have it between the blocks."""
    if getattr(model, "output_fmt", "NCHW") != "NCHW":
        raise RequestError(
            f"backbone '{PREFIX}{name}' cannot be used: its maps are {model.output_fmt}, and "
            "attention here is for NCHW"
        )
    stages: list[dict[str, Any]] = list(getattr(model, "feature_info", None) or ())
    if len(stages) < 2 or not all(stage.get("module") for stage in stages):
        raise RequestError(
            f"backbone '{PREFIX}{name}' cannot be used: timm does not tell where its stages end"
        )
    return tuple(Position(stage["module"], stage["num_chs"]) for stage in stages[:-1])


BACKBONES.add_family(
    Family(
        pattern="timm:NAME",
        mark=PREFIX,
        make=_make,
        summary="Any model of timm whose stages give maps (N, C, H, W); see timm.list_models()",
        citation=CITATION,
        examples=(
            "timm:resnet18",
            "timm:convnext_atto",
            "timm:efficientnet_b0",
            "timm:regnetx_002",
        ),
    )
)
