"""The command of a trial, run in a folder of its own and watched from outside.

    ground = Ground(world, "replay")       world/config.toml, what every trial of an arm shares
    place = Place(world / "kill-3", "replay")
    child = place.start(); reach(child, place, cpu=2.5); place.ended(child)
    →  Said(code=1, sentence="The run run: another blindspot is working in it. …", is_clear=True)

A moment is named in CPU seconds since the run's folder was begun, so that it falls on the same work
however busy the machine is.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.chaos.spiral import ARM, CALLS, Arm
from bench.processes import ROOT, Child, cpu_of, has_ended
from blindspot.core.records import Record

_LONGEST: Final = 600.0
"""Seconds after which a command hangs."""
_LOOK: Final = 0.02
_ERROR: Final = re.compile(r"^(?:error: |Stopped)(.*)$", re.MULTILINE)


class Said(Record):
    """How a command ended."""

    code: int
    """Its exit code; negative for the signal that ended it."""
    sentence: str
    """What it said was wrong; empty where it said nothing."""
    is_clear: bool
    """It went well, or ended with a sentence and an exit code of the product's, no traceback."""


@dataclass(frozen=True)
class Place:
    """One trial's folder, beside the config of its arm."""

    folder: Path
    arm: Arm
    before: Sequence[str] = ()
    """What the command is run by: `nsenter …`."""
    seen: Path | None = None
    """Where the folder is seen from outside, where that is elsewhere."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Of the environment."""

    @property
    def run(self) -> Path:
        """The run's folder, as this process sees it."""
        return (self.seen or self.folder) / "run"

    def start(self, *arguments: str, log: str = "log.txt") -> Child:
        """The command, in a session of its own."""
        module = [sys.executable, "-m", "bench.chaos.spiral"]
        line = [*self.before, *module, "run", "../config.toml", "--out", "run", *arguments]
        with (self.folder / log).open("wb") as output:
            return subprocess.Popen(
                line,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ended(self, child: Child, log: str = "log.txt") -> Said:
        """Wait for its end; one that hangs is killed, and has said nothing."""
        try:
            code = child.wait(_LONGEST)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        finally:
            stop(child)
        return said(code, (self.folder / log).read_text(errors="replace"))

    def finish(self, *arguments: str) -> Said:
        """The command from start to end."""
        return self.ended(self.start(*arguments))

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(Path(__file__).parent / "clock"), str(ROOT)])
        offline = dict.fromkeys(("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"), "1")
        one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        own = {ARM: self.arm, CALLS: str(self.folder / "calls"), "PYTHONPATH": path}
        return {**os.environ, **offline, **one, "NO_PROXY": "127.0.0.1", **own, **self.extra}


def said(code: int, text: str) -> Said:
    """What a command said at its end."""
    found = _ERROR.findall(text)
    sentence = found[-1].strip() if found else ""
    is_clear = code == 0 or (code in (1, 2, 130) and bool(found) and "Traceback (" not in text)
    if not is_clear and not sentence:
        sentence = text.strip()[-200:]
    return Said(code=code, sentence=sentence[:600], is_clear=is_clear)


def reach(child: Child, place: Place, cpu: float) -> bool:
    """Wait until the command has spent so many CPU seconds since it began its folder; False where
    it ended before.
    """
    begun, until = None, time.monotonic() + _LONGEST
    while not has_ended(child) and time.monotonic() < until:
        if begun is None and (place.run / "config.toml").exists():
            begun = cpu_of(child.pid)
        if begun is not None and cpu_of(child.pid) - begun >= cpu:
            return not has_ended(child)
        time.sleep(_LOOK)
    return False


def members(child: Child) -> list[int]:
    """The processes of a command's session that live, by number."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == child.pid and fields[0] not in "ZX":
            found.append(int(stat.parent.name))
    return sorted(found)


def stop(child: Child) -> None:
    """SIGKILL what is left of its session."""
    for pid in members(child):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    child.wait()
