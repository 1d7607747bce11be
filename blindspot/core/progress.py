"""Progress bars on stderr for anything over two seconds; where stderr is no terminal a line now and
then, and one at the end.
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
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

console = Console(stderr=True)

_EVERY = 30.0
"""Seconds between lines where stderr is no terminal."""


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s")


class Advance(Protocol):
    """Call it with how many more are done, and what to show beside the bar."""

    def __call__(self, count: int = 1, note: str = "") -> None: ...


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Advance]:
    """A bar of `total` steps, where they are known, with remaining time, note, rate and time; a
    narrow terminal cuts off the last of these.
    """
    if not sys.stderr.isatty():
        yield from _plain(title, total)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        _Rate(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(title, total=total, note="")
        yield lambda count=1, note="": bar.update(task, advance=count, note=note)


def _plain(title: str, total: int | None) -> Iterator[Advance]:
    begun = said = time.monotonic()
    done, last = 0, ""

    def line() -> str:
        of = f"{done}/{total}" if total else f"{done}"
        return f"{title}: {of} in {time.monotonic() - begun:.1f} s {last}".rstrip()

    def advance(count: int = 1, note: str = "") -> None:
        nonlocal done, last, said
        done, last = done + count, note or last
        if time.monotonic() - said > _EVERY:
            said = time.monotonic()
            say(line())

    yield advance
    say(line())


def say(line: str) -> None:
    """One line of log on stderr."""
    print(line, file=sys.stderr, flush=True)
