"""Any model of timm whose stages give maps (N, C, H, W), as ``timm:NAME``."""

import difflib
from functools import partial
from typing import Annotated, Any, ClassVar

import timm
from pydantic import Field, ValidationInfo, create_model, field_validator
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
