"""Processes that outlive the one that started them: noted in a file, found and stopped later.

    {"pid": 71, "born": "3f2c…/90412", "port": 41873, "owner": 70, "owner_born": "3f2c…/90407"}

A process id alone says nothing, since another process may have it by now: only one born at the
noted moment of the noted boot is stopped. Where there is no `/proc` no such moment can be told, and
no orphan is ever stopped.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from blindspot.core.artifact import write_text
from blindspot.core.errors import StageError
from blindspot.core.progress import say
from blindspot.core.records import Record

_GRACE: Final = 15.0
"""Seconds between asking a process to end and ending it."""
_POLL: Final = 0.05


class _Note(Record):
    """The file."""

    pid: int
    """Of the process, which leads a session of its own."""
    born: str
    """Boot and moment at which it began."""
    port: int
    """Where it listens."""
    owner: int
    """Process that started it."""
    owner_born: str
    """Boot and moment at which that began."""


def note(file: Path, pid: int, port: int) -> None:
    """Note a process that this one has started."""
    me = os.getpid()
    entry = _Note(pid=pid, born=born(pid), port=port, owner=me, owner_born=born(me))
    write_text(file, entry.model_dump_json(indent=1))


def clear(file: Path, name: str) -> None:
    """Stop the process that a killed owner left, if one is noted. Raises StageError where its owner
    still runs.
    """
    try:
        noted = _Note.model_validate_json(file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return
    if noted.owner != os.getpid() and _is(noted.owner, noted.owner_born):
        raise StageError(
            f"The server of {name}",
            f"the process {noted.owner} has one running for the same folder, {file.parent}",
            "Wait for that process, or use another folder (--out)",
        )
    if _is(noted.pid, noted.born):
        say(f"{name}: stops the server that a killed run left, process {noted.pid}")
        end(noted.pid, lambda: _is(noted.pid, noted.born))
    file.unlink(missing_ok=True)


def end(session: int, lives: Callable[[], bool]) -> None:
    """End the leader of a session, and with it all that it started: asked first, then killed."""
    _signal(session, signal.SIGTERM)
    last = time.monotonic() + _GRACE
    while lives() and time.monotonic() < last:
        time.sleep(_POLL)
    _signal(session, signal.SIGKILL)


def born(pid: int) -> str:
    """Boot and moment at which a process began; empty where it ended or that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{boot}/{fields[19]}"


def _is(pid: int, moment: str) -> bool:
    """Whether this process id still belongs to the process that was born then."""
    return bool(moment) and born(pid) == moment


def _signal(session: int, number: signal.Signals) -> None:
    """A signal to a whole session, whose id stays taken as long as one of its processes lives."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(session, number)
