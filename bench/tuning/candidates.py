"""Candidates of T10: questions with a start's rollouts, those that are worth verifying, and the
rollout that a verifier accepts.

    Drawn(Question("verifiers/0/counting-many/7", …), rollouts=("5", "5", "4", …))    right .5, band

The band is the product's own (`generation.settings.DifficultySettings`): a question is put to a
verifier if the share of right rollouts lies between `low` and `high`. It is the same for all
verifiers. It reads the key, as the gate does; what no rollout or every one answers teaches nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.tuning.self_training import (
    MAX_TOKENS,
    Question,
    answers,
    is_right,
    questions,
)
from blindspot.core.model import ModelSettings
from blindspot.core.records import Completion
from blindspot.core.run_folder import RunFolder
from generation.own_answers import OwnAnswersSettings, Verified, rollout_requests, verified
from generation.settings import DifficultySettings
from generation.verifier import Judge


class Counts(NamedTuple):
    """Of the candidates of one cell."""

    candidates: int = 0
    """Questions drawn."""
    rollouts: int = 0
    right_rollouts: int = 0
    too_hard: int = 0
    """Questions below the band."""
    band: int = 0
    """Questions in it, which the verifier was asked about."""
    accepted: int = 0
    right: int = 0
    """Accepted ones whose answer is right."""


@dataclass(frozen=True)
class Drawn:
    """A question and what the start says to it."""

    question: Question
    rollouts: Sequence[Completion]

    @property
    def right(self) -> int:
        """Rollouts that are."""
        return sum(self.is_right(said) for said in self.rollouts)

    @property
    def too_hard(self) -> bool:
        """Whether the start is right less often than the difficulty gate would have it."""
        return self.right / len(self.rollouts) < DifficultySettings().low

    @property
    def in_band(self) -> bool:
        """Whether the difficulty gate would have it."""
        band = DifficultySettings()
        return band.low <= self.right / len(self.rollouts) <= band.high

    def is_right(self, said: Completion) -> bool:
        return is_right(self.question, said) == 1.0


@dataclass(frozen=True)
class Taught:
    """A question and the answer that was accepted."""

    drawn: Drawn
    answer: Completion


def draw(
    folder: RunFolder, policy: ModelSettings, seed: str, per_cell: int, rollouts: int, number: int
) -> list[Drawn]:
    """`per_cell` questions of every cell by the text `seed`, with rollouts by the seed `number`."""
    asked = questions(folder, seed, per_cell)
    told = OwnAnswersSettings(model=policy, max_tokens=MAX_TOKENS, seed=number)
    requests = [r for q in asked for r in rollout_requests(q.asked, told, rollouts)]
    said = answers(folder, policy, requests)
    return [Drawn(q, said[i * rollouts : (i + 1) * rollouts]) for i, q in enumerate(asked)]


def accepted(drawn: Sequence[Drawn], verifier: str, judge: Judge) -> list[Taught]:
    """The questions of the band with the first of their rollouts that is accepted, if one is: each
    rollout is the claim in turn, and all are the claim's own for self-consistency.
    """
    left, found = [d for d in drawn if d.in_band], {}
    for turn in range(max((len(d.rollouts) for d in left), default=0)):
        claims = [(*d.rollouts[turn:], *d.rollouts[:turn]) for d in left]
        decided = verified([d.question.asked for d in left], claims, verifier, judge)
        found |= {
            d.question.id: Taught(d, d.rollouts[turn])
            for d, one in zip(left, decided, strict=True)
            if isinstance(one, Verified) and one.verification.accepted
        }
        left = [d for d in left if d.question.id not in found]
    return [found[d.question.id] for d in drawn if d.question.id in found]


def counts(drawn: Sequence[Drawn], taught: Sequence[Taught]) -> dict[str, Counts]:
    """By cell."""
    chosen = {each.drawn.question.id: each for each in taught}
    found: dict[str, Counts] = {}
    for each in drawn:
        said = chosen.get(each.question.id)
        one = Counts(
            candidates=1,
            rollouts=len(each.rollouts),
            right_rollouts=each.right,
            too_hard=each.too_hard,
            band=each.in_band,
            accepted=said is not None,
            right=said is not None and each.is_right(said.answer),
        )
        cell = each.question.cell
        found[cell] = Counts(*map(sum, zip(found.get(cell, Counts()), one, strict=True)))
    return found
