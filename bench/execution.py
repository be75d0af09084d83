"""How a machine is used to train a cell: changes the speed, not what is asked."""

import os
from typing import Any, Literal, Self

import torch
from pydantic import Field, ValidationError

from bench.memory import keep_freed_memory
from bench.specification import Frozen
from registry.errors import RequestError


class Execution(Frozen):
    """Settings of a worker, none of which is part of a cell's identity.

    Attributes
    ----------
    device : str
        ``auto`` takes a CUDA device where there is one.
    threads : int or None
        CPU threads; None leaves PyTorch's choice.
    deterministic : bool
        The same seed on the same machine gives the same bits.
    compile : bool
        Use ``torch.compile``: takes minutes, and did not pay on a CPU (docs/performance.md).
    checkpoint_every : float
        Seconds between checkpoints.
    keep : str
        Which weights to keep when a cell is done.
    """

    device: str = "auto"
    threads: int | None = Field(None, ge=1)
    deterministic: bool = False
    compile: bool = False
    checkpoint_every: float = Field(60.0, ge=0)
    keep: Literal["none", "best", "last"] = "none"

    @classmethod
    def parse(cls, **settings: Any) -> Self:
        """Settings as a person gave them.

        Raises
        ------
        RequestError
            One cannot be. Whether the device is there is for the machine to say that trains.
        """
        try:
            return cls(**settings)
        except ValidationError as error:
            first = error.errors()[0]
            raise RequestError(f"{first['loc'][0]} = {first['input']!r}: {first['msg']}") from None

    @property
    def torch_device(self) -> torch.device:
        """The device to train on.

        Raises
        ------
        RequestError
            A CUDA device was asked for and PyTorch sees none.
        """
        if self.device == "auto":
            return torch.device("cuda" if torch.cuda.is_available() else "cpu")
        try:
            device = torch.device(self.device)
        except RuntimeError:
            raise RequestError(f"there is no device '{self.device}'; try cpu or cuda") from None
        if device.type == "cuda" and not torch.cuda.is_available():
            raise RequestError("no CUDA device is to be seen on this machine; try --device cpu")
        return device

    def apply(self) -> None:
        """Set this process up: memory, threads, determinism, full float32 where it is meant."""
        keep_freed_memory()
        if self.threads is not None:
            torch.set_num_threads(self.threads)
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = not self.deterministic
        if self.deterministic:
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(self.deterministic)
