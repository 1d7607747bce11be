"""D1 and D2 on DS-1000: planted weaknesses, found by EvalTree's rule and by blindspot.

Plants are three of the ten capabilities that QualEval's relevance scores give to 25–250 of the
1,000 items; an item that carries k of them passes with probability .7·dᵏ. Precision is the mean
share of a reported slice inside the union of the plants, recall the mean share of a plant inside
the union of the reported slices; the figure is the mean over draws of their harmonic mean. Without
a weakness every item passes with probability .6.

Both sides see the same capability phrases, which an LLM wrote for EvalTree. Ours are the product's
own functions (`candidates`, `pool_test`, `select`) at the settings' defaults, once without any tree
and once with EvalTree's nodes as further candidates. EvalTree's rule runs on the same draws at its
usual tau, five points below the mean, and at the tau that gives a false alarm in 6 % of the null
runs.

Parameters were chosen on other plants and seeds: nodes of EvalTree's tree, and the items that its
authors judged to belong to a described weakness. QualEval's plants are only reported.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.diagnosing import evaltree
from bench.diagnosing.draws import mean, row, share, shown
from bench.diagnosing.evaltree import Tree
from bench.extent import Extent
from bench.rows import Row
from blindspot.core.records import Completion, Prediction, Sample
from diagnostics.answers import Answers, Floats, Ints, answers_of
from diagnostics.labelling.labelled import as_stated
from diagnostics.settings import DiagnosticsSettings
from diagnostics.slices.against_rest import Pool
from diagnostics.slices.candidates import Slice, candidates
from diagnostics.slices.selection import pool_test, select

PLANTS: Final = 3
SIZES: Final = (25, 250)
RELEVANT: Final = 5
"""QualEval's score of an item that carries a capability."""
SEED: Final = 1
TARGETS: Final = {0.2: (0.65, 0.64), 0.4: (0.50, 0.53), 0.5: (0.42, 0.48)}
"""By d: without any tree, and with EvalTree's nodes in the pool."""
FALSE_ALARMS: Final = 0.06
"""Share of null runs at which EvalTree's tau is matched."""


@dataclass(frozen=True)
class Ds1000:
    """The items with their plants, and what looks for them."""

    capabilities: tuple[Ints, ...]
    """Items that carry each."""
    tree: Tree
    own: Pool
    """Candidates without any tree."""
    joined: Pool
    """And with EvalTree's nodes."""


def measure(extent: Extent) -> list[Row]:
    """F1 at three strengths of planted weaknesses, and false alarms without any."""
    if extent.ds1000 is None or not extent.ds1000.is_dir():
        return [
            Row(i, "DS-1000: not measured, no folder of its files was given") for i in ("D1", "D2")
        ]
    world = load(extent.ds1000)
    nulls = [n for _, n in zip(range(extent.draws(60, 400)), _nulls(), strict=False)]
    offset = matched_offset(world.tree, nulls)
    return [
        *(r for d in TARGETS for r in _recovery(world, d, offset, extent.draws(8, 100))),
        *_null_rows(world, nulls),
    ]


def load(folder: Path) -> Ds1000:
    """From EvalTree's files."""
    phrases: list[str] = _json(folder / "capability_phrases.json")
    tree = evaltree.read(_json(folder / "tree_full.json"))
    answers, support = answers_to(phrases), DiagnosticsSettings().min_support
    own = candidates(answers, support, {s.id: s.question for s in answers.samples})
    return Ds1000(
        capabilities=planted_capabilities(_json(folder / "qualeval_scores.json")),
        tree=tree,
        own=Pool(answers, own),
        joined=Pool(answers, [*own, *_nodes(tree, support)]),
    )


def answers_to(phrases: Sequence[str]) -> Answers:
    """One text-only sample per phrase, all of one category and benchmark."""
    samples = [
        Sample(
            id=f"{i:04d}",
            benchmark="ds1000",
            question=phrase,
            prompt=phrase,
            target="",
            answer_kind="text",
            capability="coding",
        )
        for i, phrase in enumerate(phrases)
    ]
    said = Completion(text="")
    predictions = [
        Prediction(sample_id=s.id, completion=said, score=1.0, grader="planted") for s in samples
    ]
    return answers_of(as_stated(samples), predictions, "diagnosis")


def planted_capabilities(scores: Sequence[Any]) -> tuple[Ints, ...]:
    """Items of every capability that is neither rare nor common, by its number. An item whose
    scoring an LLM left unreadable carries none.
    """
    carriers: dict[str, list[int]] = {}
    for item, scored in enumerate(scores):
        verdicts = scored["scoring"] if isinstance(scored["scoring"], dict) else {}
        for name, verdict in verdicts.items():
            if isinstance(verdict, dict) and verdict.get("score", 1) >= RELEVANT:
                carriers.setdefault(name, []).append(item)
    sized = {k: v for k, v in carriers.items() if SIZES[0] <= len(v) <= SIZES[1]}
    return tuple(np.array(items) for _, items in sorted(sized.items()))


def matched_offset(tree: Tree, nulls: Sequence[Floats]) -> float:
    """How far below the mean tau must lie to report something in 6 % of these runs."""
    lowest = [float(tree.thresholds(p).min()) - float(p.mean()) for p in nulls]
    return -float(np.quantile(lowest, FALSE_ALARMS))


def f1(reported: Sequence[Ints], planted: Sequence[Ints]) -> float:
    """0 where nothing is reported."""
    precision, recall = _inside(reported, planted), _inside(planted, reported)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def ours(pool: Pool, passed: Floats) -> list[Ints]:
    """What blindspot reports."""
    settings = DiagnosticsSettings()
    found = select(
        pool, passed, pool_test(pool, passed), q=settings.q, min_support=settings.min_support
    )
    return [pool.slices[i].members for i in found]


def theirs(tree: Tree, offset: float, passed: Floats) -> list[Ints]:
    """What EvalTree's rule reports."""
    return evaltree.report(tree, passed, float(passed.mean()) - offset)


def _recovery(world: Ds1000, d: float, offset: float, draws: int) -> Iterator[Row]:
    rules = {
        "own": partial(ours, world.own),
        "joined": partial(ours, world.joined),
        "usual": partial(theirs, world.tree, 0.05),
        "matched": partial(theirs, world.tree, offset),
    }
    scores: dict[str, list[float]] = {name: [] for name in rules}
    rng = np.random.default_rng([SEED, int(10 * d)])
    for _ in range(draws):
        planted, passed = _draw(world.capabilities, d, rng)
        for name, rule in rules.items():
            scores[name].append(f1(rule(passed), planted))
    beat = "; ".join(
        (
            shown("EvalTree at 6 % false alarms", mean(scores["matched"])),
            shown("at tau = mean − 5 points", mean(scores["usual"])),
        )
    )
    arms = ("own", "without any tree"), ("joined", "with EvalTree's nodes in the pool")
    for (arm, title), target in zip(arms, TARGETS[d], strict=True):
        name = f"F1 on DS-1000, d = {d}, {title}"
        yield row("D1", name, mean(scores[arm]), target, precision=0.12, to_beat=beat)


def _null_rows(world: Ds1000, nulls: Sequence[Floats]) -> Iterator[Row]:
    beat = shown("EvalTree", share([bool(theirs(world.tree, 0.05, p)) for p in nulls]))
    for pool, title in ((world.own, ""), (world.joined, ", with EvalTree's nodes")):
        alarms = share(
            [bool((pool_test(pool, p).adjusted <= DiagnosticsSettings().q).any()) for p in nulls]
        )
        name = f"null runs with a reported weakness, DS-1000{title}"
        yield row("D2", name, alarms, 0.1, precision=0.12, higher_is_better=False, to_beat=beat)


def _draw(
    capabilities: Sequence[Ints], d: float, rng: np.random.Generator
) -> tuple[list[Ints], Floats]:
    planted = [capabilities[i] for i in rng.choice(len(capabilities), PLANTS, replace=False)]
    carried = np.bincount(np.concatenate(planted), minlength=1000)
    return planted, (rng.random(len(carried)) < 0.7 * d**carried).astype(float)


def _nulls() -> Iterator[Floats]:
    rng = np.random.default_rng([SEED, 0])
    while True:
        yield (rng.random(1000) < 0.6).astype(float)


def _inside(pieces: Sequence[Ints], others: Sequence[Ints]) -> float:
    """Mean share of a piece inside the union of the others; 0 for no pieces."""
    union = np.concatenate([*others, np.array([], dtype=np.int64)])
    return float(np.mean([np.isin(p, union).mean() for p in pieces])) if pieces else 0.0


def _nodes(tree: Tree, support: int) -> Iterator[Slice]:
    for number, members in enumerate(tree.nodes):
        if support <= len(members) <= len(tree.nodes[0]) / 2:
            yield Slice("coding", "mixed", members, {"skill": f"node {number}"}, "skill")


def _json(path: Path) -> Any:
    return json.loads(path.read_text())
