"""D5, D6: are the rates right where it matters, and does their ranking find what can be recovered?

D5: 60 categories of 20 samples, true rates from a beta distribution of mean .7 and standard
deviation .12. These were chosen so that the baseline comes out as the design page has it (the five
lowest raw rates lie 12 points too low, Wilson's intervals cover them 85 % of the time); nothing of
the product was chosen on them. The same is measured through the product's own `Rates` on the
LMM-shaped suite, whose benchmarks differ in difficulty; there the worst five are those furthest
below the rest of their benchmarks.

D6: the suite's categories shifted by N(0, .4²) on the logit scale. Recoverable errors of a category
are coverage × max(0, true rate of the rest of its benchmarks − its true rate); the figure is what
the five categories ranked first hold, over what the best five hold. The product ranks by coverage ×
shrunk gap × learnability, the baseline by raw accuracy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit

from bench.diagnosing.draws import mean, row, shown
from bench.diagnosing.planting import SUPPORT, expected_rate
from bench.diagnosing.suite import ICC, REPORTING, Suite, outcomes, simulate
from bench.extent import Extent
from bench.rows import Row
from blindspot.core.statistics import wilson
from diagnostics.answers import Answers, Floats
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.empirical_bayes import Estimate, fit
from diagnostics.slices.learnability import learnability
from diagnostics.slices.rates import Rates, coverage, rest_rate
from diagnostics.slices.slice import Slice, categories

CATEGORIES, SAMPLES, MEAN, SPREAD = 60, 20, 0.7, 0.12
SHIFT, WORST = 0.4, 5


@dataclass
class Estimated:
    """Per draw: coverage of all intervals, of the worst five, error of the worst five."""

    every: list[float]
    worst: list[float]
    error: list[float]

    def add(self, truth: Floats, found: Sequence[Estimate], by: Floats) -> None:
        """`by`: the lowest are the worst."""
        low, high = (np.array([e.interval[i] for e in found]) for i in (0, 1))
        covered = (low <= truth) & (truth <= high)
        lowest = np.argsort(by, kind="stable")[:WORST]
        rates = np.array([e.rate for e in found])
        self.every.append(float(covered.mean()))
        self.worst.append(float(covered[lowest].mean()))
        self.error.append(100 * float((rates - truth)[lowest].mean()))


def measure(extent: Extent) -> list[Row]:
    """All rows."""
    ours, raw = one_benchmark(extent.draws(25, 400))
    rows = _rows("60 categories of 20", ours, raw)
    seeds = REPORTING[: extent.draws(1, 8)]
    ours, raw, captured = eleven_benchmarks(seeds, extent.draws(6, 25))
    return [*rows, *_rows("LMM-shaped suite", ours, raw), _captured(captured)]


def one_benchmark(draws: int) -> tuple[Estimated, Estimated]:
    """The product's estimates, and raw rates with Wilson's intervals."""
    ours, raw = Estimated([], [], []), Estimated([], [], [])
    size = MEAN * (1 - MEAN) / SPREAD**2 - 1
    for turn in range(draws):
        rng = np.random.default_rng([REPORTING[0], turn])
        truth = rng.beta(size * MEAN, size * (1 - MEAN), CATEGORIES)
        passed = rng.binomial(SAMPLES, truth)
        prior = fit([SAMPLES] * CATEGORIES, passed.tolist())
        known = {k: prior.estimate(SAMPLES, k) for k in sorted(set(passed.tolist()))}
        found = [known[k] for k in passed.tolist()]
        ours.add(truth, found, np.array([e.rate for e in found]))
        raw.add(truth, [_raw(k, SAMPLES) for k in passed.tolist()], passed / SAMPLES)
    return ours, raw


def eleven_benchmarks(
    seeds: Sequence[int], draws: int
) -> tuple[Estimated, Estimated, dict[str, list[float]]]:
    """The same on the suite, and the recoverable errors captured by rank."""
    ours, raw = Estimated([], [], []), Estimated([], [], [])
    captured: dict[str, list[float]] = {"product": [], "raw accuracy": []}
    for seed in seeds:
        suite = simulate(seed)
        pieces = [s for s in categories(suite.answers) if len(s.members) >= SUPPORT]
        for turn in range(draws):
            rng = np.random.default_rng([seed, turn])
            rates = _shifted(suite, rng)
            answers = replace(suite.answers, scores=outcomes(suite, rates, ICC, rng))
            _one(answers, pieces, rates, ours, raw, captured)
    return ours, raw, captured


def _one(
    answers: Answers,
    pieces: Sequence[Slice],
    rates: Floats,
    ours: Estimated,
    raw: Estimated,
    captured: dict[str, list[float]],
) -> None:
    product = Rates(answers, Pool(answers, pieces))
    found = [product.estimate(s) for s in pieces]
    plain = [_raw(float(answers.scores[s.members].sum()), len(s.members)) for s in pieces]
    truth = np.array([rates[s.members].mean() for s in pieces])
    rest = np.array([rest_rate(s, answers) for s in pieces])
    shrunk, read = (np.array([e.rate for e in each]) for each in (found, plain))
    ours.add(truth, found, shrunk - rest)
    raw.add(truth, plain, read - rest)
    covers = np.array([coverage(s, answers) for s in pieces])
    can_learn = [learnability(s, answers, e.rate) for s, e in zip(pieces, found, strict=True)]
    usual = np.array([expected_rate(answers.benchmark, s.members, rates) for s in pieces])
    gain = covers * np.maximum(0.0, usual - truth)
    captured["product"].append(_share(gain, covers * (rest - shrunk) * np.array(can_learn)))
    captured["raw accuracy"].append(_share(gain, -read))


def _shifted(suite: Suite, rng: np.random.Generator) -> Floats:
    """Every category easier or harder than its benchmarks."""
    rates = suite.base.copy()
    for piece in categories(suite.answers):
        own = logit(rates[piece.members]) + rng.normal(0, SHIFT)
        rates[piece.members] = expit(own)
    return rates


def _share(gain: Floats, rank: Floats) -> float:
    """Of what the best five hold, what the five of the highest rank hold."""
    chosen = np.argsort(-rank, kind="stable")[:WORST]
    return float(gain[chosen].sum() / np.sort(gain)[-WORST:].sum())


def _raw(passed: float, n: int) -> Estimate:
    return Estimate(passed / n, wilson(passed, n), 1.0)


def _rows(where: str, ours: Estimated, raw: Estimated) -> list[Row]:
    bias = f"|bias| of the worst five, points, {where}"
    figure, (low, high) = mean(ours.error)
    size = abs(figure), (max(0.0, max(low, -high)), max(-low, high))
    coverage = "95 % interval coverage"
    return [
        row(
            *("D5", f"{coverage}, all, {where}", mean(ours.every), 0.94),
            precision=0.01,
            to_beat=shown("Wilson", mean(raw.every)),
        ),
        row(
            *("D5", f"{coverage}, worst five, {where}", mean(ours.worst), 0.92),
            precision=0.05,
            to_beat=shown("Wilson", mean(raw.worst)),
        ),
        row(
            *("D5", bias, size, 1.5),
            precision=2.0,
            higher_is_better=False,
            to_beat=shown("raw, signed", mean(raw.error)),
        ),
    ]


def _captured(captured: dict[str, list[float]]) -> Row:
    return row(
        "D6",
        "recoverable errors in the top five, over the best five's",
        mean(captured["product"]),
        0.9,
        precision=0.05,
        to_beat=shown("raw accuracy", mean(captured["raw accuracy"])),
    )
