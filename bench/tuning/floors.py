"""The figures of T10 on plain values: yield, label accuracy, gain, the capability floor, and what
the monitor says. `bench/tuning/verifiers.py` says what they mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

from bench.rows import Row
from bench.tuning.self_training import Scored, gain, gained
from bench.tuning.start_models import STRENGTHS
from blindspot.core.statistics import wilson
from training.history import Cell, RoundHistory
from training.monitor import Alarm, monitors
from training.monitor_settings import MonitorSettings


class Counts(NamedTuple):
    """Of the candidates of one cell."""

    candidates: int = 0
    passed: int = 0
    """Candidates that are right."""
    accepted: int = 0
    right: int = 0
    """Accepted ones that are."""
    too_hard: int = 0


@dataclass(frozen=True, kw_only=True)
class Trial(Scored):
    """One verifier, one start, one seed."""

    strength: str
    seed: int
    verifier: str
    cells: Mapping[str, Counts]

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
        )
    ]


def floor(found: Sequence[Trial], verifier: str, full: bool) -> Row:
    """Between which sampled pass rates of the start the gain begins."""
    starts = sorted((_passed(own), _gains(own)) for own in by_strength(found, verifier).values())
    without = [rate for rate, gains in starts if not gains]
    gaining = [rate for rate, gains in starts if gains]
    located = bool(without and gaining) and max(without) < min(gaining)
    between = (max(without), min(gaining)) if located else None
    return Row(
        "T10",
        f"capability floor of {verifier}: sampled pass rate of the start, %",
        fmean(between) if between else None,
        between,
        "located",
        ", ".join(f"{rate:.1f} %: {'gain' if gains else 'no gain'}" for rate, gains in starts),
        located if full else None,
    )


def watched(found: Sequence[Trial], verifier: str, full: bool) -> list[Row]:
    """At which starts the monitor of the capability floor alarms."""
    return [
        _watched(f"{name} start, {verifier}", own, full)
        for name, own in by_strength(found, verifier).items()
    ]


def _watched(what: str, own: Sequence[Trial], full: bool) -> Row:
    alarms = [alarm for trial in own if (alarm := ", ".join(_alarms(trial)))]
    wanted = 0 if _gains(own) else len(own)
    return Row(
        "T10",
        f"share of seeds at which the monitor capability_floor alarms, {what}",
        len(alarms) / len(own),
        target="1 without gain, 0 with one",
        to_beat="; ".join(dict.fromkeys(alarms)),
        met=len(alarms) == wanted if full else None,
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
        name: [t for t in found if (t.strength, t.verifier) == (name, verifier)]
        for name in STRENGTHS
    }


def _gains(own: Sequence[Trial]) -> bool:
    return gain(own)[1][0] > 0


def _start_of(name: str, own: Sequence[Trial]) -> str:
    greedy = 100 * fmean(own[0].before.values())
    return f"{name} start ({greedy:.0f} % greedy, {_passed(own):.0f} % sampled)"


def _passed(own: Sequence[Trial]) -> float:
    """Share of right candidates, in percent."""
    return 100 * sum(t.total.passed for t in own) / sum(t.total.candidates for t in own)


def _share(what: str, own: Sequence[Trial], of: str) -> Row:
    """Accepted among candidates, or right ones among accepted."""
    totals = [t.total for t in own]
    part = sum(t.accepted if of == "accepted" else t.right for t in totals)
    whole = sum(t.candidates if of == "accepted" else t.accepted for t in totals)
    if not whole:
        return Row("T10", what, to_beat="nothing was accepted")
    low, high = wilson(part, whole)
    return Row("T10", what, 100 * part / whole, (100 * low, 100 * high))
