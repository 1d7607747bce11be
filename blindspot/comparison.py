"""Two evaluations against each other: the numbers of `blindspot compare A B`.

    MMStar   n 750   A 61.2   B 64.0   B − A +2.8 [+0.4, +5.3]   lost 31   won 52   p 0.027

A sample's score is the mean over its scored repeats. Intervals are a bootstrap over clusters, the
samples that share a picture or a group. The overall row is the mean over benchmarks, each resampled
by itself. The exact test (McNemar) is stated where every score is 0 or 1 and both sides drew
equally many answers, and is adjusted over benchmarks by Benjamini–Hochberg; it takes samples as
independent, and a note names the benchmarks where pictures repeat.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from blindspot.core.artifact import first_difference
from blindspot.core.errors import DataError
from blindspot.core.progress import progress
from blindspot.core.records import Record, Sample
from blindspot.core.statistics import (
    benjamini_hochberg,
    bootstrap_means,
    mcnemar,
    no_shorter,
    percentile_interval,
)
from blindspot.pairing import (
    Evaluated,
    Key,
    Matched,
    Scope,
    Side,
    comparable,
    matched,
    title,
)

OVERALL: Final = "overall"
ANYTHING: Final = (-1.0, 1.0)
"""The interval of a difference of which nothing is known."""

Draws = NDArray[np.float64]
_SUMS: Final = ("n", "clusters", "lost", "won", "only_a", "only_b", "other_half", "unanswered")


class Difference(Record):
    """One benchmark, or all of them."""

    name: str
    """The benchmark, or `overall`: the mean over benchmarks."""
    n: int
    """Samples that both answered."""
    clusters: int
    """Their groups of samples that share a picture or a group; what is resampled."""
    a: float | None
    """Mean score of A on these samples; None without any."""
    b: float | None
    """Mean score of B on the same."""
    difference: float | None
    """b − a."""
    interval: tuple[float, float]
    """95 % interval of the difference; the whole range where there is a single cluster."""
    lost: int
    """A right, B wrong; a mean score from .5 up is right."""
    won: int
    """A wrong, B right."""
    p: float | None = None
    """Exact McNemar, two-sided."""
    p_adjusted: float | None = None
    """Benjamini–Hochberg over the benchmarks that have a p."""
    no_p: str = ""
    """Why there is no p."""
    only_a: int = 0
    """Samples that B does not have."""
    only_b: int = 0
    """Samples that A does not have."""
    other_half: int = 0
    """Samples that are in the compared half of one side only."""
    unanswered: int = 0
    """Samples of both that A, B or neither answered."""
    unanswered_a: dict[str, int] = Field(default_factory=dict)
    """Samples without a score in A, by the kind of failure."""
    unanswered_b: dict[str, int] = Field(default_factory=dict)
    """Samples without a score in B, by the kind of failure."""


class Flip(Record):
    """A sample that one side got right and the other wrong."""

    benchmark: str
    """Where it comes from."""
    sample_id: str
    """Its id."""
    target: str
    """The right answer."""
    a: tuple[str | None, ...]
    """A's answers, one per scored repeat; None where none could be read."""
    b: tuple[str | None, ...]
    """B's answers."""


class Comparison(Record):
    """B against A."""

    a: Side
    """What is compared with."""
    b: Side
    """What is compared."""
    half: Scope
    """Which samples."""
    overall: Difference
    """The mean over benchmarks."""
    benchmarks: tuple[Difference, ...]
    """By name."""
    lost: tuple[Flip, ...]
    """All samples that went from right to wrong."""
    won: tuple[Flip, ...]
    """All samples that went from wrong to right."""
    notes: tuple[str, ...]
    """What a reader must know before a claim."""


def default_scope(a: Side, b: Side) -> Scope:
    """The held-out half where a round after training takes part: it was trained towards the
    other.
    """
    return "held_out" if (a.round or 0) + (b.round or 0) > 0 else "both"


def compare(a: Evaluated, b: Evaluated, half: Scope) -> Comparison:
    """B against A. Raises DataError where they cannot be set against each other."""
    common = comparable(a, b)
    names = sorted({name for name, _ in (*a.samples, *b.samples)})
    parts = [matched(name, a, b, half) for name in names]
    if not any(m.pairs for m in parts):
        why = f"no sample {_of(half)} was answered in both"
        raise DataError(title(a, b), why, "Choose another --half, or evaluate again what failed")
    rows: list[tuple[Difference, Draws | None]] = []
    with progress("compare", len(parts)) as advance:
        for seed, m in enumerate(parts):
            rows.append(difference(m, seed, _not_equally_many(a, b)))
            advance()
    benchmarks = _adjusted([row for row, _ in rows])
    return Comparison(
        a=a.side,
        b=b.side,
        half=half,
        overall=overall(benchmarks, [draws for _, draws in rows]),
        benchmarks=benchmarks,
        lost=tuple(_flip(p.sample, a, b) for m in parts for p in m.pairs if p.lost),
        won=tuple(_flip(p.sample, a, b) for m in parts for p in m.pairs if p.won),
        notes=tuple(_notes(a, b, half, common, benchmarks)),
    )


def difference(m: Matched, seed: int, no_p: str = "") -> tuple[Difference, Draws | None]:
    """One row, and its bootstrap draws; None where nothing can be resampled. `no_p` says why an
    exact test would mean nothing.
    """
    before, after = np.array([p.before for p in m.pairs]), np.array([p.after for p in m.pairs])
    several = len(set(m.clusters)) > 1
    draws = bootstrap_means(after - before, m.clusters, seed=seed) if several else None
    lost, won = sum(p.lost for p in m.pairs), sum(p.won for p in m.pairs)
    if not m.pairs:
        no_p = "no sample was answered in both"
    elif not np.isin([before, after], (0.0, 1.0)).all():
        no_p = no_p or "scores lie between 0 and 1"
    change = float(np.mean(after - before)) if m.pairs else None
    row = Difference(
        name=m.name,
        n=len(m.pairs),
        clusters=len(set(m.clusters)),
        a=float(np.mean(before)) if m.pairs else None,
        b=float(np.mean(after)) if m.pairs else None,
        difference=change,
        interval=_interval(draws, change, [(lost, won, len(m.pairs))]),
        lost=lost,
        won=won,
        p=None if no_p else mcnemar(lost, won),
        no_p=no_p,
        **m.left_out,
    )
    return row, draws


def overall(rows: Sequence[Difference], draws: Sequence[Draws | None]) -> Difference:
    """The mean over the benchmarks that have pairs; of one benchmark that row."""
    if len(rows) == 1:
        return rows[0].model_copy(update={"name": OVERALL})
    compared = [d for r, d in zip(rows, draws, strict=True) if r.n]
    known = [d for d in compared if d is not None]
    mean = np.mean(known, axis=0) if len(known) == len(compared) else None
    sums = {name: sum(getattr(r, name) for r in rows) for name in _SUMS}
    change = _mean(r.difference for r in rows)
    return Difference(
        name=OVERALL,
        a=_mean(r.a for r in rows),
        b=_mean(r.b for r in rows),
        difference=change,
        interval=_interval(mean, change, [(r.lost, r.won, r.n) for r in rows if r.n]),
        no_p="it is a mean over benchmarks",
        unanswered_a=_sum(r.unanswered_a for r in rows),
        unanswered_b=_sum(r.unanswered_b for r in rows),
        **sums,
    )


def _interval(
    draws: Draws | None, change: float | None, tables: Sequence[tuple[int, int, int]]
) -> tuple[float, float]:
    """Of bootstrap draws; ANYTHING where nothing could be resampled."""
    if draws is None or change is None:
        return ANYTHING
    return no_shorter(percentile_interval(draws), change, tables)


def _mean(values: Iterable[float | None]) -> float:
    """Of those that are known."""
    return float(np.mean([v for v in values if v is not None]))


def _sum(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    return dict(sorted(sum(map(Counter, counts), Counter()).items()))


def _not_equally_many(a: Evaluated, b: Evaluated) -> str:
    if a.repeats == b.repeats:
        return ""
    return f"A has {a.repeats} answers per sample, B {b.repeats}"


def _adjusted(rows: Sequence[Difference]) -> tuple[Difference, ...]:
    """The rows with p-values adjusted over those that have one."""
    tested = [r.p for r in rows if r.p is not None]
    values = iter(benjamini_hochberg(tested))
    return tuple(
        r if r.p is None else r.model_copy(update={"p_adjusted": float(next(values))}) for r in rows
    )


def _flip(sample: Sample, a: Evaluated, b: Evaluated) -> Flip:
    return Flip(
        benchmark=sample.benchmark,
        sample_id=sample.id,
        target=sample.target,
        a=_answers(a, sample),
        b=_answers(b, sample),
    )


def _answers(side: Evaluated, sample: Sample) -> tuple[str | None, ...]:
    return tuple(p.answer for p in side.predictions[sample.id] if p.score is not None)


def _notes(
    a: Evaluated, b: Evaluated, half: Scope, common: Sequence[Key], rows: Iterable[Difference]
) -> Iterable[str]:
    if half != "held_out" and default_scope(a.side, b.side) == "held_out":
        yield "Training saw the diagnosis half: state gains on --half held_out."
    if a.side.model == b.side.model:
        yield "Both were answered by the same model."
    prompts = sum(a.samples[k].prompt != b.samples[k].prompt for k in common)
    if prompts:
        yield f"Asked differently: {prompts} of {len(common)} samples had another prompt."
    if a.sampling != b.sampling:
        where = first_difference(a.sampling, b.sampling, "sampling")
        yield f"Asked differently: {where}."
    repeated = [r.name for r in rows if r.p is not None and r.clusters < r.n]
    if repeated:
        yield (
            "p takes samples as independent, the interval does not; pictures or groups carry "
            f"several samples in {', '.join(repeated)}."
        )


def _of(half: Scope) -> str:
    return "of either half" if half == "both" else f"of the {half.replace('_', '-')} half"
