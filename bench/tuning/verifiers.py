"""T10: rule, self-consistency and another model verify the same answers of a model, which is then
tuned on those that they accept. From which strength of the start model on does that gain?

Written down before the first full run:

- *Starts*: five, from 30 steps of tuning to the shipped model (`bench/tuning/start_models.py`).
- *Candidates*, per start and seed: 32 questions for each of the 22 cells of the tiny world, drawn
  by program; 8 rollouts each at temperature 1. A question whose share of right rollouts lies
  outside the product's difficulty band (.2 to .9) is put to no verifier; the band is the same for
  all. All eight rollouts are claims, in their order, and the first that is accepted is taught
  (`bench/tuning/candidates.py`), so that a question gives one sample at most.
- *Verifiers*: `rule` (graded against the key, boxes by IoU), `self_consistency` (more than half of
  the rollouts agree), `model` (another model, the same for all starts, says the same greedily), and
  the control `unverified` (the first that can be read).
- *Yield*: accepted / questions drawn; beside it, how many lay in the band. *Label accuracy*:
  right / accepted, graded against the key.
- *Rate*: of 2e-4, 5e-5 and 2e-5 the one whose mean gain over all starts together is greatest, with
  `rule`, one seed and no warm-up, on questions of a third seed text, which are neither candidates
  nor held out (`pilot/…`); of equal ones the lower. It is chosen within the run, and every rate's
  gain at every start is a row. (Earlier runs at 2e-4 with five steps of warm-up lost in the middle
  start with every verifier, so the rate is not taken for granted.)
- *Gain*: SFT from the start on what was accepted; points of greedy score over 48 held-out questions
  for each of the 22 cells, mean over cells. Two lengths: four passes in steps of 48, at most 40
  steps and at least one (the headline: more answers, more learning); and, with `rule`, 20 steps for
  all starts, however few the answers, so that strength is not confounded with steps. Where nothing
  was accepted nothing is learned: a gain of 0.
- Three seeds, of candidates and training. Interval: bootstrap over held-out questions of the paired
  changes, averaged over seeds; it speaks of other questions, not of other seeds, whose gains stand
  beside it.
- *A start gains* if its interval lies above 0 and the gain of every seed does (four passes).
- *Floor* of a verifier: starts in the order of their sampled pass rates (right rollouts / all, over
  all questions drawn). The floor lies between the first that gains and the one before it; the value
  is their middle. It is located if there is one before it. A stronger start that gains nothing has
  nothing left to learn, and says nothing about the floor; it is printed.
- *Monitor*: what `training/monitors/capability_floor.py` says of each set as `rule` admits it, a
  candidate being too hard if fewer rollouts are right than the difficulty gate wants. It should
  alarm at every start below the first that gains, and at none from there on. Where none gains there
  is no floor to judge it by.

(a) and (b) of S3 are measured in `bench/tuning/examples_s3.py`, whose rows come last.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from bench.extent import Extent
from bench.rows import Row
from bench.tuning import examples_s3, floors
from bench.tuning.candidates import Drawn, Taught, accepted, counts, draw
from bench.tuning.floors import Trial
from bench.tuning.self_training import (
    MAX_TOKENS,
    PER_STEP,
    Question,
    Scored,
    answers,
    model,
    questions,
    scores,
    sft,
    training_set,
    tuned,
)
from bench.tuning.start_models import JUDGE, STRENGTHS, Recipe, checkpoint
from blindspot.core.artifact import write_text
from blindspot.core.model import ModelSettings
from blindspot.core.progress import say
from blindspot.core.records import Outcome
from blindspot.core.run_folder import RunFolder
from generation.own_answers import OwnAnswersSettings, judge_request
from generation.verifier import Claim

PASSES: Final = 4
RATES: Final = (2e-4, 5e-5, 2e-5)
VERIFIERS: Final = ("rule", "self_consistency", "model", "unverified")
EVENLY: Final = "rule"
PILOT: Final = "pilot"


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    candidates: int
    """Per cell."""
    held_out: int
    """Per cell."""
    rollouts: int
    steps: int
    """At most, of four passes."""
    equal: int
    """Steps of the second length, of `EVENLY` alone."""
    seeds: int
    tuning: int | None = None
    """Steps of every start that is built; None: its recipe."""


FULL: Final = Size(candidates=32, held_out=48, rollouts=8, steps=40, equal=20, seeds=3)
SMOKE: Final = Size(candidates=2, held_out=2, rollouts=4, steps=2, equal=1, seeds=1, tuning=3)


@dataclass(frozen=True)
class Setup:
    """What all trials share."""

    folder: RunFolder
    size: Size
    judge: ModelSettings
    policies: dict[str, ModelSettings]
    """By strength, weakest first."""
    work: Path


@dataclass(frozen=True)
class Start:
    """One start checkpoint with one seed."""

    strength: str
    seed: int
    policy: ModelSettings
    folder: Path
    asked: Sequence[Question]
    """What it is judged by."""
    rate: float
    """Of tuning."""


def measure(extent: Extent) -> list[Row]:
    """All rows of T10."""
    size = FULL if extent.full else SMOKE
    setup = begun(size, extent.work / ("verifiers" if extent.full else "verifiers-smoke"))
    pilots = {rate: _pilot(setup, rate) for rate in RATES}
    rate = chosen(pilots)
    found = trials(setup, rate)
    rows = [row for verifier in VERIFIERS for row in floors.rows(found, verifier)]
    located = [floors.floor(found, verifier, extent.full) for verifier in VERIFIERS]
    watched = floors.watched(found, "rule", extent.full)
    piloted = floors.piloted(pilots, rate)
    return [*rows, *located, *watched, *piloted, *examples_s3.measure(extent)]


def begun(size: Size, work: Path) -> Setup:
    """The models of a folder, built if they are not there."""
    policies = {name: _built(name, recipe, size, work) for name, recipe in STRENGTHS.items()}
    return Setup(RunFolder(work), size, _built("judge", JUDGE, size, work), policies, work)


def chosen(pilots: dict[float, dict[str, Scored]]) -> float:
    """The rate with the greatest mean gain over all starts; of equal ones the lower."""
    means = {
        rate: fmean(fmean(s.after.values()) - fmean(s.before.values()) for s in own.values())
        for rate, own in pilots.items()
    }
    return min(means, key=lambda rate: (-means[rate], rate))


def trials(setup: Setup, rate: float) -> list[Trial]:
    """Every verifier at every start with every seed; finished ones are read from disk."""
    held_out = questions(setup.folder, "held-out", setup.size.held_out, reserved=True)
    return [
        trial
        for seed in range(setup.size.seeds)
        for name, policy in setup.policies.items()
        for trial in _start(
            setup, Start(name, seed, policy, setup.work / f"{name}-{seed}", held_out, rate)
        )
    ]


def _built(name: str, recipe: Recipe, size: Size, work: Path) -> ModelSettings:
    steps = min(recipe.steps, size.tuning or recipe.steps)
    return model(checkpoint(name, Recipe(steps, recipe.seed), work / "models"))


def _pilot(setup: Setup, rate: float) -> dict[str, Scored]:
    """What a rate gains at every start, on questions that no trial asks."""
    file = setup.work / PILOT / f"{rate:g}.json"
    if not file.is_file():
        say(f"T10: learning rate {rate:g}")
        asked = questions(setup.folder, f"{PILOT}/asked", max(1, setup.size.held_out // 3))
        found = {name: asdict(_piloted(setup, asked, name, rate)) for name in setup.policies}
        _keep(file, found)
    return {name: Scored(**raw) for name, raw in json.loads(file.read_text()).items()}


def _keep(file: Path, found: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, json.dumps(found))


def _piloted(setup: Setup, asked: Sequence[Question], name: str, rate: float) -> Scored:
    here = setup.work / PILOT / f"{name}-{rate:g}"
    start = Start(name, 0, setup.policies[name], here, asked, rate)
    before, size = scores(setup.folder, start.policy, asked), setup.size
    drawn = draw(
        setup.folder, start.policy, f"{PILOT}/taught", size.candidates // 2, size.rollouts, 500
    )
    taught = _verified(setup, drawn, "rule")
    after = _after(setup, start, "rule", taught, _passes(setup, taught))
    return Scored(before=before, after=after or before)


def _start(setup: Setup, start: Start) -> list[Trial]:
    """The trials of one start and seed; candidates are drawn only if one is missing."""
    files = {verifier: start.folder / f"{verifier}.json" for verifier in VERIFIERS}
    missing = [verifier for verifier, file in files.items() if not file.is_file()]
    if missing:
        say(f"T10: {start.strength}, seed {start.seed}")
        seed, size = f"verifiers/{start.seed}", setup.size
        number = 1000 * start.seed
        drawn = draw(setup.folder, start.policy, seed, size.candidates, size.rollouts, number)
        for verifier in missing:
            done = _trial(setup, start, verifier, drawn)
            _keep(files[verifier], asdict(done))
    return [Trial.of(json.loads(file.read_text())) for file in files.values()]


def _verified(setup: Setup, drawn: Sequence[Drawn], verifier: str) -> list[Taught]:
    told = OwnAnswersSettings(model=setup.judge, max_tokens=MAX_TOKENS)

    def judged(claims: Sequence[Claim]) -> Sequence[Outcome]:
        asked = [judge_request(claim, told) for claim in claims]
        return answers(setup.folder, setup.judge, asked)

    return accepted(drawn, verifier, judged)


def _trial(setup: Setup, start: Start, verifier: str, drawn: Sequence[Drawn]) -> Trial:
    taught = _verified(setup, drawn, verifier)
    before = scores(setup.folder, start.policy, start.asked)
    lengths = [_passes(setup, taught), *([setup.size.equal] if verifier == EVENLY else [])]
    ended = [_after(setup, start, verifier, taught, steps) or before for steps in lengths]
    return Trial(
        strength=start.strength,
        seed=start.seed,
        verifier=verifier,
        cells=counts(drawn, taught),
        before=before,
        after=ended[0],
        equal=ended[1] if verifier == EVENLY else None,
    )


def _passes(setup: Setup, taught: Sequence[Taught]) -> int:
    """Steps of four passes."""
    return min(setup.size.steps, ceil(PASSES * len(taught) / PER_STEP))


def _after(
    setup: Setup, start: Start, verifier: str, taught: Sequence[Taught], steps: int
) -> dict[str, float]:
    """Scores after so many steps of tuning; empty where there is nothing to learn from."""
    if not taught:
        return {}
    here = start.folder / verifier
    about = {"start": start.strength, "seed": start.seed, "verifier": verifier}
    rows = [(each.drawn.question, each.answer.text) for each in taught]
    made = training_set(setup.folder, here / "training_set", rows, about)
    out = here / f"checkpoint-{steps}"
    settings = sft(steps, start.seed, start.rate)
    ended = tuned(setup.folder, start.policy, made.path, out, settings)
    return scores(setup.folder, ended, start.asked)
