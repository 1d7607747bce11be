"""Contract of a monitor: what the rounds so far say about a loop that has gone wrong.

    Alarm(monitor="hallucination", name="wrong yes", round=2, value=0.14, threshold=0.05,
          interval=(0.09, 0.19), p=1e-7, level=0.0028, n=412,
          said='Wrong "yes" rose by 14 points …', todo="Stop, and go back to …", stop=True)

A monitor gives all its figures, healthy ones too, so that a report can show them. It is a pure
function of the history: it reads no file, asks no model and decides nothing but its alarms.

A monitor is asked after every round, with several figures. To alarm falsely in a run with chance
`alpha` at most, however many rounds that has, it spends alpha/(r(r+1)) on its r-th test, shared out
evenly between the figures (Bonferroni): 1/2 + 1/6 + 1/12 + … = 1.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from blindspot.core.monitors import Alarm, Figure
from blindspot.core.registry import Registry
from training.history import RoundHistory
from training.monitor_settings import MonitorSettings


class Monitor(Protocol):
    """Contract of a file under `monitors/`: `PLUGIN: Final[Monitor]`."""

    def figures(self, history: Sequence[RoundHistory], settings: MonitorSettings) -> list[Figure]:
        """All figures after the last round of a history, alarms among them. At least one round,
        by number.
        """
        ...


monitors: Final = Registry[Monitor]("training.monitors")


def level(alpha: float, test: int, figures: int) -> float:
    """What one of several `figures` may err at the `test`-th time of asking, from 1."""
    return alpha / figures / (test * (test + 1))


def policies(history: Sequence[RoundHistory]) -> int:
    """How often the policy after the last round, or one before it, was compared with round 0: once
    for each that the gate took. A round that was rolled back leaves the same answers, whose test is
    the same and spends nothing.
    """
    return max(1, sum(each.accepted is not False for each in history[:-1]))


def shown(figure: Figure) -> bool:
    """Whether a rise is large and no noise; one without a p-value is not shown to be none."""
    if figure.value is None or figure.threshold is None:
        return False
    if figure.p is None or figure.level is None:
        return False
    return figure.value > figure.threshold and figure.p <= figure.level


def missing(monitor: str, name: str, number: int, why: str) -> Figure:
    """A figure that could not be measured after round `number`."""
    return Figure(monitor=monitor, name=name, round=number, said=f"Not measured: {why}.")


def judged(figure: Figure, alarming: bool, todo: str, *, stop: bool = True) -> Figure:
    """The figure as it is, or as an alarm."""
    return Alarm(**dict(figure), todo=todo, stop=stop) if alarming else figure
