"""The policy is too weak to learn from what is made for it.

    too hard    share of asked candidates that the policy hardly ever gets right
    yield       share of candidates that were admitted
    pass rate   share of rollouts in the first steps of training that were right

Below its floor a model cannot improve itself (arXiv 2510.02665): hardly a candidate passes the
difficulty gate, or no rollout is rewarded. Each figure is a share of the latest set (or training),
and alarms where its whole bound lies beyond the threshold, the trials of a cell counting together
where cells differ. So a loop whose true share is within the threshold alarms with chance `alpha` at
most, over all rounds; a set of ten candidates proves nothing and stops nothing.

A low yield by itself warns but does not stop: sources and other gates lower it too, and the floor
is the policy's. It stops where most of the missing were too hard for the policy.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.monitors import Figure
from training.history import Cell, RoundHistory
from training.monitor import Monitor, judged, level, missing
from training.monitor_settings import MonitorSettings
from training.monitors._arithmetic import share

_NAME: Final = "capability_floor"
_FIGURES: Final = 3
_EASIER: Final = (
    "Begin with easier samples, with training.optimiser = sft on verified answers, or with a "
    "stronger checkpoint."
)


class CapabilityFloor:
    """The `capability_floor` monitor."""

    def figures(self, history: Sequence[RoundHistory], settings: MonitorSettings) -> list[Figure]:
        now = history[-1].number
        made = [r for r in history if r.cells]
        alpha = level(settings.alpha, max(1, len(made)), _FIGURES)
        cells = made[-1].cells if made else ()
        return [
            _too_hard(cells, now, alpha, settings),
            _yield(cells, now, alpha, settings),
            _pass_rate(history, now, settings),
        ]


def _too_hard(
    cells: Sequence[Cell], number: int, alpha: float, settings: MonitorSettings
) -> Figure:
    asked = sum(c.asked for c in cells)
    if not asked:
        return missing(_NAME, "too hard", number, "no candidate was asked to the policy")
    found = share([c.too_hard for c in cells], [c.asked for c in cells])
    threshold = 1 - settings.min_yield
    figure = Figure(
        monitor=_NAME,
        name="too hard",
        round=number,
        value=found.value,
        threshold=threshold,
        interval=found.interval,
        level=alpha,
        n=asked,
        said=f"{found.value:.0%} of {asked} candidates were too hard for the policy.",
    )
    return judged(figure, found.below(alpha) > threshold, _EASIER)


def _yield(cells: Sequence[Cell], number: int, alpha: float, settings: MonitorSettings) -> Figure:
    drawn = sum(c.candidates for c in cells)
    if not drawn:
        return missing(_NAME, "yield", number, "no candidate was drawn")
    found = share([c.admitted for c in cells], [c.candidates for c in cells])
    hard = 2 * sum(c.too_hard for c in cells) > drawn - sum(c.admitted for c in cells)
    figure = Figure(
        monitor=_NAME,
        name="yield",
        round=number,
        value=found.value,
        threshold=settings.min_yield,
        interval=found.interval,
        level=alpha,
        n=drawn,
        said=f"{found.value:.1%} of {drawn} candidates were admitted.",
    )
    other = "See in outcomes.json which gate or source rejects them, and correct that."
    low = found.above(alpha) < settings.min_yield
    return judged(figure, low, _EASIER if hard else other, stop=hard)


def _pass_rate(history: Sequence[RoundHistory], number: int, settings: MonitorSettings) -> Figure:
    runs = [r.trained for r in history if r.trained]
    if not runs:
        return missing(_NAME, "pass rate", number, "no rollout was graded in training")
    accuracy, prompts = runs[-1].accuracy, runs[-1].prompts
    found, alpha = (
        share([accuracy * prompts], [prompts]),
        level(settings.alpha, len(runs), _FIGURES),
    )
    figure = Figure(
        monitor=_NAME,
        name="pass rate",
        round=number,
        value=accuracy,
        threshold=settings.min_pass_rate,
        interval=found.interval,
        level=alpha,
        n=prompts,
        said=f"{accuracy:.1%} of the rollouts of the first {prompts} prompts were right.",
    )
    return judged(figure, found.above(alpha) < settings.min_pass_rate, _EASIER)


PLUGIN: Final[Monitor] = CapabilityFloor()
