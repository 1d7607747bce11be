"""The loop no longer gains anything worth going on for.

    gain    paired change of the held-out half over the last `patience` rounds, mean over benchmarks

Departure: "no significant gain in k rounds" is not the rule. With modest samples a healthy gain is
often not significant, and stopping for want of evidence would end good runs. A plateau must be
shown: the upper bound of the gain over the last k rounds lies below `min_gain`. What is guaranteed:
a run whose true gain over any k rounds is `min_gain` or more is called a plateau with chance
`alpha` at most, however many rounds it has (up to the normal approximation of a mean over
pictures). What is not: a small held-out half cannot show a plateau, and then the figure says which
gain cannot be excluded, and the loop ends with its last round. A loss is a plateau too. Rounds that
the gate rolled back count, since they gained nothing; the sentence says how many there were.

The held-out half decides when the loop ends and nothing else: neither which checkpoint nor which
data. Gains of the diagnosis half are not looked at; it was trained for.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from blindspot.core.monitors import Figure
from training.history import RoundHistory
from training.monitor import Monitor, judged, level, missing
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
            why = f"it needs {settings.patience} rounds of training"
            return [missing(_NAME, "gain", now.number, why)]
        then = history[-1 - settings.patience]
        rows = pairs(then.held_out, now.held_out)
        if not rows:
            why = "no held-out sample was answered in both rounds"
            return [missing(_NAME, "gain", now.number, why)]
        return [_gain(rows, history[-1 - settings.patience :], settings)]


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


def _gain(
    rows: Sequence[Pair], rounds: Sequence[RoundHistory], settings: MonitorSettings
) -> Figure:
    found, then, number = overall(rows), rounds[0].number, rounds[-1].number
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
        said=f"The held-out half gained {100 * found.value:+.1f} points since round {then}"
        + f"{_refused(rounds[:-1])}; {verdict}.",
    )
    return judged(figure, flat, _DONE)


def _refused(trained: Sequence[RoundHistory]) -> str:
    """How many of the rounds left the weights as they were, where any did."""
    count = sum(each.accepted is False for each in trained)
    return f" ({count} of {len(trained)} rounds were rolled back)" if count else ""


PLUGIN: Final[Monitor] = Plateau()
