"""Whether a dataset's stated sizes agree with each other and with the supports of the tables."""

from collections.abc import Iterator

from bench.audit.findings import Finding, text_place
from bench.audit.supports import Supports
from registry.catalog import DATASETS
from registry.errors import RequestError
from registry.expected import Expected
from registry.reported import ReportedPaper, StatedDataset, class_name


def expected_of(name: str) -> tuple[Expected, ...]:
    """The known sizes of a dataset's releases; none of one that nobody registered."""
    try:
        expected = DATASETS.get(name).expected
    except RequestError:
        return ()
    if expected is None:
        return ()
    return (expected, *(other for other in expected.variants.values() if other is not None))


def check_dataset(paper: ReportedPaper, name: str, supports: Supports | None) -> Iterator[Finding]:
    """Check what a paper states of one dataset.

    Parameters
    ----------
    supports : Supports or None
        Which its tables were counted with.
    """
    stated = paper.datasets[name]
    where = text_place(paper.key, stated.section, name)
    if supports is not None and supports.mended is not None:
        yield _mended(where, stated, supports)
    else:
        yield from _sizes(where, stated, supports)
    yield from _sequences(where, stated, expected_of(name))


def _mended(where: str, stated: StatedDataset, supports: Supports) -> Finding:
    name = supports.mended or ""
    printed = next(n for head, n in (stated.supports or {}).items() if class_name(head) == name)
    follows = supports.tied[name][0]
    message = (
        f"With {follows} images of '{name}' the supports add up to the {stated.test:,} test images "
        f"that are stated, and more of the class's figures are whole images out of it."
    )
    return Finding(f"{where}, supports", f"{printed:,}", f"{follows:,}", "sizes", "high", message)


def _sizes(where: str, stated: StatedDataset, supports: Supports | None) -> Iterator[Finding]:
    test = stated.test if supports is None else supports.total
    if test is not None and stated.test is not None and test != stated.test:
        yield _other_test(where, stated, test, by_counting=not supports or not supports.stated)
    elif None not in (stated.images, stated.train, stated.test):
        total = (stated.train or 0) + (stated.test or 0)
        if total != stated.images:
            yield Finding(
                f"{where}, train / test",
                f"{stated.images:,}",
                f"{total:,}",
                "sizes",
                "high",
                f"{stated.train:,} + {stated.test:,} = {total:,}, not {stated.images:,}.",
                also=(f"{where}, images",),
            )


def _other_test(where: str, stated: StatedDataset, test: int, *, by_counting: bool) -> Finding:
    if by_counting:
        message = f"The tables' percentages are whole images out of {test:,}, not {stated.test:,}"
    else:
        message = f"The stated supports add up to {test:,}, not {stated.test:,}"
    printed, follows = f"{stated.test:,}", f"{test:,}"
    if stated.images is not None and stated.train is not None:
        train = stated.images - test
        printed, follows = f"{stated.train:,} / {printed}", f"{train:,} / {follows}"
        message += f"; of {stated.images:,} images that leaves {train:,} to train on"
    return Finding(f"{where}, train / test", printed, follows, "sizes", "high", f"{message}.")


def _sequences(where: str, stated: StatedDataset, known: tuple[Expected, ...]) -> Iterator[Finding]:
    sequences, frames, images = stated.sequences, stated.frames_per_sequence, stated.images
    if sequences is None or frames is None or images is None or sequences * frames == images:
        return
    product = f"{sequences:,} × {frames} = {sequences * frames:,}"
    message = f"{product}, not {images:,}"
    follows = f"{sequences * frames:,}"
    if images % frames == 0:
        follows = f"{images // frames:,} × {frames} = {images:,}"
        message += f"; {images:,} is {frames} frames of {images // frames:,} sequences"
        if any(one.sequences == images // frames for one in known):
            message += ", which is how many the dataset is known to have with a label"
    printed = f"{sequences:,} sequences, {frames} frames of each, {images:,} images"
    yield Finding(f"{where}, sequences", printed, follows, "sequences", "high", f"{message}.")
