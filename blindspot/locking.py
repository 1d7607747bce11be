"""One process at a time works in a run's folder: who holds `runs/mine/.lock`.

It keeps no reader off.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blindspot.core.errors import StageError


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keep a second process off the folder; the lock goes with the process, however it ends."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            why = "another blindspot is working in it"
            raise StageError(
                f"The run {root}", why, "Wait for it, or give another folder with --out"
            ) from error
        yield
