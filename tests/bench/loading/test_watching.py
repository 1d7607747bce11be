"""The memory of a process that holds a known amount, with that of its child."""

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.loading.watching import Peak, held

HELD = 60_000_000
_HOLD = f"b = bytearray(b'x') * {HELD}; print(flush=True); input()"
_PARENT = (
    "import subprocess, sys; "
    f"child = subprocess.Popen([sys.executable, '-c', {_HOLD!r}], stdin=subprocess.PIPE); "
    f"{_HOLD}; child.communicate()"
)


def _holding() -> subprocess.Popen[bytes]:
    """A process and its child, both of which hold the amount by now."""
    line = [sys.executable, "-c", _PARENT]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert [process.stdout.readline() for _ in range(2)] == [b"\n"] * 2
    return process


def test_children_count_and_what_stands_beside_does_not():
    before = held(os.getpid())
    with Peak() as peak, _holding() as process:
        both = held(os.getpid()) - before
        beside = held(os.getpid(), besides=[process.pid]) - before
        while peak.bytes < 2 * HELD:
            time.sleep(0.05)
        process.communicate(b"\n")
    assert 2 * HELD <= both < 4 * HELD
    assert abs(beside) < HELD / 2


def test_nothing_below_holds_nothing():
    assert held(os.getpid(), besides=_children()) == 0


def _children() -> list[int]:
    file = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return [int(pid) for pid in file.read_text().split()]
