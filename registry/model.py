"""A model is a backbone with an attention module after each of its positions."""

from collections import OrderedDict
from functools import partial

import torch
from torch import Tensor, nn

from registry.catalog import Attention, Backbone
from registry.component import Parameters
from registry.errors import RequestError
from registry.site import Position, Site


def build_model(
    backbone: Backbone,
    backbone_parameters: Parameters,
    attention: Attention,
    attention_parameters: Parameters,
    *,
    channels: int,
    classes: int,
    size: int,
) -> nn.Module:
    """A model that maps (N, channels, size, size) to logits (N, classes), on the CPU.

    All of the backbone's weights are drawn before the first of the attention's: with the same
    seed they are the same, whatever the attention.

    Raises
    ------
    RequestError
        The backbone's positions are not what it states, or the attention does not fit there.
    """
    model, positions = backbone.build(channels, classes, backbone_parameters)
    sites = find_sites(model, positions, channels=channels, size=size)
    for position, site in zip(positions, sites, strict=True):
        module = attention.build(site, attention_parameters)
        if not isinstance(module, nn.Identity):
            _insert_after(model, position.path, module)
    return model


def find_sites(
    model: nn.Module, positions: tuple[Position, ...], *, channels: int, size: int
) -> tuple[Site, ...]:
    """What leaves each position, seen on one blank image of the size that the model is for.

    Neither the model nor any random stream is changed by it.

    Raises
    ------
    RequestError
        The model does not take such images, or a position does not exist, is passed other than
        once, or has other channels than stated.
    """
    seen: dict[str, list[tuple[int, ...]]] = {position.path: [] for position in positions}
    hooks = [
        _submodule(model, path).register_forward_hook(partial(_note, seen[path])) for path in seen
    ]
    training = model.training
    try:
        with torch.no_grad():
            model.eval()(torch.zeros(1, channels, size, size))
    except (RuntimeError, ValueError, AssertionError) as error:
        raise RequestError(
            f"the backbone does not take images of {size} × {size} with {channels} channel(s): "
            f"{error}"
        ) from error
    finally:
        model.train(training)
        for hook in hooks:
            hook.remove()
    return tuple(
        Site(*_map_shape(position, seen[position.path]), index=index, count=len(positions))
        for index, position in enumerate(positions)
    )


def parameter_count(model: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


def attention_parameter_count(
    attention: Attention, parameters: Parameters, sites: tuple[Site, ...]
) -> int:
    """Number of trainable parameters that the attention adds at these sites, by its closed form."""
    return sum(attention.count(site, parameters) for site in sites)


def _insert_after(model: nn.Module, path: str, module: nn.Module) -> None:
    block = model.get_submodule(path)
    both = nn.Sequential(OrderedDict(block=block, attention=module))
    model.set_submodule(path, both, strict=True)


def _submodule(model: nn.Module, path: str) -> nn.Module:
    try:
        return model.get_submodule(path)
    except AttributeError:
        raise RequestError(
            f"the backbone has no sub-module '{path}' to put attention after"
        ) from None


def _note(
    shapes: list[tuple[int, ...]], _module: nn.Module, _inputs: object, output: object
) -> None:
    shapes.append(tuple(output.shape) if isinstance(output, Tensor) else ())


def _map_shape(position: Position, shapes: list[tuple[int, ...]]) -> tuple[int, int, int]:
    if len(shapes) != 1:
        raise RequestError(
            f"position '{position.path}' is passed {len(shapes)} times by an image, not once"
        )
    if not shapes[0]:
        raise RequestError(f"position '{position.path}' gives no single map")
    if len(shapes[0]) != 4 or shapes[0][1] != position.channels:
        raise RequestError(
            f"position '{position.path}' states {position.channels} channels, "
            f"but what leaves it is of shape {shapes[0]}"
        )
    _, channels, height, width = shapes[0]
    return channels, height, width
