"""The four registries, and the decorator with which a component enters each."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from registry.component import Component, NoParameters, Parameters, Registry
from registry.errors import RequestError
from registry.expected import Expected
from registry.samples import Samples
from registry.site import Position, Site
from registry.split import Split

if TYPE_CHECKING:  # (who reads results need not wait for it)
    from torch import nn


@dataclass(frozen=True)
class Attention(Component):
    """``build(site, parameters) -> nn.Module`` that maps (N, C, H, W) to the same shape.

    ``count(site, parameters) -> int`` is the closed form of its number of trainable parameters.
    """

    build: Callable[[Site, Any], nn.Module]
    count: Callable[[Site, Any], int] = field(kw_only=True)


@dataclass(frozen=True)
class Backbone(Component):
    """``build(channels, classes, parameters)`` gives the model and the places that it offers."""

    build: Callable[[int, int, Any], tuple[nn.Module, tuple[Position, ...]]]


@dataclass(frozen=True)
class Dataset(Component):
    """``build(root, parameters) -> Samples``; ``root`` is None where ``needs_root`` is False.

    ``expected`` is what a complete copy holds, where that is known.
    """

    build: Callable[[Path | None, Any], Samples]
    needs_root: bool = True
    expected: Expected | None = None


@dataclass(frozen=True)
class Protocol(Component):
    """``build(samples, split_seed, fold, parameters) -> Split``.

    ``folds(parameters) -> int`` is how many folds there are; 1 for a single hold-out.
    ``monitored`` names the part that drives the schedule and picks the epoch.
    """

    build: Callable[[Samples, int, int, Any], Split]
    monitored: str = "validation"
    folds: Callable[[Any], int] = field(default=lambda _: 1)


ATTENTIONS: Registry[Attention] = Registry("attention", "registry.attention")
BACKBONES: Registry[Backbone] = Registry("backbone", "registry.backbone")
DATASETS: Registry[Dataset] = Registry("dataset", "registry.dataset")
PROTOCOLS: Registry[Protocol] = Registry("protocol", "registry.protocol")

B = TypeVar("B", bound=Callable[..., Any])
C = TypeVar("C", bound=Component)


def _entering(
    registry: Registry[C],
    name: str,
    citation: str,
    component: Callable[[str, str, Callable[..., Any], str, str], C],
) -> Callable[[B], B]:
    """Add what ``component(kind, name, build, summary, citation)`` makes of the decorated thing."""

    def register(build: B) -> B:
        text = inspect.cleandoc(build.__doc__ or "")  # its own: nn.Module has one too
        if not text:
            raise RequestError(f"component '{name}' in {build.__module__} has no docstring")
        if not citation:
            raise RequestError(f"component '{name}' in {build.__module__} has no citation")
        summary = text.splitlines()[0].rstrip(".")
        registry.add(component(registry.kind, name, build, summary, citation))
        return build

    return register


def attention(
    name: str,
    *,
    citation: str,
    count: Callable[[Site, Any], int],
    parameters: type[Parameters] = NoParameters,
    version: int = 1,
    aliases: tuple[str, ...] = (),
) -> Callable[[B], B]:
    """Register an attention module; see `Attention` for what it must be."""
    component = partial(
        Attention, parameters=parameters, version=version, aliases=aliases, count=count
    )
    return _entering(ATTENTIONS, name, citation, component)


def backbone(
    name: str,
    *,
    citation: str,
    parameters: type[Parameters] = NoParameters,
    version: int = 1,
    aliases: tuple[str, ...] = (),
) -> Callable[[B], B]:
    """Register a backbone; see `Backbone` for what it must be."""
    component = partial(Backbone, parameters=parameters, version=version, aliases=aliases)
    return _entering(BACKBONES, name, citation, component)


def dataset(
    name: str,
    *,
    citation: str,
    parameters: type[Parameters] = NoParameters,
    version: int = 1,
    aliases: tuple[str, ...] = (),
    needs_root: bool = True,
    expected: Expected | None = None,
) -> Callable[[B], B]:
    """Register a dataset; see `Dataset` for what it must be."""
    component = partial(
        Dataset,
        parameters=parameters,
        version=version,
        aliases=aliases,
        needs_root=needs_root,
        expected=expected,
    )
    return _entering(DATASETS, name, citation, component)


def protocol(
    name: str,
    *,
    citation: str,
    parameters: type[Parameters] = NoParameters,
    version: int = 1,
    aliases: tuple[str, ...] = (),
    monitored: str = "validation",
    folds: Callable[[Any], int] = lambda _: 1,
) -> Callable[[B], B]:
    """Register a split protocol; see `Protocol` for what it must be."""
    component = partial(
        Protocol,
        parameters=parameters,
        version=version,
        aliases=aliases,
        monitored=monitored,
        folds=folds,
    )
    return _entering(PROTOCOLS, name, citation, component)
