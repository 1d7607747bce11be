"""Chance without a state: a draw is decided by what it is about, so that it comes out the same
whoever asks, however often and in whatever order.

    >>> uniform("error", 17, "model-a") == uniform("error", 17, "model-a")
    True
"""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def uniform(*about: object) -> float:
    """A number in [0, 1)."""
    text = "\x1f".join(map(str, about)).encode(errors="replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") / 2**64


def pick(choices: Sequence[T], *about: object) -> T:
    """One of the choices, each as likely."""
    return choices[int(uniform(*about) * len(choices))]
