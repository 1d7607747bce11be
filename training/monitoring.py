"""All monitors after a round, and `monitors.json` that keeps what they said.

    round-2/monitors.json   {"round": 2, "figures": [{"monitor": "plateau", …}], "alarms": []}

The file has every figure, healthy ones too; an alarm stands under `alarms` only.
"""

from collections.abc import Sequence
from pathlib import Path

from blindspot.core.artifact import write_text
from blindspot.core.monitors import Alarm, Watched
from blindspot.core.run_folder import RunFolder
from training import history
from training.history import RoundHistory
from training.monitor import monitors
from training.monitor_settings import MonitorSettings


def watch(folder: RunFolder, upto: int, settings: MonitorSettings) -> Watched:
    """What the monitors say after the evaluation of round `upto`. Raises DataError where one of
    the rounds cannot be read, UnknownNameError for a monitor that does not exist.
    """
    return judge(history.read(folder, upto), settings)


def judge(rounds: Sequence[RoundHistory], settings: MonitorSettings) -> Watched:
    """The same of a history that was read already; at least one round."""
    found = [
        figure
        for name in settings.names
        for figure in monitors.load(name).figures(rounds, settings)
    ]
    alarms = [f for f in found if isinstance(f, Alarm)]
    return Watched(
        round=rounds[-1].number,
        figures=tuple(f for f in found if not isinstance(f, Alarm)),
        alarms=tuple(a.model_copy(update={"stop": a.stop and settings.stop}) for a in alarms),
    )


def write(path: Path, watched: Watched) -> None:
    """Write it whole or not at all."""
    write_text(path, watched.model_dump_json(indent=1) + "\n")
