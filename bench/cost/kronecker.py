"""What the Kronecker product that the paper gave up would take (§3, Eq. 4).

The paper states 600.25 GB for a batch of 32 maps of 112 × 112, and not what was counted.
"""

from dataclasses import dataclass

from bench.audit.memory import UNITS, gigabytes, readings
from registry.errors import RequestError
from registry.reported import StatedKronecker, reported_tables

#: Bytes of a single-precision number.
WIDTH = 4


@dataclass(frozen=True)
class KroneckerMemory:
    """One reading of the formula.

    Attributes
    ----------
    reading, formula : str
        In words, and in numbers without the bytes.
    sound : bool
        Only elements of the same image are paired.
    bytes : int
        In single precision.
    gib, gb : float
        The same in 2³⁰ and in 10⁹ bytes.
    """

    reading: str
    formula: str
    sound: bool
    bytes: int
    gib: float
    gb: float


def kronecker_memory(batch: int, side: int) -> tuple[KroneckerMemory, ...]:
    """Memory for a batch of one-channel maps of side × side, by every reading of the formula.

    The last one is what the paper takes in place of the product: the outer products of singular
    values (Eq. 8), side × side numbers an image.

    Raises
    ------
    RequestError
        A number below 1.
    """
    for name, value in (("BATCH", batch), ("SIDE", side)):
        if value < 1:
            raise RequestError(f"--kronecker: {name} must be at least 1, not {value}")
    stated = StatedKronecker(batch_size=batch, channels=1, height=side, width=side, gigabytes="0")
    # with one channel, "per image and channel" is "per image"
    products = {reading.pairs: reading for reading in reversed(readings(stated))}
    rows = [
        KroneckerMemory(
            f"Eq. 4 {reading.what}",
            reading.formula,
            reading.sound,
            reading.pairs * WIDTH,
            float(gigabytes(reading, WIDTH, "GiB")),
            float(gigabytes(reading, WIDTH, "GB")),
        )
        for reading in sorted(products.values(), key=lambda reading: reading.pairs)
    ]
    size = batch * side**2 * WIDTH
    outer = "Eq. 8, singular values only, per image"
    approximation = KroneckerMemory(
        outer, f"{batch}·{side}²", True, size, size / 2**30, size / 10**9
    )
    return (*rows, approximation)


def stated_readings() -> tuple[str, ...]:
    """For each paper that states such a figure, the readings that give it to the last digit."""
    stated = {table.paper.key: table.paper.kronecker for table in reported_tables()}
    return tuple(_told(paper, figure) for paper, figure in stated.items() if figure is not None)


def _told(paper: str, figure: StatedKronecker) -> str:
    decimals = len(figure.gigabytes.partition(".")[2])
    fitting = [
        f"{reading.formula}·{WIDTH} B in {unit}, {reading.what}"
        for reading in readings(figure)
        for unit in UNITS
        if f"{float(gigabytes(reading, WIDTH, unit)):.{decimals}f}" == figure.gigabytes
    ]
    shape = f"{figure.batch_size} × {figure.channels} × {figure.height} × {figure.width}"
    return (
        f"{paper} §{figure.section} states {figure.gigabytes} GB for maps of {shape}: that is "
        f"{' or '.join(fitting) or 'no reading of the formula'}"
    )
