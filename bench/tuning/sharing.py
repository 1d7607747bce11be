"""Jobs of hours on a folder that several processes may work on, and go on with after a kill.

    done([Job(file, lock, make), …])        the JSON of each, in order

A finished job is a file. A second process takes the jobs that nobody has begun; each waits for the
others' at the end. A lock goes with its process, however that ends.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blindspot.core.artifact import write_text
from blindspot.core.progress import say


@dataclass(frozen=True)
class Job:
    """One piece of work."""

    file: Path
    """Where its result lies when it is done."""
    lock: Path
    """Jobs with the same lock are not done at the same time."""
    make: Callable[[], dict[str, Any]]
    """Does it; what it returns is written as JSON."""


def done(jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """All results, those that are there already read from disk."""
    for wait in (False, True):
        for job in jobs:
            if not job.file.is_file():
                _take(job, wait)
    return [json.loads(job.file.read_text()) for job in jobs]


def _take(job: Job, wait: bool) -> None:
    with locked(job.lock, wait) as mine:
        if mine and not job.file.is_file():
            say(f"{job.file.parent.name}, {job.file.stem}")
            job.file.parent.mkdir(parents=True, exist_ok=True)
            write_text(job.file, json.dumps(job.make()))


@contextmanager
def locked(lock: Path, wait: bool) -> Iterator[bool]:
    """Whether no other process holds the lock; with `wait`, once none does."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
