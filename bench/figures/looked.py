"""Where trained models look on images that none of them has learnt: the rows of ``gradcam``."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from bench.figures.gradcam import Seen, last_map, look
from bench.figures.pictures import Picture
from bench.figures.trained import Trained
from registry.errors import RequestError

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Looks:
    """The arguments of `bench.figures.gradcam.draw_gradcam`, in its order."""

    images: list[Floats]
    truths: list[str]
    seen: list[list[Seen]]


def looks(models: Sequence[Trained], pictures: Sequence[Picture], layer: str) -> Looks:
    """Grad-CAM of each model on pictures, for its own answer; else on one test image a class.

    Raises
    ------
    RequestError
        The models are not of the same data, or share no test image of a class.
    """
    if len({one.specification.data for one in models}) > 1:
        raise RequestError("figure 'gradcam': the cells are not of the same images")
    if pictures:
        seen = [_of_pictures(one, pictures, layer) for one in models]
        return Looks([p.grey for p in pictures], [p.title for p in pictures], seen)
    chosen = _one_a_class(models)
    samples = models[0].samples
    labels = [int(samples.labels[index]) for index in chosen]
    seen = []
    for one in models:
        images = one.from_dataset(chosen)
        seen.append(look(one.model, images, labels, layer or last_map(one.model, images[:1])))
    greys = [samples.images[index].mean(axis=0) / 255 for index in chosen]
    return Looks(greys, [samples.classes[label] for label in labels], seen)


def _of_pictures(trained: Trained, pictures: Sequence[Picture], layer: str) -> list[Seen]:
    seen = []
    for picture in pictures:
        image = trained.from_picture(picture)
        with torch.inference_mode():
            answer = int(trained.model(image).argmax())
        seen += look(trained.model, image, [answer], layer or last_map(trained.model, image))
    return seen


def _one_a_class(models: Sequence[Trained]) -> list[int]:
    """The first image by name of each class, of those that are in every model's test part."""
    shared = set.intersection(*(set(one.split.test.tolist()) for one in models))
    samples = models[0].samples
    order = sorted(shared, key=lambda index: samples.names[index])
    first: dict[int, int] = {}
    for index in order:
        first.setdefault(int(samples.labels[index]), index)
    if not first:
        raise RequestError("figure 'gradcam': no image is in the test part of all of these cells")
    return [first[label] for label in sorted(first)]
