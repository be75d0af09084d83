"""Global context attention, by timm."""

from typing import Literal

from torch import nn

from registry.bottleneck import BottleneckParameters
from registry.catalog import attention
from registry.site import Site


class GlobalContextParameters(BottleneckParameters):
    """The bottleneck, and how the context meets the map.

    Attributes
    ----------
    fusion : str
        ``"add"`` as in the GC block of the paper (Fig. 4d), ``"scale"`` as its ablation has it.
    """

    fusion: Literal["add", "scale"] = "add"


def _count(site: Site, parameters: GlobalContextParameters) -> int:
    full, narrow = site.channels, parameters.width(site)
    norm, biases = 2 * narrow, narrow + full
    return full + 2 * full * narrow + norm + biases


@attention(
    "gc",
    citation=(
        "Cao, Xu, Lin, Wei & Hu, GCNet: Non-Local Networks Meet Squeeze-Excitation Networks and "
        "Beyond, ICCV Workshops 2019, Eq. 5; timm's GlobalContext"
    ),
    parameters=GlobalContextParameters,
    count=_count,
)
def build(site: Site, parameters: GlobalContextParameters) -> nn.Module:
    """One attention map for all positions, whose context passes a bottleneck with layer norm.

    The last layer starts at zero where the context is added, as published, so that training
    starts from the plain backbone.
    """
    from timm.layers.global_context import GlobalContext

    module: nn.Module = GlobalContext(
        site.channels,
        rd_channels=parameters.width(site),
        fuse_add=parameters.fusion == "add",
        fuse_scale=parameters.fusion == "scale",
    )
    # Eq. 5 has none: a constant before a softmax says nothing, and would never be trained
    module.get_submodule("conv_attn").register_parameter("bias", None)
    return module
