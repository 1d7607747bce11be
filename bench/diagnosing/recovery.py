"""D2 (shared pictures), D3, D4, D9: what a diagnosis finds of weaknesses planted into the
LMM-shaped suite, and what it invents.

D3: the mean F1 (`planting`) over draws of three plants at d = .5. A pair of category and stage is
planted in two ways: failures that the plant adds break at its stage, or, at an average pass rate,
half of its failures move there.

D4: 5–10 plants of categories, conditions and topics, d in {.3, .5, .7}. A reported slice is false
when its members' mean pass rate is not below that of the rest of its benchmarks, each benchmark
weighted as in the slice. As that counts a slice with few planted members as right, the share of
reported slices with less than half of their members in plants stands beside it.

Baselines on the same draws: what is more than five points below the mean accuracy, without a test,
over the categories (EvalTree's rule) or over the whole pool; for stages, a share among the failures
more than five points above the mean; Benjamini & Hochberg without the design effect.

Figures are those of reporting suites; nothing was chosen on them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench.diagnosing.draws import mean, row, share, shown
from bench.diagnosing.planting import (
    BELOW,
    SUPPORT,
    Piece,
    Q,
    World,
    categories,
    each_draw,
    f1,
    false_slices,
    low,
    low_categories,
    mixed,
    some,
    topics,
    world,
)
from bench.diagnosing.suite import (
    ICC,
    REPORTING,
    Plant,
    outcomes,
    pass_rates,
    stage_of_failures,
)
from bench.extent import Extent
from bench.rows import Row
from blindspot.core.statistics import benjamini_hochberg
from diagnostics.answers import Floats, Ints
from diagnostics.causes.attributor import ORDER
from diagnostics.causes.excess import stage_excess
from diagnostics.slices.against_rest import below_p
from diagnostics.slices.selection import pool_test
from diagnostics.slices.stability import stability

PLANTS, FACTOR = 3, 0.5
RESAMPLES = 50


def measure(extent: Extent) -> list[Row]:
    """All rows; a suite of its own per seed, each with as many draws."""
    worlds = [world(seed) for seed in REPORTING[: extent.draws(1, 8)]]
    return [
        *null_rows(worlds, extent.draws(40, 100)),
        *recovery_rows(worlds, extent.draws(6, 40)),
        *discovery_rows(worlds, extent.draws(6, 40)),
        *stability_rows(worlds, extent.draws(2, 12)),
    ]


def null_rows(worlds: Sequence[World], draws: int) -> list[Row]:
    ours, plain = [], []
    for w, rng in each_draw(worlds, draws, "null"):
        passed = outcomes(w.suite, w.suite.base, 0.4, rng)
        ours.append(bool((pool_test(w.pool, passed).adjusted <= Q).any()))
        p = below_p(w.pool.counts(passed), np.ones(len(w.pool.slices)))
        plain.append(bool((benjamini_hochberg(p) <= Q).any()))
    name = "null runs with a reported weakness, LMM-shaped suite, shared pictures (ICC .4)"
    beat = shown("BH without design effect", share(plain))
    figure = share(ours)
    return [row("D2", name, figure, 0.1, precision=0.1, higher_is_better=False, to_beat=beat)]


def recovery_rows(worlds: Sequence[World], draws: int) -> list[Row]:
    plain = partial(_planted_rates, worlds, draws)
    staged = partial(_planted_stages, worlds, draws)
    return [
        plain("category", categories, 0.95, low_categories),
        staged("category × stage", 0.85, False),
        staged("category × stage at an average pass rate", 0.85, True),
        plain("latent topic", topics, 0.60, low),
    ]


def _planted_rates(
    worlds: Sequence[World],
    draws: int,
    name: str,
    pieces: Callable[[World], list[Ints]],
    target: float,
    rule: Callable[[World, Floats], list[int]],
) -> Row:
    ours, raw = [], []
    for w, rng in each_draw(worlds, draws, name):
        plants = [Plant(m, FACTOR) for m in some(pieces(w), PLANTS, rng)]
        passed = outcomes(w.suite, pass_rates(w.suite, plants), ICC, rng)
        truth = [("", p.members) for p in plants]
        ours.append(f1(truth, w.members(w.select(passed))))
        raw.append(f1(truth, w.members(rule(w, passed))))
    return _f1_row(name, ours, raw, target)


def _planted_stages(
    worlds: Sequence[World], draws: int, name: str, target: float, average: bool
) -> Row:
    ours, raw = [], []
    for w, rng in each_draw(worlds, draws, name):
        stages = rng.choice(len(ORDER), PLANTS, replace=False)
        where = some(categories(w), PLANTS, rng)
        plants = [Plant(m, FACTOR, ORDER[s]) for m, s in zip(where, stages, strict=True)]
        passed = outcomes(w.suite, pass_rates(w.suite, [] if average else plants), ICC, rng)
        stage_of = stage_of_failures(w.suite, passed, [] if average else plants, rng)
        if average:
            _move(w, stage_of, plants, rng)
        answers = replace(w.suite.answers, scores=passed)
        found = stage_excess(w.pool, answers, stage_of, Q, SUPPORT)
        named = {(s.category, *sorted(s.condition.items())): s.members for s in w.pool.slices}
        reported = [
            (e.stage, named[f"{e.capability}/{e.image_type}", *sorted(e.condition.items())])
            for e in found
        ]
        truth = [(str(p.stage), p.members) for p in plants]
        ours.append(f1(truth, reported))
        raw.append(f1(truth, _high_stages(w, stage_of)))
    return _f1_row(name, ours, raw, target)


def _move(
    w: World, stage_of: dict[str, str], plants: Sequence[Plant], rng: np.random.Generator
) -> None:
    """Half of a plant's failures break at its stage, whether it has more of them or not."""
    for plant in plants:
        for i in plant.members.tolist():
            name = w.suite.answers.samples[i].id
            if name in stage_of and rng.random() < FACTOR:
                stage_of[name] = str(plant.stage)


def _f1_row(name: str, ours: list[float], raw: list[float], target: float) -> Row:
    beat = shown("five points off the mean", mean(raw))
    return row("D3", f"F1, {name}, d = .5", mean(ours), target, precision=0.1, to_beat=beat)


def _high_stages(w: World, stage_of: dict[str, str]) -> list[Piece]:
    """Categories in which a stage's share of the failures is five points above the mean."""
    stages = np.array([stage_of.get(s.id, "") for s in w.suite.answers.samples])
    failed, found = stages != "", []
    for piece in (s for s in w.pool.slices if s.kind == "category"):
        inside = stages[piece.members][failed[piece.members]]
        for stage in ORDER:
            usual = (stages[failed] == stage).mean()
            if len(inside) and (inside == stage).mean() > usual + BELOW:
                found.append((stage, piece.members))
    return found


def discovery_rows(worlds: Sequence[World], draws: int) -> list[Row]:
    false, loose, raw = [], [], []
    for w, rng in each_draw(worlds, draws, "mixed"):
        plants = mixed(w, rng)
        rates = pass_rates(w.suite, plants)
        passed = outcomes(w.suite, rates, ICC, rng)
        found, wrong = w.select(passed), false_slices(w, rates)
        within = np.concatenate([p.members for p in plants])
        inside = [float(np.isin(m, within).mean()) for _, m in w.members(found)]
        false.append(_share(wrong[found]))
        loose.append(_share(np.array(inside) < 0.5))
        raw.append(_share(wrong[low(w, passed)]))
    beat = shown("five points below the mean", mean(raw))
    name = "false share of reported weaknesses, 5–10 plants"
    mostly = "reported weaknesses with under half of their samples planted, 5–10 plants"
    return [
        row(
            "D4", name, mean(false), Q + 0.02, precision=0.06, higher_is_better=False, to_beat=beat
        ),
        Row("D4", mostly, *mean(loose)),
    ]


def stability_rows(worlds: Sequence[World], draws: int) -> list[Row]:
    """Of reported slices that lie mostly in a plant."""
    means = []
    for w, rng in each_draw(worlds, draws, "stability"):
        members = [*some(categories(w), 2, rng), *some(topics(w), 2, rng)]
        plants = [Plant(m, FACTOR) for m in members]
        passed = outcomes(w.suite, pass_rates(w.suite, plants), ICC, rng)
        found = w.select(passed)
        within = np.concatenate(members)
        again = stability(
            w.pool, passed, found, q=Q, min_support=SUPPORT, resamples=RESAMPLES, seed=w.seed
        )
        right = [float(np.isin(w.pool.slices[i].members, within).mean()) >= 0.5 for i in found]
        means += [s for s, planted in zip(again, right, strict=True) if planted]
    name = f"mean Jaccard of planted weaknesses over {RESAMPLES} resamples, d = .5"
    return [row("D9", name, mean(means), 0.75, precision=0.1, to_beat="none published")]


def _share(hits: NDArray[np.bool_]) -> float:
    """0 of nothing."""
    return float(hits.mean()) if hits.size else 0.0
