"""The model's own answers to questions, verified or refused (the survey's iterative loop): what the
source `own_answers` and the bench of verifiers both do.

    questions  →  rollouts of the policy  →  claims (the first rollout each)  →  verifier

    [[generation.sources]]
    plugin = "own_answers"
    path = "own_answers.toml"          # `OwnAnswersSettings`

One verified rollout becomes the target word for word, steps included (rejection sampling); the key
of the question is seen by the verifier `rule` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from blindspot.core.config import Settings
from blindspot.core.model import ModelSettings, Request, Sampling
from blindspot.core.records import AnswerKind, Completion, Failure, Outcome
from generation.source import SourceSettings
from generation.verifier import Claim, Judge, Verification, unreadable, verifiers

ALONE: Final = 1
"""Rollouts that a verifier needs which looks at the claim alone."""


class OwnAnswersSettings(Settings):
    """The file that `path` of an `own_answers` source names."""

    model: ModelSettings | None = None
    """Who answers; None: the model that is to learn, in every round the one that it is by then."""
    questions: SourceSettings = SourceSettings()
    """The source of the pictures and questions; its keys are seen by the verifier `rule` alone."""
    verifier: str = "rule"
    """A file under `generation/verifiers/`."""
    judge: ModelSettings | None = None
    """model: the other model that is asked."""
    rollouts: int = Field(default=8, ge=1)
    """Answers drawn per question; the first is the claim, all are for self_consistency. Verifiers
    that look at the claim alone draw no more than that.
    """
    temperature: float = Field(default=1.0, gt=0)
    """Of the rollouts."""
    max_tokens: int = Field(default=1024, ge=1)
    """Of one answer, the judge's as well, reasoning included."""
    seed: int = 0
    """Of the rollouts."""


@dataclass(frozen=True)
class Asked:
    """A question as it is put to the model, with its key."""

    prompt: str
    images: tuple[str, ...]
    """Names in the image store."""
    answer_kind: AnswerKind
    target: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verified:
    """A claim and what became of it."""

    answer: str
    verification: Verification


def rollout_requests(asked: Asked, settings: OwnAnswersSettings, count: int) -> list[Request]:
    """`count` draws of one question."""
    told = Sampling(
        temperature=settings.temperature, max_tokens=settings.max_tokens, seed=settings.seed
    )
    return [
        Request(prompt=asked.prompt, images=asked.images, sampling=told, repeat=number)
        for number in range(count)
    ]


def judge_request(claim: Claim, settings: OwnAnswersSettings) -> Request:
    """A claim's question as the judge is asked it, greedily."""
    told = Sampling(max_tokens=settings.max_tokens)
    return Request(prompt=claim.prompt, images=claim.images, sampling=told)


def wanted_rollouts(settings: OwnAnswersSettings) -> int:
    """How many rollouts the verifier needs."""
    return settings.rollouts if settings.verifier == "self_consistency" else ALONE


def verified(
    questions: Sequence[Asked],
    rollouts: Sequence[Sequence[Outcome]],
    verifier: str,
    judge: Judge,
) -> list[Verified | Failure]:
    """What becomes of the first rollout of each question, in order. Where a rollout failed, that
    failure: of a draw that is missing nobody knows whether it agrees.
    """
    found: dict[int, Verified | Failure] = {}
    claims: dict[int, Claim] = {}
    for place, (asked, drawn) in enumerate(zip(questions, rollouts, strict=True)):
        said = [each for each in drawn if isinstance(each, Completion)]
        failed = next((each for each in drawn if isinstance(each, Failure)), None)
        if failed is not None:
            found[place] = failed
        elif why := unreadable(said[0], asked.answer_kind, asked.options):
            found[place] = Verified(said[0].text, Verification(False, why))
        else:
            claims[place] = claim(asked, said[0], drawn)
    decided = verifiers.load(verifier).verify(list(claims.values()), judge)
    for (place, made), verification in zip(claims.items(), decided, strict=True):
        found[place] = Verified(made.answer, verification)
    return [found[place] for place in range(len(questions))]


def claim(asked: Asked, answer: Completion, drawn: Sequence[Outcome]) -> Claim:
    """The claim that an answer makes."""
    return Claim(
        prompt=asked.prompt,
        images=asked.images,
        answer=answer.text,
        answer_kind=asked.answer_kind,
        target=asked.target,
        options=asked.options,
        rollouts=tuple(drawn),
    )
