"""What the monitors over rounds said after the last round: alarms first, then every figure."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.monitors import Alarm, Figure
from reports.section import Section
from reports.view import View


class MonitorsNumbers(TypedDict):
    """The figures."""

    round: int
    stops: bool
    """Whether an alarm ended the loop."""
    alarms: list[Alarm]
    figures: list[Figure]


@dataclass(frozen=True)
class Monitors:
    """Signs of a loop that has gone wrong."""

    title: str = "Monitors"
    missing: str = "The monitors have not been asked after this round."

    def numbers(self, view: View) -> MonitorsNumbers | None:
        watched = view.current.watched
        if watched is None:
            return None
        return {
            "round": watched.round,
            "stops": watched.stops,
            "alarms": list(watched.alarms),
            "figures": list(watched.figures),
        }


PLUGIN: Final[Section] = Monitors()
