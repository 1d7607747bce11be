"""What the monitors over rounds said, as others read it: `round-2/monitors.json`.

{"round": 2, "figures": [{"monitor": "plateau", …}], "alarms": []}
"""

from pathlib import Path

from blindspot.core.errors import DataError
from blindspot.core.records import Record


class Figure(Record):
    """What a monitor measured after one round."""

    monitor: str
    """Which monitor."""
    name: str
    """Which of its figures."""
    round: int
    """After which round's evaluation."""
    value: float | None = None
    """The figure; None where it could not be measured, and `said` says why."""
    threshold: float | None = None
    """Beyond it the figure is an alarm, where noise does not explain it."""
    interval: tuple[float, float] | None = None
    """95 % interval of the figure."""
    p: float | None = None
    """One-sided p-value, where a test decides."""
    level: float | None = None
    """What the p-value, or the error of the bound that decides, must not exceed."""
    n: int = 0
    """Samples, candidates or prompts behind it."""
    said: str
    """The same as a sentence."""


class Alarm(Figure):
    """A figure that shows a pathology."""

    todo: str
    """What to do about it, as a sentence."""
    stop: bool
    """Whether going on makes no sense."""


class Watched(Record):
    """`monitors.json`."""

    round: int
    """After which round's evaluation."""
    figures: tuple[Figure, ...]
    """What is healthy, or could not be measured, by monitor."""
    alarms: tuple[Alarm, ...]
    """What is not."""

    @property
    def stops(self) -> bool:
        """Whether the loop should end here."""
        return any(alarm.stop for alarm in self.alarms)


def read(path: Path) -> Watched:
    """Read what `write` wrote. Raises DataError where it is missing or something else."""
    try:
        return Watched.model_validate_json(path.read_text())
    except (OSError, ValueError) as error:
        raise DataError(
            f"The file {path}",
            "it is missing, or not what the monitors write",
            "Continue the run with `blindspot run`, which writes it anew, or delete the file",
        ) from error
