"""Progress bars on stderr for anything over two seconds; a line at the end where stderr is no
terminal.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

console = Console(stderr=True)


class Advance(Protocol):
    """Call it with how many more are done, and what to show beside the bar."""

    def __call__(self, count: int = 1, note: str = "") -> None: ...


@contextmanager
def progress(title: str, total: int) -> Iterator[Advance]:
    """A bar of `total` steps with rate, elapsed and remaining time."""
    if not sys.stderr.isatty():
        yield from _plain(title, total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console) as bar:
        task = bar.add_task(title, total=total, note="")
        yield lambda count=1, note="": bar.update(task, advance=count, note=note)


def _plain(title: str, total: int) -> Iterator[Advance]:
    begun, done, last = time.monotonic(), 0, ""

    def advance(count: int = 1, note: str = "") -> None:
        nonlocal done, last
        done, last = done + count, note or last

    yield advance
    say(f"{title}: {done}/{total} in {time.monotonic() - begun:.1f} s {last}".rstrip())


def say(line: str) -> None:
    """One line of log on stderr."""
    print(line, file=sys.stderr, flush=True)
