"""The dataset and the split that a specification names."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.specification import Chosen, Specification
from registry.catalog import DATASETS, PROTOCOLS
from registry.errors import RequestError
from registry.samples import Samples
from registry.split import Split

Roots = Mapping[str, Path]

_loaded: dict[tuple[str, Path | None], Samples] = {}
_lock = threading.Lock()


def load_samples(dataset: Chosen, roots: Roots) -> Samples:
    """Read a dataset; once a process, however many cells use it.

    Raises
    ------
    RequestError
        The dataset needs a folder and none was given.
    DataError
        The folder does not hold what it should.
    """
    component = DATASETS.get(dataset.name)
    root = roots.get(dataset.name)
    if component.needs_root and root is None:
        raise RequestError(
            f"where is {dataset.name}? Give its folder with --root {dataset.name}=DIR "
            "or in ferbench.toml under [roots]"
        )
    key = (dataset.model_dump_json(), root)
    with _lock:
        if key not in _loaded:
            _loaded[key] = component.build(root, component.parse(dataset.parameters))
        return _loaded[key]


def fingerprint_in(roots: Roots) -> Callable[[Chosen], str]:
    """A function that gives the content fingerprint of a dataset under these roots."""
    return lambda dataset: load_samples(dataset, roots).fingerprint


def load_cell(specification: Specification, roots: Roots) -> tuple[Samples, Split]:
    """The images and the split of a cell.

    Raises
    ------
    RequestError
        The data is not what the specification was made for.
    """
    samples = load_samples(specification.dataset, roots)
    if samples.fingerprint != specification.data:
        raise RequestError(
            f"{specification.dataset.name} has changed since this cell was specified: "
            f"content {samples.fingerprint}, not {specification.data}"
        )
    return samples, split_samples(specification, samples)


def split_samples(specification: Specification, samples: Samples) -> Split:
    """The split that the specification's protocol makes of these images."""
    protocol = PROTOCOLS.get(specification.protocol.name)
    parameters = protocol.parse(specification.protocol.parameters)
    return protocol.build(samples, specification.split_seed, specification.fold, parameters)
