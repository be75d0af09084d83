"""The saved state of a training: written whole or not at all, read without running code."""

import io
import os
import pickle
from pathlib import Path
from typing import Any

import torch

from bench.runs import replacing
from registry.errors import DataError

#: Goes up when the shape of the state changes; an older checkpoint is then not resumed from.
CHECKPOINT_VERSION = 1


def save(path: Path, cell: str, state: dict[str, Any]) -> None:
    """Put the state in place of the one before, in one step that a crash cannot halve."""
    # Through memory: on a full disk PyTorch's own writer says something else than that.
    whole = io.BytesIO()
    torch.save({"version": CHECKPOINT_VERSION, "cell": cell, "state": state}, whole)
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(whole.getbuffer())
        file.flush()
        os.fsync(file.fileno())


def load(path: Path, cell: str) -> dict[str, Any] | None:
    """The state that was saved last, or None where there is none that can be gone on from.

    Only tensors and plain values are read (``weights_only``): a file from elsewhere cannot run
    code. One that belongs to another cell or another version is left alone.

    Raises
    ------
    DataError
        The file is damaged, or was never a saved state.
    """
    if not path.exists():
        return None
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, RuntimeError) as error:
        raise DataError(f"{path} is no saved state; remove it to begin anew") from error
    if saved["version"] != CHECKPOINT_VERSION or saved["cell"] != cell:
        return None
    state: dict[str, Any] = saved["state"]
    return state
