"""No attention: the plain backbone, which every comparison starts from."""

from torch import nn

from registry.catalog import attention
from registry.component import NoParameters
from registry.site import Site


@attention(
    "none",
    citation="He et al., Deep Residual Learning for Image Recognition, CVPR 2016, "
    "and Sandler et al., MobileNetV2, CVPR 2018: the backbones as they are",
    count=lambda _site, _parameters: 0,
    aliases=("vanilla",),
)
def build(_site: Site, _parameters: NoParameters) -> nn.Identity:
    """The plain backbone, with nothing inserted."""
    return nn.Identity()
