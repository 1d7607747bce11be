"""A command watched from outside: its log, its CPU time, its memory. Linux: it reads `/proc`."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
"""The checkout, in which every command runs."""
_TICK: Final = os.sysconf("SC_CLK_TCK")
_LOOK: Final = 0.01
"""Seconds between two looks at a process."""

Child = subprocess.Popen[bytes]


@dataclass(frozen=True)
class End:
    """What a command took that has ended. Seconds, bytes."""

    wall: float
    """From its start."""
    cpu: float
    """With that of its children, where it waited for them."""
    memory: int
    """Peak resident set of the process itself."""


def start(line: Sequence[str], folder: Path) -> Child:
    """A command in a session of its own, its output in the folder's log."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log.txt").open("wb") as output:
        return subprocess.Popen(
            line,
            cwd=ROOT,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def log(folder: Path) -> str:
    """What the last command in a folder printed."""
    return (folder / "log.txt").read_text(errors="replace")


def environment(folder: Path) -> Mapping[str, str]:
    """Of every command: nothing is fetched, caches lie in its folder, the endpoint is reached
    without a proxy.
    """
    offline = dict.fromkeys(("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"), "1")
    own = {"HF_HOME": str(folder / "hf"), "NO_PROXY": "127.0.0.1", "OPENAI_API_KEY": "bench"}
    return {**os.environ, **offline, **own}


def reap(child: Child, begun: float) -> End:
    """Wait for a child that was started at `begun`.

    The peak of memory is read while it lives: what the kernel reports after the end is no less
    than what the bench itself held when it started the child.
    """
    peak = 0
    while not (ended := os.wait4(child.pid, os.WNOHANG))[0]:
        peak = max(peak, peak_of(child.pid))
        time.sleep(_LOOK)
    _, status, usage = ended
    child.returncode = os.waitstatus_to_exitcode(status)
    return End(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, peak)


def kill(child: Child) -> None:
    """SIGKILL it and its children."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def has_ended(child: Child) -> bool:
    """Whether a child has ended, without reaping it: what it took is read later."""
    try:
        return _fields(Path(f"/proc/{child.pid}/stat"))[0] in "ZX"
    except FileNotFoundError:
        return True


def cpu_of(pid: int) -> float:
    """CPU seconds of a session so far: of the process and of all that it started."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = _fields(stat)
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == pid or stat.parent.name == str(pid):
            ticks += sum(int(f) for f in fields[11:15])
    return ticks / _TICK


def peak_of(pid: int) -> int:
    """Peak resident set of a process so far, bytes; 0 where it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    rows = [line.split() for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(rows[0][1]) * 1024 if rows else 0


def _fields(stat: Path) -> list[str]:
    """From the state on; the name before it may hold spaces."""
    return stat.read_text().rpartition(")")[2].split()
