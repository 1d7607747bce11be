"""Negatives (Self-Improvement in Multimodal LLMs, arXiv 2510.02665): what the policy says wrong
about a verified sample, to be rejected where the key is chosen.

    sample "How many dots?" key 5, evidence masked   →  policy says "3"   →  rejected 3, chosen 5
    the policy is right all the same                 →  no pair: it did not need the picture

An answer counts only if it ended by itself, says something and is graded wrong; a failure is
counted and is no answer. The pair is trained on the original picture: a trainer shows one picture
for both sides. Wrong rollouts of the difficulty gate are pairs too; the ledger has them already.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from blindspot.core.artifact import digest_of
from blindspot.core.grading import grade
from blindspot.core.images import ImageStore, encode
from blindspot.core.model import Request, Sampling
from blindspot.core.records import Completion, Failure, NegativePair, Outcome, TrainingSample
from generation.edit import edits
from generation.gate import Ask
from generation.settings import Distortion, GenerationSettings

_BLUR, _NOISE = 0.1, 0.5
"""Strengths at which hardly anything can be read."""


@dataclass
class Negatives:
    """The pairs, and what came of the other questions."""

    pairs: list[NegativePair] = field(default_factory=list)
    asked: int = 0
    """Answers that were looked at."""
    without: Counter[str] = field(default_factory=Counter)
    """Those that made no pair, by reason: `right`, `truncated`, `empty`, `repeated`, or a failure's
    kind.
    """

    def counts(self) -> dict[str, int]:
        """For the manifest; empty where nothing was asked."""
        if not self.asked:
            return {}
        reasons = {f"no negative.{k}": n for k, n in sorted(self.without.items())}
        return {"negatives": len(self.pairs), **reasons}


@dataclass(frozen=True)
class _Question:
    sample: TrainingSample
    request: Request
    distortion: Distortion | None
    """None: the undistorted picture, as the difficulty gate showed it."""


def negatives(
    train: Sequence[TrainingSample], config: GenerationSettings, images: ImageStore, ask: Ask
) -> Negatives:
    """Pairs for up to `config.negatives.samples` training samples."""
    chosen = _drawn(train, config.negatives.samples, config.seed)
    questions = [q for s in chosen for q in _questions(s, train, config, images)]
    outcomes = ask([q.request for q in questions], [q.sample.cell for q in questions])
    found, said = Negatives(asked=len(questions)), set[tuple[str, str]]()
    for question, outcome in zip(questions, outcomes, strict=True):
        why = _without(question.sample, outcome, said)
        if why:
            found.without[why] += 1
        elif isinstance(outcome, Completion):
            said.add((question.sample.id, outcome.text))
            found.pairs.append(_pair(question, outcome.text))
    return found


def _drawn(train: Sequence[TrainingSample], count: int, seed: int) -> list[TrainingSample]:
    """So many samples, cells in turn, in an order decided by their ids."""
    cells: dict[str, list[TrainingSample]] = {}
    for sample in sorted(train, key=lambda s: digest_of(["negatives", seed, s.id])):
        cells.setdefault(sample.cell, []).append(sample)
    ranked = [(i, cell, s.id, s) for cell, own in cells.items() for i, s in enumerate(own)]
    return [s for *_, s in sorted(ranked, key=lambda r: r[:3])[:count]]


def _questions(
    sample: TrainingSample,
    train: Sequence[TrainingSample],
    config: GenerationSettings,
    images: ImageStore,
) -> list[_Question]:
    told = Sampling(max_tokens=config.negatives.max_tokens, seed=config.seed)
    found = []
    for distortion in config.negatives.distortions:
        shown = _shown(sample, distortion, train, images, config.seed)
        if shown:
            request = Request(
                prompt=sample.prompt,
                images=shown,
                sampling=told,
                blindfolded=distortion == "attention",
            )
            found.append(_Question(sample, request, distortion))
    return found + (_rollouts(sample, config) if config.negatives.rollouts else [])


def _rollouts(sample: TrainingSample, config: GenerationSettings) -> list[_Question]:
    """The requests of the difficulty gate, which the ledger can answer."""
    band = config.difficulty
    told = Sampling(temperature=band.temperature, max_tokens=band.max_tokens, seed=config.seed)
    return [
        _Question(
            sample,
            Request(prompt=sample.prompt, images=sample.images, sampling=told, repeat=number),
            None,
        )
        for number in range(sample.rollouts)
    ]


def _shown(
    sample: TrainingSample,
    distortion: Distortion,
    train: Sequence[TrainingSample],
    images: ImageStore,
    seed: int,
) -> tuple[str, ...]:
    """Names of the pictures that the policy sees; empty where the distortion does not apply."""
    if distortion == "attention":
        return sample.images
    if distortion == "swap":
        return _another(sample, train, seed)
    if distortion == "mask" and not sample.evidence:
        return ()
    rng = random.Random(f"{seed}/{sample.id}/{distortion}")
    pictures = [_distorted(images.open(name), sample, distortion, rng) for name in sample.images]
    return tuple(images.put(encode(picture)) for picture in pictures)


def _distorted(
    picture: Image.Image, sample: TrainingSample, distortion: Distortion, rng: random.Random
) -> Image.Image:
    if distortion == "blur":
        return edits.load("blur").apply(picture, {"radius": _BLUR}, rng).image
    if distortion == "noise":
        return edits.load("noise").apply(picture, {"strength": _NOISE}, rng).image
    for x0, y0, x1, y1 in sample.evidence:
        w, h = picture.size
        region = [max(x0, 0) / w, max(y0, 0) / h, min(x1, w) / w, min(y1, h) / h]
        picture = edits.load("mask").apply(picture, {"box": region}, rng).image
    return picture


def _another(sample: TrainingSample, train: Sequence[TrainingSample], seed: int) -> tuple[str, ...]:
    """The pictures of another sample of the cell with another key."""
    others = [
        s
        for s in train
        if s.cell == sample.cell
        and s.target != sample.target
        and len(s.images) == len(sample.images)
    ]
    nearest = min(others, key=lambda s: digest_of([seed, sample.id, s.id]), default=None)
    return nearest.images if nearest else ()


def _without(sample: TrainingSample, outcome: Outcome, said: set[tuple[str, str]]) -> str:
    """Why an answer makes no pair; empty if it makes one."""
    if isinstance(outcome, Failure):
        return outcome.kind
    if outcome.finish_reason != "stop":
        return "truncated"
    if not outcome.text.strip():
        return "empty"
    graded = grade(
        outcome.text, target=sample.target, kind=sample.answer_kind, options=sample.options
    )
    if graded.score == 1.0:
        return "right"
    return "repeated" if (sample.id, outcome.text) in said else ""


def _pair(question: _Question, text: str) -> NegativePair:
    sample, distortion = question.sample, question.distortion
    shown = question.request.images if distortion not in (None, "attention") else ()
    return NegativePair(
        sample_id=sample.id,
        chosen=sample.target,
        rejected=text,
        how="wrong rollout"
        if distortion is None
        else "masked attention"
        if distortion == "attention"
        else "distorted image",
        distortion=distortion or "",
        seen_images=shown,
    )
