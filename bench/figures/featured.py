"""The feature map that reaches one of a model's attention positions."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bench.figures.trained import Trained
from registry.catalog import BACKBONES
from registry.errors import RequestError

Floats = NDArray[np.float64]


def feature_maps(trained: Trained, image: Tensor, position: int) -> tuple[str, Floats]:
    """What leaves the block at a position, before any attention: its path, and (C, n, n).

    Raises
    ------
    RequestError
        The backbone has no such position, or the map there is not square.
    """
    chosen = trained.specification.backbone
    backbone = BACKBONES.get(chosen.name)
    with torch.random.fork_rng(devices=[]):
        _, positions = backbone.build(
            image.shape[1], len(trained.samples.classes), backbone.parse(chosen.parameters)
        )
    if position >= len(positions):
        raise RequestError(
            f"position = {position}: {chosen.name} has {len(positions)}, counted from 0"
        )
    path = positions[position].path
    maps = _leaving(trained.model, path, image)
    if maps.shape[-1] != maps.shape[-2]:
        raise RequestError(f"the map after '{path}' is not square: {tuple(maps.shape)}")
    array: Floats = maps[0].double().numpy()
    return path, array


def _leaving(model: nn.Module, path: str, image: Tensor) -> Tensor:
    block = model.get_submodule(path)
    # where attention was put in, it is the second half of what stands there
    block = getattr(block, "block", block) if hasattr(block, "attention") else block
    seen: list[Tensor] = []
    # cloned at once: an in-place activation after it would change it
    hook = block.register_forward_hook(lambda _m, _i, output: seen.append(output.clone()))
    try:
        with torch.inference_mode():
            model(image)
    finally:
        hook.remove()
    return seen[0]
