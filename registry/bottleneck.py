"""The bottleneck that most channel attention shares: C channels to C/r and back."""

from typing import Annotated

from pydantic import Field

from registry.component import Parameters, Search
from registry.errors import RequestError
from registry.site import Site


class BottleneckParameters(Parameters):
    """How narrow the bottleneck is; the default is that of Hu et al. 2018 and most that followed.

    Attributes
    ----------
    reduction : int
        Channels are divided by this, rounded down.
    """

    reduction: Annotated[int, Field(ge=1, le=256), Search(2, 16, log=True)] = 16

    def width(self, site: Site) -> int:
        """Channels of the bottleneck.

        Raises
        ------
        RequestError
            None are left.
        """
        width = site.channels // self.reduction
        if width == 0:
            raise RequestError(
                f"reduction = {self.reduction} leaves none of the {site.channels} channels "
                f"at position {site.index}; it can be {site.channels} at most there"
            )
        return width


def largest_divisor(number: int, limit: int) -> int:
    """The largest divisor of a number that is not above a limit."""
    return next(one for one in range(min(number, limit), 0, -1) if number % one == 0)
