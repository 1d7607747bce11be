"""Training by several processes, one per GPU, as `accelerate launch` starts them.

All of them train; the first alone writes the artifact. Nothing here imports torch where there is
only one process.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def world_size() -> int:
    """Processes that train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """Number of this process."""
    return int(os.environ.get("RANK", "0"))


def is_main() -> bool:
    """Whether this process is the one that writes."""
    return rank() == 0


def uses_deepspeed() -> bool:
    """Whether the launcher's config asks for DeepSpeed, which keeps float32 masters of bfloat16
    weights.
    """
    return os.environ.get("ACCELERATE_USE_DEEPSPEED", "").lower() in ("1", "true")


@contextmanager
def main_first() -> Iterator[None]:
    """Let the first process through the block before the others. They go on when all are through,
    so that all of them find the same files inside, whatever the first writes next.
    """
    if not is_main():
        wait()
    yield
    if is_main():
        wait()
    wait()


def wait() -> None:
    """Go on when all processes are here."""
    if world_size() > 1:
        _state().wait_for_everyone()


def gathered(values: list[Any]) -> list[Any]:
    """The lists of all processes, one after the other."""
    if world_size() == 1:
        return values
    from accelerate.utils import gather_object

    _state()
    return gather_object(values)


def _state() -> Any:
    from accelerate import PartialState

    return PartialState()
