"""Settings as they are typed: ``--set KEY=VALUE``."""

from collections.abc import Sequence
from typing import Any


def parse_settings(texts: Sequence[str]) -> dict[str, Any]:
    """Settings from ``key=value``; the value as TOML writes it, or else as plain text."""
    import tomllib

    from registry.errors import RequestError

    settings: dict[str, Any] = {}
    for text in texts:
        key, separator, value = text.partition("=")
        if not separator:
            raise RequestError(f"--set {text}: write it as KEY=VALUE")
        try:
            settings[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            settings[key.strip()] = value.strip()
    return settings


def parse_slurm(texts: Sequence[str]) -> dict[str, str | bool]:
    """Options of sbatch from ``key=value``, or ``key`` for one that takes none."""
    pairs = (text.removeprefix("--").partition("=") for text in texts)
    return {key.strip(): value.strip() if separator else True for key, separator, value in pairs}
