"""The figures of T10 on plain values: yield, label accuracy, gain, the capability floor, and what
the monitor says. `bench/tuning/verifiers.py` says what they mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from bench.rows import Row
from bench.tuning.candidates import Counts
from bench.tuning.self_training import Scored, gain, gained
from bench.tuning.start_models import STRENGTHS
from blindspot.core.statistics import wilson
from training.history import Cell, RoundHistory
from training.monitor import Alarm, monitors
from training.monitor_settings import MonitorSettings


@dataclass(frozen=True, kw_only=True)
class Trial(Scored):
    """One verifier, one start, one seed."""

    strength: str
    seed: int
    verifier: str
    cells: Mapping[str, Counts]
    equal: dict[str, float] | None
    """After as many steps at every start, where that was tried; `after` is after four passes."""

    @staticmethod
    def of(raw: Mapping[str, Any]) -> "Trial":
        """As read from JSON."""
        cells = {name: Counts(*counts) for name, counts in raw["cells"].items()}
        return Trial(**{**raw, "cells": cells})

    @property
    def total(self) -> Counts:
        return Counts(*map(sum, zip(*self.cells.values(), strict=True)))


def rows(found: Sequence[Trial], verifier: str) -> list[Row]:
    """Yield, label accuracy and gain of a verifier, weakest start first."""
    return [
        row
        for name, own in by_strength(found, verifier).items()
        for row in (
            _share(f"yield of {verifier}, {_start_of(name, own)}, %", own, "accepted"),
            _share(f"label accuracy of {verifier}, {name} start, %", own, "right"),
            gained(f"gain of SFT on what {verifier} accepts, {name} start, points", own),
            *_evenly(f"the same after equal steps, {verifier}, {name} start, points", own),
        )
    ]


def floor(found: Sequence[Trial], verifier: str, full: bool) -> Row:
    """Between which sampled pass rates of the start the gain begins."""
    starts = sorted((_passed(own), _gains(own)) for own in by_strength(found, verifier).values())
    first = next((i for i, (_, gains) in enumerate(starts) if gains), 0)
    between = (starts[first - 1][0], starts[first][0]) if first else None
    return Row(
        "T10",
        f"capability floor of {verifier}: sampled pass rate of the start, %",
        fmean(between) if between else None,
        between,
        "located",
        ", ".join(f"{rate:.1f} %: {'gain' if gains else 'no gain'}" for rate, gains in starts),
        between is not None if full else None,
    )


def watched(found: Sequence[Trial], verifier: str, full: bool) -> list[Row]:
    """At which starts the monitor of the capability floor alarms: it should below the first that
    gains, and not from there on; where none gains, nothing is asked of it.
    """
    starts = by_strength(found, verifier)
    gaining = [_passed(own) for own in starts.values() if _gains(own)]
    return [
        _watched(f"{name} start, {verifier}", own, min(gaining, default=None) if full else None)
        for name, own in starts.items()
    ]


def piloted(pilots: Mapping[float, Mapping[str, Scored]], rate: float) -> list[Row]:
    """What each rate gains at each start, the chosen one first."""
    return [
        gained(
            f"pilot: gain at the learning rate {each:g}, {name} start, points",
            [scored],
            "chosen for all trials" if each == rate else "",
        )
        for each in sorted(pilots, key=lambda r: (r != rate, r))
        for name, scored in pilots[each].items()
    ]


def _watched(what: str, own: Sequence[Trial], floor: float | None) -> Row:
    """`floor`: sampled pass rate of the first start that gains."""
    alarms = [alarm for trial in own if (alarm := ", ".join(_alarms(trial)))]
    wanted = len(own) if floor is not None and _passed(own) < floor else 0
    return Row(
        "T10",
        f"share of seeds at which the monitor capability_floor alarms, {what}",
        len(alarms) / len(own),
        target="1 below the first start that gains, 0 from there on",
        to_beat="; ".join(dict.fromkeys(alarms)),
        met=len(alarms) == wanted if floor is not None else None,
    )


def _alarms(trial: Trial) -> list[str]:
    """The figures that alarm after one round of this set."""
    cells = tuple(
        Cell(name, c.candidates, c.accepted, c.candidates, c.candidates, c.too_hard)
        for name, c in trial.cells.items()
    )
    history, settings = [RoundHistory(0, cells=cells)], MonitorSettings()
    figures = monitors.load("capability_floor").figures(history, settings)
    return [figure.name for figure in figures if isinstance(figure, Alarm)]


def by_strength(found: Sequence[Trial], verifier: str) -> dict[str, list[Trial]]:
    """By start, weakest first."""
    return {
        name: own
        for name in STRENGTHS
        if (own := [t for t in found if (t.strength, t.verifier) == (name, verifier)])
    }


def _gains(own: Sequence[Trial]) -> bool:
    """The interval over questions lies above 0, and so does every seed."""
    _, interval, seeds = gain(own)
    return interval[0] > 0 and min(seeds) > 0


def _evenly(what: str, own: Sequence[Trial]) -> list[Row]:
    found = [Scored(before=t.before, after=t.equal) for t in own if t.equal is not None]
    return [gained(what, found)] if found else []


def _start_of(name: str, own: Sequence[Trial]) -> str:
    greedy = 100 * fmean(own[0].before.values())
    return f"{name} start ({greedy:.0f} % greedy, {_passed(own):.0f} % sampled)"


def _passed(own: Sequence[Trial]) -> float:
    """Share of right rollouts, in percent."""
    return 100 * sum(t.total.right_rollouts for t in own) / sum(t.total.rollouts for t in own)


def _share(what: str, own: Sequence[Trial], of: str) -> Row:
    """Accepted among candidates, or right ones among accepted."""
    totals = [t.total for t in own]
    part = sum(t.accepted if of == "accepted" else t.right for t in totals)
    whole = sum(t.candidates if of == "accepted" else t.accepted for t in totals)
    if not whole:
        return Row("T10", what, to_beat="nothing was accepted")
    low, high = wilson(part, whole)
    band = sum(t.band for t in totals)
    beside = f"{band} of {whole} questions in the band" if of == "accepted" else ""
    return Row("T10", what, 100 * part / whole, (100 * low, 100 * high), to_beat=beside)
