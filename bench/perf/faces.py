"""The built-in drawn faces in any number, with a cell that trains on them."""

from dataclasses import dataclass, replace

from bench.data import load_samples, split_samples
from bench.specification import Recipe, Specification, choose, specify
from registry.samples import Samples
from registry.split import Split


@dataclass(frozen=True)
class FacesCell:
    """A cell with its images and split: 48×48 pixels, seven classes, no validation part."""

    specification: Specification
    samples: Samples
    split: Split


def faces_cell(count: int, backbone: str, recipe: Recipe) -> FacesCell:
    """A vanilla cell on so many faces; by the paper's protocol a quarter of them is tested on."""
    chosen = choose("dataset", {"name": "faces", "subjects": max(2, -(-count // 7)), "frames": 1})
    samples = _first(load_samples(chosen, {}), count)
    settings = {
        "dataset": {"name": chosen.name, **chosen.parameters},
        "protocol": "paper",
        "backbone": backbone,
        "attention": "none",
        **recipe.model_dump(),
    }
    specification = specify(settings, lambda _dataset: samples.fingerprint)
    return FacesCell(specification, samples, split_samples(specification, samples))


def _first(samples: Samples, count: int) -> Samples:
    return replace(
        samples,
        images=samples.images[:count],
        labels=samples.labels[:count],
        names=samples.names[:count],
        subjects=samples.subjects and samples.subjects[:count],
        sequences=samples.sequences and samples.sequences[:count],
    )
