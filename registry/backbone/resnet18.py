"""ResNet-18, with the four places between its blocks."""

from torch import nn

from registry.catalog import backbone
from registry.imagenet import ImageNetParameters, fit_stem, load_published
from registry.site import Position

#: Kim & Jo §4.2: "between each big convolution block"; `relu` ends the stem, before the max-pool
POSITIONS = (
    Position("relu", 64),
    Position("layer1", 64),
    Position("layer2", 128),
    Position("layer3", 256),
)


@backbone(
    "resnet18",
    citation="He et al., Deep Residual Learning for Image Recognition, CVPR 2016",
    parameters=ImageNetParameters,
)
def build(
    channels: int, classes: int, parameters: ImageNetParameters
) -> tuple[nn.Module, tuple[Position, ...]]:
    """ResNet-18 of torchvision: 11,173,831 parameters with one channel and seven classes."""
    from torchvision.models import ResNet18_Weights, resnet18

    model = resnet18(num_classes=classes)
    fit_stem(model, "conv1", channels)
    if parameters.pretrained:
        weights = ResNet18_Weights.IMAGENET1K_V1
        load_published(model, weights, channels=channels, stem="conv1", classifier="fc")
    return model, POSITIONS
