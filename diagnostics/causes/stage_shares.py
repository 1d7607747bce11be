"""At which stages the failed samples broke: shares with intervals, corrected by people's labels.

    reading   n 120   share .40 [.35, .46]   corrected .31 [.24, .39]

Both columns sum to 1. People label a simple random sample (`human.py`); their labels replace no
attribution, they correct every stage's share (`prediction_powered.py`). Each stage is corrected by
itself, so that a stage that attributors know well is not spoiled by one that they guess; then all
are scaled to sum to 1. Intervals are of the stages by themselves.

Failed samples are taken as drawn from more like them, those that share a picture or group together:
the intervals do not close when everything is labelled.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from blindspot.core.diagnosis import HumanReport, StageShare
from diagnostics.answers import Floats, Ints, cluster_of
from diagnostics.causes import prediction_powered
from diagnostics.causes.attributor import ORDER, UNRESOLVED
from diagnostics.causes.failed import Failed
from diagnostics.causes.worth import interval

Corrected = tuple[float, tuple[float, float]]
"""A share and its interval."""
Stages = NDArray[np.str_]


def stage_shares(failed: Sequence[Failed], human: Mapping[str, str]) -> tuple[StageShare, ...]:
    """One per stage that an attribution or a person names, in the order of the stages. `human`
    holds stages of some of the failed samples, by id.
    """
    rows = sorted(failed, key=lambda f: (f.sample.id not in human, f.sample.id))
    clusters, ours = _numbers(rows), np.array([f.stage for f in rows], dtype=str)
    counts = Counter(ours.tolist())
    stages = _in_order({*counts, *human.values()})
    people = np.array([human[f.sample.id] for f in rows[: len(human)]], dtype=str)
    corrected = _corrected(stages, people, ours, clusters)
    return tuple(
        StageShare(
            stage=stage,
            n=counts[stage],
            share=counts[stage] / len(rows),
            interval=_interval(_is(stage, ours), clusters),
            corrected=corrected[stage][0] if corrected else None,
            corrected_interval=corrected[stage][1] if corrected else None,
        )
        for stage in stages
    )


def human_report(failed: Sequence[Failed], human: Mapping[str, str], unknown: int) -> HumanReport:
    """How far people and attribution agree; `unknown` labels are about something else."""
    return HumanReport(
        labelled=len(human),
        agreed=sum(human.get(f.sample.id) == f.stage for f in failed),
        unknown=unknown,
    )


def _in_order(stages: set[str]) -> list[str]:
    rank = {stage: i for i, stage in enumerate((*ORDER, UNRESOLVED))}
    return sorted(stages, key=lambda s: (rank.get(s, len(rank)), s))


def _corrected(
    stages: Sequence[str], people: Stages, ours: Stages, clusters: Ints
) -> dict[str, Corrected] | None:
    """By stage, summing to 1; None where there are too few labels. The labelled stand first in
    `ours` and `clusters`, as in `people`.
    """
    found: dict[str, Corrected] = {}
    for stage in stages:
        predicted = _is(stage, ours)
        own, others = predicted[: len(people)], predicted[len(people) :]
        one = prediction_powered.mean(_is(stage, people), own, others, clusters)
        if one is None:
            return None
        found[stage] = one
    total = sum(share for share, _ in found.values())
    return {stage: _scaled(one, total) for stage, one in found.items()}


def _scaled(one: Corrected, total: float) -> Corrected:
    """The share over the sum of all; the interval holds it."""
    share, (low, high) = one
    return share / total, (min(low, share / total), max(high, share / total))


def _interval(there: Floats, clusters: Ints) -> tuple[float, float]:
    share = float(there.mean())
    return interval(share, (there - share) / len(there), clusters, len(there))


def _is(stage: str, stages: Stages) -> Floats:
    """1 where it is the stage, else 0."""
    return (stages == stage).astype(float)


def _numbers(rows: Sequence[Failed]) -> Ints:
    """Of each row, the number of what shares its picture or group."""
    names = [cluster_of(f.sample) for f in rows]
    return np.unique(np.array(names, dtype=str), return_inverse=True)[1].astype(np.int64)
