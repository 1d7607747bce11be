"""Slices that fail at one error stage reliably more often than the rest of their benchmarks.

    counting/geometric fails at `perception` in 31 of 90 answers, the rest in 9 %

This finds what pass rates hide: a category of average pass rate whose failures are of one kind.
The outcome is "did not fail at this stage", tested as passes are (`against_rest`); Benjamini &
Hochberg runs over all pairs of a slice and a stage, the greedy selection within each stage, so that
a category and its conditions are not both listed. Candidates are categories, answer kinds and
conditions: what can be named by itself.

`unresolved` is no stage: its excess says where attributors abstain, not where the model breaks; it
counts as "not at this stage". `grader_suspect` is tested: a slice that is graded badly should be
seen by a person, but its rows say nothing about the model. A stage needs as many failed samples
as a slice needs support.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from blindspot.core.diagnosis import StageExcess
from blindspot.core.records import SliceKind
from blindspot.core.statistics import benjamini_hochberg
from diagnostics.answers import Answers, Floats
from diagnostics.causes.attributor import ORDER, UNRESOLVED
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.exemplars import spread
from diagnostics.slices.selection import Tested, pool_test, select
from diagnostics.slices.slice import Slice

KINDS: Final[tuple[SliceKind, ...]] = ("category", "answer kind", "condition")
"""Candidates that are tested."""
CITED: Final = 5
"""Failed samples that a row cites at most."""


def stage_excess(
    pool: Pool, answers: Answers, stage_of: Mapping[str, str], q: float, min_support: int
) -> tuple[StageExcess, ...]:
    """By p-value. `stage_of`: the stage of failed samples, by id; of a sample that passed it is
    not looked at.
    """
    named = Pool(answers, [s for s in pool.slices if s.kind in KINDS])
    spared = _spared(answers, stage_of, min_support)
    tests = _adjusted(named, [pool_test(named, o) for o in spared.values()])
    found = [
        _row(named, i, answers, stage, outcome, tested)
        for (stage, outcome), tested in zip(spared.items(), tests, strict=True)
        for i in select(named, outcome, tested, q=q, min_support=min_support)
    ]
    return tuple(sorted(found, key=lambda e: (e.p, e.stage, e.name)))


def _spared(answers: Answers, stage_of: Mapping[str, str], fewest: int) -> dict[str, Floats]:
    """Per stage with enough failed samples: 0 where a sample failed at it, else 1."""
    rows = zip(answers.samples, answers.passed, strict=True)
    stages = np.array(["" if passed else stage_of.get(s.id, UNRESOLVED) for s, passed in rows])
    sizes = Counter(stages.tolist())
    order = [*ORDER, *sorted(set(sizes) - set(ORDER) - {UNRESOLVED, ""})]
    return {stage: (stages != stage) * 1.0 for stage in order if sizes[stage] >= fewest}


def _adjusted(pool: Pool, tests: Sequence[Tested]) -> list[Tested]:
    """With p-values adjusted over all stages together, weighted as the pool's."""
    if not tests:
        return []
    weighted = np.concatenate([t.p / pool.weights for t in tests])
    parts = np.split(benjamini_hochberg(weighted), len(tests))
    return [
        replace(t, adjusted=part, tests=len(weighted)) for t, part in zip(tests, parts, strict=True)
    ]


def _row(
    pool: Pool, at: int, answers: Answers, stage: str, outcome: Floats, tested: Tested
) -> StageExcess:
    piece: Slice = pool.slices[at]
    failed = piece.members[outcome[piece.members] == 0]
    return StageExcess(
        name=_name(piece),
        capability=piece.capability,
        image_type=piece.image_type,
        condition=piece.condition,
        stage=stage,
        n=len(piece.members),
        failed=len(failed),
        share=len(failed) / len(piece.members),
        rest_share=_rest_share(pool, at, outcome),
        p=float(tested.p[at]),
        p_adjusted=float(tested.adjusted[at]),
        samples=spread([answers.samples[i].id for i in failed], CITED),
    )


def _rest_share(pool: Pool, at: int, outcome: Floats) -> float:
    """Share that failed there among the other samples of the slice's benchmarks, each benchmark
    weighted as in the slice.
    """
    counts = pool.counts(1 - outcome)
    rest = counts.all_n - counts.n[at]
    weight = np.where(rest > 0, counts.n[at], 0.0)
    share = (counts.all_passed - counts.passed[at]) / np.maximum(rest, 1)
    return float(weight @ share / max(weight.sum(), 1))


def _name(piece: Slice) -> str:
    """`counting/geometric objects=many`."""
    return piece.category + "".join(f" {k}={v}" for k, v in sorted(piece.condition.items()))
