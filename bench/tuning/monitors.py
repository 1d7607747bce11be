"""T6: whether the monitors over rounds see what is planted, and nothing else.

Histories are simulated (`bench.tuning.histories`) and watched after each round with the default
settings, until a monitor alarms. A pathology counts as detected where the monitor that it is for
stops the run after it began and not before; a healthy run as falsely alarmed where its monitor
stops it after any round. All conditions are reported:

    capability_floor  98 % or all candidates too hard; no rollout right, or .5 %. Healthy: half too
                      hard; 80 % too hard and three in four others kept, with 200 or 20 candidates
    collapse          half or 80 % of the questions are one template, of the samples one picture, of
                      the answers one. Healthy: sizes of cells change, or grow; answers get better
    hallucination     after round 1 it leans to "yes", by .3, .5 or 1 standard deviation;
                      repeats agree more each round, also on wrong answers. Healthy: gains alone; a
                      lean that was always there; one to "no" that goes; repeats agree, and gains
    plateau           three points gained in one round, then 0, −1, or +.2 points a round. Healthy:
                      1 or 3 points a round; exactly the least gain; few samples

Rounds may be rolled back: a lean to "yes" and a run that gains with one such round, which are to be
told as without it, and a run whose every round is, which is a plateau. "No rollout right" is asked
of 512 prompts and of the 240 that five steps of `tiny-cpu` have.

Two conditions lie at a threshold, where no monitor can do better than a coin, and have no target: a
lean by .3 exceeds the targets by 6 points, of which 5 are allowed; repeats that agree more without
gain or loss are where `confidently wrong` begins to count. A healthy run with exactly the least
gain is the worst case that the guarantee of `plateau` covers.

To beat, on the same histories: the same thresholds on the bare figures (`naive`), as early stopping
and alarms in dashboards have them.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from bench.diagnosing.draws import row, share, shown
from bench.extent import Extent
from bench.rows import Row
from bench.tuning.histories import (
    SUITE,
    Asked,
    answering,
    filling,
    gaining,
    generating,
    repeating,
    rolled_back,
    saying_yes,
)
from blindspot.core.monitors import Alarm
from training.history import RoundHistory
from training.monitor import monitors
from training.monitor_settings import MonitorSettings
from training.monitors.hallucination import confidently_wrong, yes

History = Sequence[RoundHistory]
_SMALL: Final = {"tiny": 300}
_SETTINGS: Final = MonitorSettings()
_LEAST: Final = _SETTINGS.min_gain / _SETTINGS.patience


@dataclass(frozen=True)
class Case:
    """One condition."""

    monitor: str
    said: str
    run: Callable[[int], list[RoundHistory]]
    """A history by its seed."""
    since: int | None = None
    """The first round whose evaluation may show the pathology; None of a healthy run."""
    near: bool = False
    """Whether it is so near the threshold that nothing can be asked of a monitor."""


def measure(extent: Extent) -> list[Row]:
    """All conditions, those with a pathology first."""
    runs = extent.draws(5, 200)
    return [_row(case, runs) for case in (*PLANTED, *HEALTHY)]


def first_alarm(history: History, alarming: Callable[[History], bool]) -> int | None:
    """The round after which it first alarms, or None."""
    return next((r.number for r in history if alarming(_upto(history, r.number))), None)


def _upto(history: History, number: int) -> History:
    """What is known after a round's evaluation: its set and its training are still to come."""
    return [*history[:number], replace(history[number], cells=(), trained=None)]


def watched(monitor: str) -> Callable[[History], bool]:
    """Whether the monitor stops a run."""
    plugin = monitors.load(monitor)
    return lambda history: any(
        isinstance(figure, Alarm) and figure.stop for figure in plugin.figures(history, _SETTINGS)
    )


def _row(case: Case, runs: int) -> Row:
    ways = (watched(case.monitor), NAIVE[case.monitor])
    rounds: list[list[int | None]] = [[], []]
    for seed in range(runs):
        history = case.run(seed)
        for found, way in zip(rounds, ways, strict=True):
            found.append(first_alarm(history, way))
    own, naive = (share([_hit(r, case.since) for r in found]) for found in rounds)
    planted = case.since is not None
    what = "detected" if planted else "false alarms"
    said, beaten = f"{case.monitor}: {what}, {case.said}", shown("fixed thresholds", naive)
    if case.near:
        return Row("T6", said, *own, target="none: near the threshold", to_beat=beaten)
    return row(
        "T6",
        said,
        own,
        0.95 if planted else 0.05,
        precision=0.1,
        higher_is_better=planted,
        to_beat=beaten,
    )


def _hit(found: int | None, since: int | None) -> bool:
    return found is not None and (since is None or found >= since)


def _naive_floor(history: History) -> bool:
    made = [r for r in history if r.cells]
    if not made:
        return False
    cells, trained = made[-1].cells, made[-1].trained
    drawn, admitted = sum(c.candidates for c in cells), sum(c.admitted for c in cells)
    starved = admitted / drawn < _SETTINGS.min_yield
    return starved or (trained is not None and trained.accuracy < _SETTINGS.min_pass_rate)


def _naive_collapse(history: History) -> bool:
    """Distinct word pairs, pictures or the answers' entropy, down by a share since the first."""
    made = [_distinct(r) for r in history if r.cells]
    said = [_distinct_answers(r) for r in history if r.answered]
    left = 1 - _SETTINGS.max_likeness_rise
    fell = [b < a * left for a, b in zip(made[0], made[-1], strict=True)] if made else []
    return any(fell) or (len(said) > 1 and said[-1] < said[0] * left)


def _distinct(record: RoundHistory) -> tuple[float, float]:
    """Distinct-2 of the questions (Li et al. 2016), and distinct pictures over samples."""
    pairs = [p for c in record.cells for q in c.questions for p in pairwise(q.split())]
    pictures = [(c.name, p) for c in record.cells for p in c.pictures]
    return len(set(pairs)) / len(pairs), len(set(pictures)) / len(pictures)


def _distinct_answers(record: RoundHistory) -> float:
    """Entropy of the answers, in nats."""
    _, counts = np.unique([a.answers[0] for a in record.answered], return_counts=True)
    rates = counts / counts.sum()
    return float(-(rates * np.log(rates)).sum())


def _naive_hallucination(history: History) -> bool:
    """More "yes" than targets, or more confidently wrong answers than in round 0."""
    limit, now = _SETTINGS.max_yes_rise, history[-1].answered
    asked = [a for a in now if a.kind == "yes_no"]
    if asked and np.mean([yes(a) - (a.target == "yes") for a in asked]) > limit:
        return True
    sure = [np.mean([confidently_wrong(a) for a in r.answered]) for r in (history[0], history[-1])]
    return bool(sure[1] - sure[0] > limit)


def _naive_plateau(history: History) -> bool:
    """Early stopping: the last rounds gained less than the threshold."""
    if len(history) <= _SETTINGS.patience:
        return False
    ends = history[-1 - _SETTINGS.patience], history[-1]
    then, now = map(_overall, ends)
    return now - then < _SETTINGS.min_gain


def _overall(record: RoundHistory) -> float:
    """Mean over benchmarks."""
    scores: defaultdict[str, list[float]] = defaultdict(list)
    for answered in record.held_out:
        scores[answered.benchmark].append(answered.score)
    return sum(sum(s) / len(s) for s in scores.values()) / len(scores)


NAIVE: Final[dict[str, Callable[[History], bool]]] = {
    "capability_floor": _naive_floor,
    "collapse": _naive_collapse,
    "hallucination": _naive_hallucination,
    "plateau": _naive_plateau,
}


def _leaning(start: float, ends: float) -> list[Asked]:
    """Skill grows; the lean is `start` for two rounds, and goes to `ends` in two more."""
    leans = (start, start, (start + ends) / 2, ends, ends)
    return [Asked(2.0 + 0.1 * i, lean) for i, lean in enumerate(leans)]


def _flat(step: float) -> list[float]:
    """A gain of three points, then `step` a round."""
    return [0.5, *(0.53 + step * i for i in range(6))]


def _floor(
    said: str, *shares: float, candidates: int, since: int | None = None, prompts: int = 512
) -> Case:
    hard, kept, right = shares
    run = lambda seed: filling(hard, kept, right, candidates, 3, seed, prompts)  # noqa: E731
    sizes = f"{candidates} candidates a cell" + (f", {prompts} prompts" if prompts != 512 else "")
    return Case("capability_floor", f"{said}, {sizes}", run, since)


def _refused(case: Case, number: int) -> Case:
    """The same run with a round more, whose training was rolled back."""
    run = lambda seed: rolled_back(case.run(seed), number)  # noqa: E731
    since = case.since + (number < case.since) if case.since is not None else None
    said = f"{case.said}, round {number} rolled back"
    return replace(case, run=run, since=since, said=said)


def _sets(said: str, of: str, share: float, since: int | None = None, growth: float = 0.0) -> Case:
    shares = (0.0, 0.0, share / 2, share)
    return Case("collapse", said, lambda seed: generating(shares, of, seed, growth), since)


def _said(said: str, share: float, n: int, since: int | None = None) -> Case:
    shares = (0.0, 0.0, share / 2, share, share)
    run = lambda seed: answering(shares, n, seed)  # noqa: E731
    return Case("collapse", f"{said}, {n} samples", run, since)


def _yes(said: str, start: float, ends: float, n: int, since: int | None = None) -> Case:
    run = lambda seed: saying_yes(_leaning(start, ends), n, seed)  # noqa: E731
    return Case("hallucination", f"{said}, {n} questions", run, since)


def _sure(said: str, accuracy: float, agreed: float, since: int | None = None) -> Case:
    rounds = [(0.5 + accuracy * i, 0.4 + agreed * max(0, i - 1)) for i in range(5)]
    return Case("hallucination", said, lambda seed: repeating(rounds, 800, seed), since)


def _gains(said: str, rates: Sequence[float], suite: dict[str, int], since: int | None) -> Case:
    total = sum(suite.values())
    run = lambda seed: gaining(rates, suite, seed)  # noqa: E731
    return Case("plateau", f"{said}, {total} held-out samples", run, since)


PLANTED: Final = (
    _floor("98 % too hard", 0.98, 0.5, 0.05, candidates=200, since=1),
    _floor("all too hard", 1.0, 0.5, 0.05, candidates=200, since=1),
    _floor("no rollout right", 0.5, 0.5, 0.0, candidates=200, since=1),
    _floor("no rollout right", 0.5, 0.5, 0.0, candidates=200, since=1, prompts=240),
    _floor(".5 % of rollouts right", 0.5, 0.5, 0.005, candidates=200, since=1),
    _sets("half of the questions one template", "questions", 0.5, 3),
    _sets("80 % of the questions one template", "questions", 0.8, 3),
    _sets("half of the samples one picture", "pictures", 0.5, 3),
    _sets("80 % of the samples one picture", "pictures", 0.8, 3),
    _said("half of the answers one", 0.5, 500, 2),
    _said("80 % of the answers one", 0.8, 500, 2),
    replace(_yes("leans to yes by .3 (6 points)", 0.0, 0.3, 1000, 2), near=True),
    _yes("leans to yes by .5", 0.0, 0.5, 1000, 2),
    _yes("leans to yes by 1", 0.0, 1.0, 300, 2),
    _refused(_yes("leans to yes by .5", 0.0, 0.5, 1000, 2), 0),
    replace(_sure("repeats agree, no gain, 800 samples", 0.0, 0.1, 2), near=True),
    _sure("repeats agree, 1 point lost a round, 800 samples", -0.01, 0.1, 2),
    _sure("repeats agree, 2 points lost a round, 800 samples", -0.02, 0.1, 2),
    _gains("nothing gained", _flat(0.0), SUITE, 4),
    _gains("a point lost each round", _flat(-0.01), SUITE, 3),
    _gains("+.2 points a round", _flat(0.002), SUITE, 4),
    _gains("every round rolled back", [0.5] * 7, SUITE, 3),
)
HEALTHY: Final = (
    _floor("half too hard", 0.5, 0.5, 0.3, candidates=200),
    _floor("80 % too hard, yield .15", 0.8, 0.75, 0.05, candidates=200),
    _floor("80 % too hard, yield .15", 0.8, 0.75, 0.05, candidates=20),
    _sets("sizes of cells change", "questions", 0.0),
    _sets("sets grow by half of the first each round", "questions", 0.0, growth=0.5),
    _said("answers get better", 0.0, 500),
    _yes("gains alone", 0.0, 0.0, 300),
    _refused(_yes("gains alone", 0.0, 0.0, 300), 1),
    _yes("always leaned to yes", 0.3, 0.3, 1000),
    _yes("leaned to no, and no longer", -0.4, 0.0, 1000),
    _sure("repeats agree, and gains, 800 samples", 0.02, 0.1),
    _gains("1 point a round", [0.5 + 0.01 * i for i in range(8)], SUITE, None),
    _gains("3 points a round", [0.5 + 0.03 * i for i in range(6)], SUITE, None),
    _refused(_gains("3 points a round", [0.5 + 0.03 * i for i in range(6)], SUITE, None), 2),
    _gains("the least gain", [0.5 + _LEAST * i for i in range(8)], SUITE, None),
    _gains("1 point a round", [0.5 + 0.01 * i for i in range(8)], _SMALL, None),
)
