"""What a row's own numbers tell."""

from dataclasses import dataclass
from fractions import Fraction

from bench.audit.findings import Finding
from bench.audit.means import Counted, Kind
from bench.audit.reading import Row


@dataclass(frozen=True)
class Checked:
    """What a row's own numbers tell.

    Attributes
    ----------
    row : Row
    findings : tuple of Finding
    kind : str or None
        What its average is, where that is known.
    counted : Counted or None
        With misprints mended; None where the supports are not known.
    average : Fraction or None
        What should be printed as the average, where something else is.
    """

    row: Row
    findings: tuple[Finding, ...] = ()
    kind: Kind | None = None
    counted: Counted | None = None
    average: Fraction | None = None

    @property
    def exact(self) -> tuple[Fraction, Fraction] | None:
        """The least and the greatest average of k/n, where each cell is known."""
        if self.counted is None or self.kind is None or self.counted.misprinted:
            return None
        return self.counted.mean(self.kind)

    @property
    def right(self) -> tuple[Fraction, int] | None:
        """Images that were classified rightly, and of how many; a mean over runs."""
        if self.counted is None or any(len(ks) != 1 for ks in self.counted.counts.values()):
            return None
        return (
            Fraction(sum(ks[0] for ks in self.counted.counts.values())),
            sum(self.counted.supports.values()),
        )
