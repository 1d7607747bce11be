"""One process at a time works in a run's folder: who holds `runs/mine/.lock`.

It keeps no reader off.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blindspot.core.artifact import disk_error
from blindspot.core.errors import StageError


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Keep a second process off the folder; the lock goes with the process, however it ends. Raises
    StageError where it has one already, or where the folder cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("w")
    except OSError as error:
        raise disk_error(root, error) from error
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            why = "another blindspot is working in it"
            raise StageError(
                f"The run {root}", why, "Wait for it, or give another folder with --out"
            ) from error
        yield
