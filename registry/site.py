"""Where an attention module is put: between two blocks of a backbone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.errors import RequestError

if TYPE_CHECKING:  # (who reads results need not wait for it)
    from torch import Tensor


@dataclass(frozen=True)
class Position:
    """A place that a backbone offers.

    Attributes
    ----------
    path : str
        The sub-module after which the attention follows, as in ``model.get_submodule(path)``.
    channels : int
        Channels of the map that leaves it.
    """

    path: str
    channels: int


@dataclass(frozen=True)
class Site:
    """What an attention module knows of its place when it is built.

    Attributes
    ----------
    channels, height, width : int
        The shape of the map there, at the input size that the model is built for.
    index, count : int
        Which of the backbone's positions this is, counted from 0, and how many there are.
    """

    channels: int
    height: int
    width: int
    index: int = 0
    count: int = 1

    def require_size(self, x: Tensor) -> None:
        """Refuse maps (N, C, H, W) of another size than the module there was built for.

        Raises
        ------
        RequestError
            Another height or width.
        """
        if x.shape[-2:] != (self.height, self.width):
            raise RequestError(
                f"attention built for maps of {self.height} × {self.width} at position "
                f"{self.index} does not fit one of {x.shape[-2]} × {x.shape[-1]}"
            )
