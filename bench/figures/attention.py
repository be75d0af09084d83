"""What spectral attention does to one image, at each of its positions (Kim & Jo, Fig. 5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.figures.style import (
    COLOURS,
    DASHES,
    MAP,
    PAGE,
    SMALL,
    add_note,
    formulas,
    log_scale,
    new_figure,
    show_image,
    styled,
)
from registry.attention.spectral import HIGH, LOW, WHOLE, SpectralAttention
from registry.spectrum import filtered

Floats = NDArray[np.float64]
SYMBOLS = {WHOLE: r"$\tilde{x}$", HIGH: "$h$", LOW: r"$\tilde{x} - h$"}


@dataclass(frozen=True, eq=False)
class Stage:
    """One module at work on one image.

    Attributes
    ----------
    name : str
        Where it sits.
    pairs : tuple of (str, str)
        Query and key of each correlation matrix.
    parts : mapping of str to float64 array, (n, n)
        The squeezed map (Eq. 1), its high- and low-pass part (Eq. 2 and 3).
    spectra : mapping of str to float64 array, (n,)
        Their singular values (Eq. 6 and 7).
    correlation : float64 array, (pairs, n, n)
        Eq. 8, as the module has it.
    score : float64 array, (n, n)
        Eq. 9.
    entering, refined : float64 array, (n, n)
        Mean over the channels of the map before and after (Eq. 10).
    """

    name: str
    pairs: tuple[tuple[str, str], ...]
    parts: Mapping[str, Floats]
    spectra: Mapping[str, Floats]
    correlation: Floats
    score: Floats
    entering: Floats
    refined: Floats


def observe(model: nn.Module, image: Tensor) -> tuple[Stage, ...]:
    """Every spectral attention module of a model, while one image (1, C, H, W) goes through.

    Empty where the model has none.
    """
    stages: list[Stage] = []
    hooks = [
        module.register_forward_hook(
            lambda module, inputs, output, name=name: stages.append(
                _stage(name, module, inputs[0], output)
            )
        )
        for name, module in model.named_modules()
        if isinstance(module, SpectralAttention)
    ]
    try:
        with torch.inference_mode():
            model.eval()(image)
    finally:
        for hook in hooks:
            hook.remove()
    return tuple(stages)


def _stage(name: str, module: SpectralAttention, x: Tensor, refined: Tensor) -> Stage:
    squeezed = module.squeeze(x).squeeze(1).float()
    high = filtered(squeezed, module.filter)
    parts = {WHOLE: squeezed, HIGH: high, LOW: squeezed - high}
    used = [part for part in parts if any(part in pair for pair in module.pairs)]
    spectra = module.spectra(squeezed)
    correlation = module.correlate(squeezed)
    score = torch.sigmoid(module.mix(correlation.to(module.mix.weight.dtype)))
    return Stage(
        name=name.removesuffix(".attention"),
        pairs=module.pairs,
        parts={part: _array(parts[part][0]) for part in used},
        spectra={part: _array(spectra[part][0]) for part in used},
        correlation=_array(correlation[0]),
        score=_array(score[0, 0]),
        entering=_array(x[0].mean(dim=0)),
        refined=_array(refined[0].mean(dim=0)),
    )


def _array(values: Tensor) -> Floats:
    array: Floats = values.double().cpu().numpy()
    return array


def draw_attention(stages: Sequence[Stage], note: str = "") -> Figure:
    """One row a position: the squeezed map, its parts and their spectra, to the refined map.

    All stages are of the same kind of module.
    """
    with styled(), formulas():
        columns = len(stages[0].parts) + len(stages[0].pairs) + 4
        figure = new_figure(PAGE, (PAGE / (columns + 1) + 0.2) * len(stages) + 0.5)
        widths = [1.0] * columns
        widths[len(stages[0].parts)] = 1.5
        grid = figure.subplots(len(stages), columns, squeeze=False, width_ratios=widths)
        for row, stage in zip(grid, stages, strict=True):
            _draw_stage(list(row), stage)
        for axes, title in zip(grid[0], _titles(stages[0]), strict=True):
            axes.set_title(title)
        if note:
            add_note(figure, note)
    return figure


def _titles(stage: Stage) -> list[str]:
    pairs = [
        rf"$\sigma$({SYMBOLS[query]})$\,\sigma$({SYMBOLS[key]})$^T$" for query, key in stage.pairs
    ]
    parts = [SYMBOLS[part] for part in stage.parts]
    return [*parts, r"$\sigma$", *pairs, "$a$", "$x$", r"$a \odot x$"]


def _draw_stage(row: list[Axes], stage: Stage) -> None:
    axes = iter(row)
    size = len(stage.score)
    for part in stage.parts:
        show_image(next(axes), stage.parts[part], cmap="gray")
    row[0].set_ylabel(f"{stage.name}\n{size} × {size}")
    _draw_spectra(next(axes), stage)
    for matrix in stage.correlation:
        # the products fall over many decades
        shown = np.log10(np.maximum(matrix, matrix.max() * 1e-8 + 1e-300))
        show_image(next(axes), shown, cmap=MAP)
    score = next(axes)
    show_image(score, stage.score, cmap=MAP)
    score.set_xlabel(f"{stage.score.min():.2f} to {stage.score.max():.2f}", fontsize=SMALL)
    both = np.stack([stage.entering, stage.refined])
    limits = {"vmin": min(0.0, both.min()), "vmax": both.max()}
    show_image(next(axes), stage.entering, cmap="gray", **limits)
    show_image(next(axes), stage.refined, cmap="gray", **limits)


def _draw_spectra(axes: Axes, stage: Stage) -> None:
    log_scale(axes)
    for number, (part, values) in enumerate(stage.spectra.items()):
        floor = values[0] * 1e-7  # single precision tells nothing below
        axes.plot(
            np.arange(1, len(values) + 1),
            np.maximum(values, floor),
            color=COLOURS[number],
            linestyle=DASHES[number],
            label=SYMBOLS[part],
        )
    axes.set_box_aspect(0.7)
    axes.tick_params(pad=1)
    axes.minorticks_off()
    axes.legend(loc="upper right", handlelength=1.4, borderaxespad=0.1, labelspacing=0.1)
