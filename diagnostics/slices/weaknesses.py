"""From tested slices to the records of a diagnosis: category rates and weaknesses.

Rates are shrunk within their kind: categories towards the distribution of categories, conditions
towards the distribution of all candidate conditions. Where pictures repeat, the counts behind a
rate are divided by the slice's design effect.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from blindspot.core.diagnosis import CategoryRate
from blindspot.core.records import Weakness
from diagnostics.answers import PASSED, Answers, Floats
from diagnostics.causes.attribution import stage_counts
from diagnostics.mixture.cells import Aim, cell_name
from diagnostics.mixture.own_answers import own_answers
from diagnostics.settings import DiagnosticsSettings
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import Slice, categories
from diagnostics.slices.empirical_bayes import RatePrior, fit
from diagnostics.slices.exemplars import nearest, spread
from diagnostics.slices.selection import Tested


class Rates:
    """Shrunk rates of slices."""

    def __init__(self, answers: Answers, pool: Pool) -> None:
        self._answers, self._pool = answers, pool
        self._correlation = pool.correlation(answers.passed)
        whole = categories(answers)
        parts = [s for s in pool.slices if s.condition]
        self._categories, self._conditions = self._fit(whole), self._fit(parts)

    def counts(self, piece: Slice) -> tuple[float, float]:
        """Effective samples and passes."""
        effect = self._pool.design_effect(piece, self._correlation)
        scores = self._answers.scores[piece.members]
        return len(scores) / effect, float(scores.sum()) / effect

    def prior(self, piece: Slice) -> RatePrior:
        return self._conditions if piece.condition else self._categories

    def _fit(self, slices: Sequence[Slice]) -> RatePrior:
        counts = [self.counts(s) for s in slices]
        return fit([n for n, _ in counts], [k for _, k in counts])


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
    estimate = rates.prior(piece).estimate(*rates.counts(piece))
    missing = max(0, settings.min_support - len(scores))
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
        stages=stage_counts(_failing(piece, answers), stage_of),
    )


def weaknesses(
    answers: Answers,
    rates: Rates,
    pool: Pool,
    tested: Tested,
    selected: Sequence[int],
    stage_of: Mapping[str, str],
    exemplars: int,
) -> list[Aim]:
    """The selected slices as weaknesses, by rank."""
    found = [
        _weakness(
            pool.slices[i],
            answers,
            rates,
            (float(tested.p[i]), float(tested.adjusted[i])),
            stage_of,
            exemplars,
        )
        for i in selected
    ]
    return sorted(found, key=lambda a: (-_rank(a.weakness), a.weakness.id))


def _weakness(
    piece: Slice,
    answers: Answers,
    rates: Rates,
    p_values: tuple[float, float],
    stage_of: Mapping[str, str],
    exemplars: int,
) -> Aim:
    scores = answers.scores[piece.members]
    estimate = rates.prior(piece).estimate(*rates.counts(piece))
    failing = _failing(piece, answers)
    cited = spread(failing, exemplars)
    record = Weakness(
        id=_slug(piece),
        name=_name(piece),
        capability=piece.capability,
        image_type=piece.image_type,
        condition=piece.condition,
        n=len(scores),
        passed=float(scores.sum()),
        raw_rate=float(scores.mean()),
        rate=estimate.rate,
        interval=estimate.interval,
        gap=rest_rate(piece, answers) - estimate.rate,
        coverage=coverage(piece, answers),
        kind=piece.kind,
        effective_n=rates.counts(piece)[0],
        p=p_values[0],
        p_adjusted=p_values[1],
        learnability=learnability(piece, answers, estimate.rate),
        stages=_shares(stage_counts(failing, stage_of)),
        failing=cited,
        passing=_nearest_passing(piece, answers, cited, exemplars),
    )
    return Aim(record, estimate.upper90, _own_answers(piece, answers))


def coverage(piece: Slice, answers: Answers) -> float:
    """Share of the benchmarks' samples, by their weight in the category; mean over benchmarks."""
    category = piece.capability, piece.image_type
    part = [answers.categories[i].get(category, 0.0) for i in piece.members.tolist()]
    return float(answers.weights[piece.members] @ np.array(part))


def _own_answers(piece: Slice, answers: Answers) -> tuple[str, ...]:
    """The targets that only this condition of its category allows, if it decides them."""
    inside, samples = set(piece.members.tolist()), answers.samples
    outside = (i for i, s in enumerate(samples) if s.category == piece.category and i not in inside)
    found = own_answers([samples[i].target for i in inside], [samples[i].target for i in outside])
    return found if piece.condition else ()


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


def learnability(piece: Slice, answers: Answers, rate: float) -> float:
    """Mean of 4p(1−p) over samples asked more than once; 4p(1−p) of the slice's rate if there
    are none.
    """
    repeated = piece.members[answers.repeats[piece.members] > 1]
    p: Floats = answers.scores[repeated] if len(repeated) else np.array([rate])
    return float(np.mean(4 * p * (1 - p)))


def _failing(piece: Slice, answers: Answers) -> list[str]:
    wrong = piece.members[answers.scores[piece.members] < PASSED]
    return [answers.samples[i].id for i in wrong]


def _nearest_passing(
    piece: Slice, answers: Answers, cited: Sequence[str], count: int
) -> tuple[str, ...]:
    by_id = {answers.samples[i].id: answers.samples[i] for i in piece.members}
    passing = [
        s
        for s, score in zip(answers.samples, answers.scores, strict=True)
        if score >= PASSED and s.category == piece.category
    ]
    return nearest([by_id[i] for i in cited], passing, count)


def _rank(weakness: Weakness) -> float:
    return weakness.coverage * weakness.gap * weakness.learnability


def _shares(counts: Mapping[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {k: v / total for k, v in counts.items()}


def _slug(piece: Slice) -> str:
    """As `CellShare.name`, blanks within attributes made visible."""
    tight = {re.sub(r"\s+", "_", k): re.sub(r"\s+", "_", v) for k, v in piece.condition.items()}
    return cell_name(piece.capability, piece.image_type, tight)


def _name(piece: Slice) -> str:
    """`chart reading on chart_graph images, bars = 4`."""
    conditions = "".join(f", {k} = {v}" for k, v in sorted(piece.condition.items()))
    return f"{piece.capability.replace('_', ' ')} on {piece.image_type} images{conditions}"
