"""T10: rule, self-consistency and another model verify the same answers of a model, which is then
tuned on those that they accept. From which strength of the start model on does that gain?

Written down before the first full run:

- *Starts*: `weak`, `middle`, `strong` (`bench/tuning/start_models.py`).
- *Candidates*, per start and seed: 32 questions for each of the 22 cells of the tiny world, drawn
  by program; 8 rollouts each at temperature 1. The first rollout is the candidate. All verifiers
  decide about the same candidates (`generation.own_answers.verified`).
- *Verifiers*: `rule` (graded against the key, boxes by IoU), `self_consistency` (more than half of
  the rollouts agree), `model` (another model, the same for all starts, says the same greedily), and
  the control `unverified` (all that can be read).
- *Yield*: accepted / candidates. *Label accuracy*: right / accepted, graded against the key.
- *Gain*: SFT from the start on what was accepted, four passes over it in steps of 48, at most 40
  steps and at least one; points of greedy score over 60 held-out questions for each of the 22
  cells, mean over cells. Where nothing was accepted nothing is learned: a gain of 0. (Half the
  candidates, one seed, 20 steps for all came first: the middle start saw its 72 right answers 13
  times and lost with every verifier, 3.0 points with rule. Four passes were to show whether that
  was repetition: it was not, they lost 4.3. They stay, since a start with more answers learns more
  from them.)
- Three seeds, of candidates and training. Interval: bootstrap over held-out questions of the paired
  changes, averaged over seeds; it speaks of other questions, not of other seeds, whose gains stand
  beside it.
- *Floor* of a verifier: a start gains if its interval lies above 0. The floor lies between the
  greatest sampled pass rate (before tuning, over all candidates) without gain and the least with
  one; the value is their middle. It is located if a start lies on either side of it, and the starts
  that gain are the stronger ones.

- *Monitor*: what `training/monitors/capability_floor.py` says of each set as `rule` admits it, a
  candidate being too hard if fewer rollouts are right than the difficulty gate wants: it should
  alarm where there is no gain, and nowhere else.

(a) and (b) of S3 are measured in `bench/tuning/examples_s3.py`, whose rows come last.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.rows import Row
from bench.tuning import examples_s3, floors
from bench.tuning.floors import Counts, Trial
from bench.tuning.self_training import (
    MAX_TOKENS,
    PER_STEP,
    Question,
    answers,
    is_right,
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
from generation.own_answers import (
    OwnAnswersSettings,
    Verified,
    judge_request,
    rollout_requests,
    verified,
)
from generation.settings import DifficultySettings
from generation.verifier import Claim

PASSES: Final = 4
VERIFIERS: Final = ("rule", "self_consistency", "model", "unverified")


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    candidates: int
    """Per cell."""
    held_out: int
    """Per cell."""
    rollouts: int
    steps: int
    """At most."""
    seeds: int
    tuning: int | None = None
    """Steps of every start that is built; None: its recipe."""


FULL: Final = Size(candidates=32, held_out=60, rollouts=8, steps=40, seeds=3)
SMOKE: Final = Size(candidates=2, held_out=2, rollouts=4, steps=2, seeds=1, tuning=3)


def measure(extent: Extent) -> list[Row]:
    """All rows of T10."""
    size = FULL if extent.full else SMOKE
    work = extent.work / ("verifiers" if extent.full else "verifiers-smoke")
    found = trials(size, work)
    rows = [row for verifier in VERIFIERS for row in floors.rows(found, verifier)]
    located = [floors.floor(found, verifier, extent.full) for verifier in VERIFIERS]
    watched = floors.watched(found, "rule", extent.full)
    return [*rows, *located, *watched, *examples_s3.measure(extent)]


@dataclass(frozen=True)
class Setup:
    """What all trials share."""

    folder: RunFolder
    size: Size
    judge: ModelSettings
    held_out: Sequence[Question]


@dataclass(frozen=True)
class Start:
    """One start checkpoint with one seed."""

    strength: str
    seed: int
    policy: ModelSettings
    folder: Path


@dataclass(frozen=True)
class Drawn:
    """A question and what the start says to it."""

    question: Question
    rollouts: Sequence[Outcome]

    @property
    def right(self) -> bool:
        return is_right(self.question, self.rollouts[0]) == 1.0

    @property
    def too_hard(self) -> bool:
        """Whether the start is right less often than the difficulty gate would have it."""
        right = sum(is_right(self.question, said) == 1.0 for said in self.rollouts)
        return right / len(self.rollouts) < DifficultySettings().low


def trials(size: Size, work: Path) -> list[Trial]:
    """Every verifier at every start with every seed; finished ones are read from `work`."""
    folder = RunFolder(work)
    policies = {name: _built(name, recipe, size, work) for name, recipe in STRENGTHS.items()}
    judge = _built("judge", JUDGE, size, work)
    held_out = questions(folder, "held out", size.held_out, reserved=True)
    setup = Setup(folder, size, judge, held_out)
    return [
        trial
        for seed in range(size.seeds)
        for name, policy in policies.items()
        for trial in _start(setup, Start(name, seed, policy, work / f"{name}-{seed}"))
    ]


def _built(name: str, recipe: Recipe, size: Size, work: Path) -> ModelSettings:
    steps = min(recipe.steps, size.tuning or recipe.steps)
    return model(checkpoint(name, Recipe(steps, recipe.seed), work / "models"))


def _start(setup: Setup, start: Start) -> list[Trial]:
    """The trials of one start and seed; candidates are drawn only if one is missing."""
    files = {verifier: start.folder / f"{verifier}.json" for verifier in VERIFIERS}
    missing = [verifier for verifier, file in files.items() if not file.is_file()]
    if missing:
        say(f"T10: {start.strength}, seed {start.seed}")
        start.folder.mkdir(parents=True, exist_ok=True)
        drawn = _drawn(setup, start)
        for verifier in missing:
            done = _trial(setup, start, verifier, drawn)
            write_text(files[verifier], json.dumps(asdict(done)))
    return [Trial.of(json.loads(file.read_text())) for file in files.values()]


def _drawn(setup: Setup, start: Start) -> list[Drawn]:
    asked = questions(setup.folder, f"verifiers/{start.seed}", setup.size.candidates)
    told = OwnAnswersSettings(model=start.policy, max_tokens=MAX_TOKENS, seed=1000 * start.seed)
    count = setup.size.rollouts
    requests = [r for q in asked for r in rollout_requests(q.asked, told, count)]
    outcomes = answers(setup.folder, start.policy, requests)
    return [Drawn(q, outcomes[i * count : (i + 1) * count]) for i, q in enumerate(asked)]


def _decided(setup: Setup, drawn: Sequence[Drawn], verifier: str) -> list[str | None]:
    """The answer that was accepted for each question, or None."""
    told = OwnAnswersSettings(model=setup.judge, max_tokens=MAX_TOKENS)

    def judged(claims: Sequence[Claim]) -> Sequence[Outcome]:
        asked = [judge_request(claim, told) for claim in claims]
        return answers(setup.folder, setup.judge, asked)

    posed, rollouts = [d.question.asked for d in drawn], [d.rollouts for d in drawn]
    return [
        one.answer if isinstance(one, Verified) and one.verification.accepted else None
        for one in verified(posed, rollouts, verifier, judged)
    ]


def _trial(setup: Setup, start: Start, verifier: str, drawn: Sequence[Drawn]) -> Trial:
    decided = _decided(setup, drawn, verifier)
    pairs = list(zip(drawn, decided, strict=True))
    taught = [(d.question, said) for d, said in pairs if said is not None]
    before = scores(setup.folder, start.policy, setup.held_out)
    return Trial(
        strength=start.strength,
        seed=start.seed,
        verifier=verifier,
        cells=_counts(pairs),
        before=before,
        after=_after(setup, start, verifier, taught) if taught else before,
    )


def _counts(pairs: Sequence[tuple[Drawn, str | None]]) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for drawn, said in pairs:
        one = Counts(
            1, drawn.right, said is not None, said is not None and drawn.right, drawn.too_hard
        )
        cell = drawn.question.cell
        found[cell] = Counts(*map(sum, zip(found.get(cell, Counts()), one, strict=True)))
    return found


def _after(
    setup: Setup, start: Start, verifier: str, taught: Sequence[tuple[Question, str]]
) -> dict[str, float]:
    """Held-out scores after tuning."""
    here = start.folder / verifier
    about = {"start": start.strength, "seed": start.seed, "verifier": verifier}
    made = training_set(setup.folder, here / "training_set", taught, about)
    steps = min(setup.size.steps, ceil(PASSES * len(taught) / PER_STEP))
    settings = sft(steps, start.seed)
    ended = tuned(setup.folder, start.policy, made.path, here / "checkpoint", settings)
    return scores(setup.folder, ended, setup.held_out)
