"""The loop no longer gains anything worth going on for.

    gain    paired change of the held-out half over the last `patience` rounds, mean over benchmarks

Departure: "no significant gain in k rounds" is not the rule. With modest samples a healthy gain is
often not significant, and stopping for want of evidence would end good runs. A plateau must be
shown: the upper bound of the gain over the last k rounds lies below `min_gain`. What is guaranteed:
a run whose true gain over any k rounds is `min_gain` or more is called a plateau with chance
`alpha` at most, however many rounds it has (up to the normal approximation of a mean over
pictures). What is not: a small held-out half cannot show a plateau, and then the figure says which
gain cannot be excluded, and the loop ends with its last round. A loss is a plateau too.

The held-out half decides when the loop ends and nothing else: neither which checkpoint nor which
data. Gains of the diagnosis half are not looked at; it was trained for.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from blindspot.core.monitors import Figure
from training.history import RoundHistory
from training.monitor import Monitor, judged, level
from training.monitor_settings import MonitorSettings
from training.monitors._arithmetic import Mean, Pair, mean, pairs

_NAME: Final = "plateau"
_DONE: Final = (
    "Take the best checkpoint so far; go on only with other sources, another optimiser or a "
    "stronger checkpoint."
)


class Plateau:
    """The `plateau` monitor."""

    def figures(self, history: Sequence[RoundHistory], settings: MonitorSettings) -> list[Figure]:
        now = history[-1]
        if len(history) <= settings.patience:
            return [_missing(now.number, f"it needs {settings.patience} rounds of training")]
        then = history[-1 - settings.patience]
        rows = pairs(then.held_out, now.held_out)
        if not rows:
            return [_missing(now.number, "no held-out sample was answered in both rounds")]
        return [_gain(rows, then.number, now.number, settings)]


def overall(rows: Sequence[Pair]) -> Mean:
    """Mean change over benchmarks, each of them weighing the same. To its variance is added what
    two pictures of average weight make that turn, one each way: where nothing turned, few samples
    must not look certain (with that, 3/n can be excluded, as by the rule of three).
    """
    sizes = Counter(now.benchmark for _, now in rows)
    found = mean(
        [now.score - then.score for then, now in rows],
        [now.cluster for _, now in rows],
        [1 / sizes[now.benchmark] for _, now in rows],
    )
    turned = 2 / (found.freedom + 1) ** 2
    return replace(found, error=(found.error**2 + turned) ** 0.5)


def _gain(rows: Sequence[Pair], then: int, number: int, settings: MonitorSettings) -> Figure:
    found = overall(rows)
    alpha = level(settings.alpha, number - settings.patience + 1, 1)
    upper = found.above(alpha) if found.freedom else 1.0
    flat = upper < settings.min_gain
    at_most = f"{100 * upper:.1f} points at most"
    verdict = f"that is {at_most}" if flat else f"it may be {at_most}: no plateau is shown"
    figure = Figure(
        monitor=_NAME,
        name="gain",
        round=number,
        value=found.value,
        threshold=settings.min_gain,
        interval=found.interval if found.freedom else (-1.0, 1.0),
        level=alpha,
        n=len(rows),
        said=f"The held-out half gained {100 * found.value:+.1f} points since round {then}; "
        + f"{verdict}.",
    )
    return judged(figure, flat, _DONE)


def _missing(number: int, why: str) -> Figure:
    return Figure(monitor=_NAME, name="gain", round=number, said=f"Not measured: {why}.")


PLUGIN: Final[Monitor] = Plateau()
