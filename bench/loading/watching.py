"""How much memory a command and all that it starts hold at once. Linux: it reads `/proc`.

    with Peak(besides=[server.pid]) as peak:
        …                               commands run
    peak.bytes                          1_234_567_890

Resident sets are added up, so that a page which two processes share counts twice: the figure is
never too small for that reason. A peak between two looks is missed; that of the command's own
process is not (`bench.processes.reap`).
"""

import os
import threading
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Final

_LOOK: Final = 0.25
"""Seconds between two looks."""
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PARENT, _RESIDENT = 1, 21
"""Places in `/proc/PID/stat`, from the state on."""


class Peak:
    """The most that the descendants of this process held together while it was open."""

    def __init__(self, besides: Collection[int] = ()) -> None:
        self._besides = frozenset(besides)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.bytes = 0

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK):
            self.bytes = max(self.bytes, held(os.getpid(), self._besides))


def held(root: int, besides: Collection[int] = ()) -> int:
    """Bytes resident in the processes below `root`, without those of `besides` and theirs."""
    found = dict(_processes())
    below, new = set[int](), {root}
    while new:
        new = {pid for pid, (parent, _) in found.items() if parent in new} - set(besides) - below
        below |= new
    return sum(found[pid][1] for pid in below)


def _processes() -> list[tuple[int, tuple[int, int]]]:
    """Every process: its id, its parent's and its resident bytes."""
    rows = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        rows.append((int(stat.parent.name), (int(fields[_PARENT]), int(fields[_RESIDENT]) * _PAGE)))
    return rows
