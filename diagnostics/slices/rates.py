"""Rates of slices: shrunk ones, those of the rest, and what a slice covers.

Rates are shrunk towards what is usual in a slice's benchmarks, as far as slices of its kind lie
from there: categories by the spread of categories, all other candidates by theirs. Where pictures
repeat, the counts behind a rate are divided by the slice's design effect.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from blindspot.core.diagnosis import CategoryRate
from blindspot.core.outcomes import PASSED
from diagnostics.answers import Answers
from diagnostics.causes.attribution import stage_counts
from diagnostics.settings import DiagnosticsSettings
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import Slice, categories
from diagnostics.slices.empirical_bayes import Estimate, RatePrior, fit
from diagnostics.slices.selection import Tested


class Rates:
    """Shrunk rates of slices."""

    def __init__(self, answers: Answers, pool: Pool) -> None:
        self._answers, self._pool = answers, pool
        self._correlation = pool.correlation(answers.passed)
        self._n = np.bincount(answers.benchmark).astype(float)
        self._passed = np.bincount(answers.benchmark, answers.scores)
        whole = categories(answers)
        parts = [s for s in pool.slices if s.condition]
        self._categories, self._conditions = self._fit(whole), self._fit(parts)

    def counts(self, piece: Slice) -> tuple[float, float]:
        """Effective samples and passes."""
        effect = self._pool.design_effect(piece, self._correlation)
        scores = self._answers.scores[piece.members]
        return len(scores) / effect, float(scores.sum()) / effect

    def expected(self, piece: Slice) -> float:
        """The rate of the other samples of its benchmarks, each benchmark weighted as in the slice;
        a benchmark's own rate where there are no others. With the slice's own samples in it, the
        spread between slices would be understated.
        """
        at = self._answers.benchmark[piece.members]
        n = np.bincount(at, minlength=len(self._n)).astype(float)
        passed = np.bincount(at, self._answers.scores[piece.members], len(self._n))
        rest = self._n - n
        some = rest > 0
        rate = np.where(some, self._passed - passed, self._passed) / np.where(some, rest, self._n)
        weight = n if n.sum() else self._n
        return float(weight @ rate / weight.sum())

    def estimate(self, piece: Slice) -> Estimate:
        """What is known about its rate."""
        prior = self._conditions if piece.condition else self._categories
        return prior.estimate(*self.counts(piece), self.expected(piece))

    def _fit(self, slices: Sequence[Slice]) -> RatePrior:
        counts = [self.counts(s) for s in slices]
        expected = [self.expected(s) for s in slices]
        return fit([n for n, _ in counts], [k for _, k in counts], expected)


def category_rates(
    answers: Answers,
    rates: Rates,
    pool: Pool,
    tested: Tested,
    stage_of: Mapping[str, str],
    settings: DiagnosticsSettings,
) -> tuple[CategoryRate, ...]:
    """Every category of the half by name, those without any answer included."""
    adjusted = {
        s.category: float(p)
        for s, p in zip(pool.slices, tested.adjusted, strict=True)
        if not s.condition
    }
    known = {(s.capability, s.image_type): s for s in categories(answers)}
    nothing = np.array([], dtype=np.int64)
    return tuple(
        _category_rate(
            known.get(key, Slice(*key, members=nothing)),
            answers,
            rates,
            adjusted,
            stage_of,
            settings,
        )
        for key in sorted(answers.coverage, key="/".join)
    )


def _category_rate(
    piece: Slice,
    answers: Answers,
    rates: Rates,
    adjusted: Mapping[str, float],
    stage_of: Mapping[str, str],
    settings: DiagnosticsSettings,
) -> CategoryRate:
    scores = answers.scores[piece.members]
    estimate = rates.estimate(piece)
    missing = max(0, settings.min_support - len(scores))
    stages = stage_counts(failing_ids(piece, answers), stage_of)
    if missing:
        verdict = "not enough data"
    elif adjusted.get(piece.category, 1.0) <= settings.q:
        verdict = "weak"
    else:
        verdict = "strong" if estimate.interval[0] >= settings.target else "undecided"
    return CategoryRate(
        name=piece.category,
        capability=piece.capability,
        image_type=piece.image_type,
        n=len(scores),
        passed=float(scores.sum()),
        raw_rate=float(scores.mean()) if len(scores) else 0.0,
        rate=estimate.rate,
        interval=estimate.interval,
        verdict=verdict,
        missing=missing,
        stages=stages,
        stage_shares={stage: failed / len(scores) for stage, failed in stages.items()},
    )


def coverage(piece: Slice, answers: Answers) -> float:
    """Share of the benchmarks' samples, by their weight in the category; mean over benchmarks."""
    category = piece.capability, piece.image_type
    part = [answers.categories[i].get(category, 0.0) for i in piece.members.tolist()]
    return float(answers.weights[piece.members] @ np.array(part))


def rest_rate(piece: Slice, answers: Answers) -> float:
    """Mean score of the other samples of the slice's benchmarks, each benchmark weighted as in
    the slice.
    """
    inside = np.zeros(len(answers.samples), dtype=bool)
    inside[piece.members] = True
    own = np.bincount(answers.benchmark[inside], minlength=int(answers.benchmark.max()) + 1)
    rest = np.bincount(answers.benchmark[~inside], minlength=len(own))
    total = np.bincount(answers.benchmark[~inside], answers.scores[~inside], len(own))
    weight = np.where(rest > 0, own, 0)
    rate = total / np.maximum(rest, 1)
    return float(weight @ rate / max(weight.sum(), 1))


def failing_ids(piece: Slice, answers: Answers) -> list[str]:
    wrong = piece.members[answers.scores[piece.members] < PASSED]
    return [answers.samples[i].id for i in wrong]
