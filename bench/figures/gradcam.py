"""Where a model looks for its answer: Grad-CAM of images × models (Kim & Jo, Fig. 9).

Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
Localization", ICCV 2017, as the package grad-cam computes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.figures.style import MAP, PAGE, add_note, new_figure, show_image, styled
from registry.errors import RequestError

Floats = NDArray[np.float64]
#: The map over the image: what is not important stays clear to be seen.
OPACITY = 0.55
POOLS = (nn.AdaptiveAvgPool2d, nn.AvgPool2d, nn.AdaptiveMaxPool2d, nn.MaxPool2d, nn.Flatten)


@dataclass(frozen=True, eq=False)
class Seen:
    """One model's look at one image.

    Attributes
    ----------
    heat : float64 array, (H, W)
        Importance of each place for the class, from 0 to 1 in each image.
    predicted : int
        The model's answer.
    probability : float
        Of the class that is asked about.
    """

    heat: Floats
    predicted: int
    probability: float


def last_map(model: nn.Module, image: Tensor) -> str:
    """The sub-module whose map (N, C, H, W) is the last before the classifier pools it.

    Raises
    ------
    RequestError
        There is none with more than one place.
    """
    found: list[tuple[str, tuple[int, ...]]] = []

    def note(name: str, output: Any) -> None:
        if isinstance(output, Tensor) and output.ndim == 4:
            found.append((name, tuple(output.shape)))

    hooks = [
        module.register_forward_hook(lambda _m, _i, output, name=name: note(name, output))
        for name, module in model.named_modules()
        if name and not isinstance(module, POOLS)
    ]
    try:
        with torch.inference_mode():
            model.eval()(image)
    finally:
        for hook in hooks:
            hook.remove()
    name, shape = found[-1] if found else ("", (0, 0, 0, 0))
    if shape[2] * shape[3] < 2:
        places = f"its last map, '{name}', has one place" if name else "it has no map"
        raise RequestError(
            f"figure 'gradcam': {places} for images of {image.shape[-1]} pixels; name an earlier "
            "one with --set layer=PATH"
        )
    return name


def look(model: nn.Module, images: Tensor, classes: Sequence[int], layer: str) -> list[Seen]:
    """Grad-CAM of each image (N, C, H, W) for a class of its own.

    Raises
    ------
    RequestError
        The model has no such layer.
    """
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    try:
        target = model.get_submodule(layer)
    except AttributeError:
        raise RequestError(f"figure 'gradcam': the model has no layer '{layer}'") from None
    model.eval()
    with GradCAM(model=model, target_layers=[target]) as cam:
        heats = cam(
            input_tensor=images, targets=[ClassifierOutputTarget(label) for label in classes]
        )
    with torch.inference_mode():
        probabilities = model(images).double().softmax(dim=1)
    return [
        Seen(heat.astype(np.float64), int(row.argmax()), float(row[label]))
        for heat, row, label in zip(heats, probabilities, classes, strict=True)
    ]


def draw_gradcam(
    images: Sequence[Floats],
    truths: Sequence[str],
    models: Sequence[str],
    seen: Sequence[Sequence[Seen]],
    classes: Sequence[str],
    note: str = "",
) -> Figure:
    """Columns are images, rows are models under a row of the bare images.

    Of one image all stand side by side: the models are columns.

    Parameters
    ----------
    images : sequence of float64 array, (H, W)
        Grey levels.
    truths : sequence of str
        What stands above each image.
    models : sequence of str
        What stands beside each row, or above each column.
    seen : sequence of sequence of Seen
        Of each model, of each image.
    classes : sequence of str
        Names, for the models' answers.
    """
    with styled():
        rows, columns = len(models) + 1, len(images)
        beside = columns == 1
        if beside:
            rows, columns = columns, rows
        width = min(PAGE, (1.6 if beside else 1.1) * columns + 0.5)
        side = (width - 0.5) / columns
        figure = new_figure(width, (side + (0.9 if beside else 0.3)) * rows + 0.45)
        grid = figure.subplots(rows, columns, squeeze=False)
        grid = grid.T if beside else grid
        for axes, image, truth in zip(grid[0], images, truths, strict=True):
            show_image(axes, image, truth, cmap="gray")
        for row, model, looks in zip(grid[1:], models, seen, strict=True):
            if beside:
                row[0].set_title(model)
            else:
                row[0].set_ylabel(model)
            for axes, image, own in zip(row, images, looks, strict=True):
                show_image(axes, image, cmap="gray")
                axes.imshow(
                    own.heat,
                    cmap=MAP,
                    alpha=OPACITY,
                    vmin=0,
                    vmax=1,
                    interpolation="bilinear",
                    extent=(-0.5, image.shape[1] - 0.5, image.shape[0] - 0.5, -0.5),
                )
                axes.set_xlabel(f"{classes[own.predicted]}\n{own.probability:.2f}", fontsize=7)
        legend = (
            "below each: the model's answer, and the probability of the class that is looked for; "
            "bright: speaks for that class; all dark: nothing does"
        )
        add_note(figure, f"{note}\n{legend}" if note else legend)
    return figure
