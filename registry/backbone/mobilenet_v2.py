"""MobileNetV2, with the seven places between its blocks."""

from torch import nn

from registry.catalog import backbone
from registry.imagenet import ImageNetParameters, fit_stem, load_published
from registry.site import Position

#: Kim & Jo §4.2: after the stem and the last inverted residual of each width; none after 320
POSITIONS = (
    Position("features.0", 32),
    Position("features.1", 16),
    Position("features.3", 24),
    Position("features.6", 32),
    Position("features.10", 64),
    Position("features.13", 96),
    Position("features.16", 160),
)


@backbone(
    "mobilenet_v2",
    citation="Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, CVPR 2018",
    parameters=ImageNetParameters,
)
def build(
    channels: int, classes: int, parameters: ImageNetParameters
) -> tuple[nn.Module, tuple[Position, ...]]:
    """MobileNetV2 of torchvision: 2,232,263 parameters with one channel and seven classes."""
    from torchvision.models import MobileNet_V2_Weights, mobilenet_v2

    model = mobilenet_v2(num_classes=classes)
    fit_stem(model, "features.0.0", channels)
    if parameters.pretrained:
        weights = MobileNet_V2_Weights.IMAGENET1K_V1
        load_published(
            model, weights, channels=channels, stem="features.0.0", classifier="classifier.1"
        )
    return model, POSITIONS
