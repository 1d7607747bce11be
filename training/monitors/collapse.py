"""What is generated, or what the model answers, has become all the same.

    questions   mean cosine of words and word pairs, over pairs of questions of a training cell
    pictures    share of pairs of samples of a cell that show the same picture
    answers     share of pairs of samples of a benchmark that the model answers alike

Departures: these stand where distinct-n (Li et al. 2016) and the entropy of answers are usual.
Both depend on how many samples there are, and a round has more or fewer of a cell than the last;
a mean over pairs does not, and paraphrases count as far as they share words. One minus the share
of equal pairs is Simpson's diversity. No bootstrap: whatever it draws twice counts as equal.

A cell is compared with the first round that had it, answers with round 0 on the same samples. An
alarm is a rise by more than `max_likeness_rise` that is significant beside the variance of means
over pairs. Answers must also be more alike than the targets are: a model that learns to answer a
benchmark where most answers are "no" is no collapse.

Not measured: whether reasoning reads alike. Keeping to one form is what training teaches.
"""

import itertools
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

import numpy as np

from blindspot.core.monitors import Figure
from training.history import Cell, RoundHistory
from training.monitor import Monitor, judged, level, missing, policies, shown
from training.monitor_settings import MonitorSettings
from training.monitors._arithmetic import (
    alike,
    around,
    by_benchmark,
    likeness,
    mean,
    normal_p,
    pairs,
    pairs_variance,
)

_NAME: Final = "collapse"
_FIGURES: Final = 3
_Features = Sequence[Iterable[Hashable]]
_SOURCES: Final = (
    "Add sources, families or a higher temperature of the agents before the next round."
)
_BACK: Final = "Go back to the checkpoint before, with a higher training.grpo.beta or fewer steps."


class Collapse:
    """The `collapse` monitor."""

    def figures(self, history: Sequence[RoundHistory], settings: MonitorSettings) -> list[Figure]:
        return [
            _generated("questions", history, settings),
            _generated("pictures", history, settings),
            _answers(history, settings),
        ]


def _features(name: str, cell: Cell) -> _Features:
    return [words(q) for q in cell.questions] if name == "questions" else cell.pictures


def words(question: str) -> list[Hashable]:
    """Words and pairs of neighbouring words."""
    single = question.split()
    return [*single, *itertools.pairwise(single)]


def _generated(name: str, history: Sequence[RoundHistory], settings: MonitorSettings) -> Figure:
    now, made = history[-1].number, [r for r in history if r.cells]
    matched = _matched(made)
    if not matched:
        why = "there is only one set" if len(made) < 2 else "no cell was there before"
        return missing(_NAME, name, now, why if made else "no set was made yet")
    sizes = np.array([len(cell.questions) for _, cell in matched], dtype=float)
    both = [[likeness(_features(name, c)) for c in pair] for pair in matched]
    weight = sizes / sizes.sum()
    then, value = (float(weight @ [cell[i][0] for cell in both]) for i in (0, 1))
    variance = float(weight**2 @ [a[1] + b[1] for a, b in both])
    figure = Figure(
        monitor=_NAME,
        name=name,
        round=now,
        value=value - then,
        threshold=settings.max_likeness_rise,
        interval=around(value - then, variance),
        p=normal_p(value - then, variance),
        level=level(settings.alpha, len(made) - 1, _FIGURES),
        n=int(sizes.sum()),
        said=f"Pairs of {name} of a cell resemble each other by {value:.2f}, at first {then:.2f}.",
    )
    return judged(figure, shown(figure), _SOURCES)


def _matched(made: Sequence[RoundHistory]) -> list[tuple[Cell, Cell]]:
    """Cells of the last set with the first earlier one of their name, as far as both have pairs."""
    first: dict[str, Cell] = {}
    for earlier in made[:-1]:
        for cell in earlier.cells:
            if len(cell.questions) > 1:
                first.setdefault(cell.name, cell)
    now = made[-1].cells if made else ()
    return [(first[c.name], c) for c in now if c.name in first and len(c.questions) > 1]


def _answers(history: Sequence[RoundHistory], settings: MonitorSettings) -> Figure:
    number = history[-1].number
    if len(history) < 2:
        return missing(_NAME, "answers", number, "there is no earlier round")
    groups = by_benchmark(pairs(history[0].answered, history[-1].answered))
    groups = {name: rows for name, rows in groups.items() if len(rows) > 1}
    rows = [pair for found in groups.values() for pair in found]
    if not rows:
        return missing(
            _NAME, "answers", number, "no two samples of a benchmark were answered in both"
        )
    then, now, wanted = (
        np.concatenate([alike(part) for part in column])
        for column in zip(*map(_columns, groups.values()), strict=True)
    )
    change = mean(now - then, [pair[1].cluster for pair in rows])
    variance = 4 * change.error**2 + sum(
        (len(found) / len(rows)) ** 2 * _both(float(then.mean()), float(now.mean()), len(found))
        for found in groups.values()
    )
    figure = Figure(
        monitor=_NAME,
        name="answers",
        round=number,
        value=change.value,
        threshold=settings.max_likeness_rise,
        interval=around(change.value, variance),
        p=normal_p(change.value, variance),
        level=level(settings.alpha, policies(history), _FIGURES),
        n=len(rows),
        said=f"{now.mean():.0%} of pairs of samples of a benchmark are answered alike, in round 0 "
        f"{then.mean():.0%}; {wanted.mean():.0%} have the same target.",
    )
    beyond = float(now.mean() - wanted.mean()) > settings.max_likeness_rise
    return judged(figure, beyond and change.freedom > 0 and shown(figure), _BACK)


def _both(then: float, now: float, n: int) -> float:
    return pairs_variance(then, n) + pairs_variance(now, n)


def _columns(rows: Sequence) -> tuple[_Features, _Features, _Features]:
    """Answers then, answers now and targets, as features."""
    return (
        [(then.answers[0],) for then, _ in rows],
        [(now.answers[0],) for _, now in rows],
        [(now.target,) for _, now in rows],
    )


PLUGIN: Final[Monitor] = Collapse()
