"""Independent streams of random numbers from one seed."""

import hashlib


def stream(seed: int, *purpose: str | int) -> int:
    """A 63-bit seed for one purpose, the same everywhere and unrelated to every other's."""
    text = repr((seed, *purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") >> 1
