"""A mount namespace of a trial's own, where a disk can be small or read-only without anybody else
noticing; Linux, with user namespaces and util-linux.

    with Room(place) as room:
        room.do("mount -t tmpfs -o size=3m none run")
        room.place.finish()                 the command, in there
        room.place.run                      its folder, seen from here
"""

import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import TracebackType

from bench.chaos.command import Place

_ENTER = 'cd "$0" && exec "$@"'


class Room:
    """Holds the namespace open while it is needed."""

    def __init__(self, place: Place) -> None:
        self._folder = place.folder
        self._holder = subprocess.Popen(
            [
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "echo ready; read line",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        self._holder.stdout.readline()
        pid = self._holder.pid
        enter = ("nsenter", "--preserve-credentials", "--user", "--mount", "--target", str(pid))
        self._before = (*enter, "sh", "-c", _ENTER, str(place.folder))
        seen = Path(f"/proc/{pid}/root{place.folder}")
        self.place = replace(place, before=self._before, seen=seen)

    def do(self, script: str, *, check: bool = True) -> bool:
        """Whether a line of shell, run in the trial's folder in there, went well."""
        line = [*self._before, "sh", "-c", script]
        return subprocess.run(line, check=check, capture_output=True).returncode == 0

    def __enter__(self) -> "Room":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._holder.communicate("\n")


@cache
def available() -> bool:
    """Whether this machine lets us mount in a namespace of our own."""
    script = "mount -t tmpfs -o size=1m none /tmp && mount -o remount,size=2m /tmp"
    line = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    try:
        return subprocess.run(line, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False
