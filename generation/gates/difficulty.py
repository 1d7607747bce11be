"""The policy that is to learn from a sample must sometimes find the answer, and not always.

Only training cells that aim at a weakness are guarded. The others stand for the benchmarks' own
mix and keep what the policy can do already, or balance a bias; what is measured on must represent.
Filtering those as too easy leaves nothing in training that holds what the policy can do: skills it
had mastered fell in the next round.

All survivors of a wave are asked in one call. An answer that cannot be read is a wrong answer; a
failure is no answer, and a candidate with one has no pass rate and is rejected as such.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import grade
from blindspot.core.model import Request, Sampling
from blindspot.core.records import Completion, Failure, Outcome
from blindspot.core.training_set import PlanCell
from generation.gate import Ask, Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import DifficultySettings, GenerationSettings
from generation.source import Candidate


class Difficulty:
    """The `difficulty` gate."""

    cost = 100

    def guards(self, cell: PlanCell) -> bool:
        return cell.split == "train" and cell.want.weakness is not None

    def enabled(self, settings: GenerationSettings) -> bool:
        return settings.difficulty.enabled

    def open(self, surroundings: Surroundings) -> OpenGate:
        if surroundings.ask is None:
            raise ValueError("the difficulty gate needs a policy to ask")
        return _Open(surroundings, surroundings.ask)


class _Open:
    def __init__(self, surroundings: Surroundings, ask: Ask) -> None:
        self._settings = surroundings.settings.difficulty
        self._seed = surroundings.settings.seed
        self._images = surroundings.images
        self._ask = ask

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        if not proposals:
            return []
        outcomes = self._ask([r for p in proposals for r in self._requests(p)])
        n = self._settings.rollouts
        return [
            verdict(p.candidate, outcomes[i * n : (i + 1) * n], self._settings)
            for i, p in enumerate(proposals)
        ]

    def _requests(self, proposal: Proposal) -> list[Request]:
        names = tuple(self._images.put(data) for data in proposal.candidate.images)
        sampling = Sampling(
            temperature=self._settings.temperature,
            max_tokens=self._settings.max_tokens,
            seed=self._seed,
        )
        return [
            Request(prompt=proposal.prompt, images=names, sampling=sampling, repeat=repeat)
            for repeat in range(self._settings.rollouts)
        ]


def verdict(
    candidate: Candidate, outcomes: Sequence[Outcome], settings: DifficultySettings
) -> Verdict:
    """The verdict on one candidate's rollouts."""
    failed = [o for o in outcomes if isinstance(o, Failure)]
    if failed:
        return Verdict(False, f"{len(failed)} failed: {failed[0].message}", "no answer")
    right = sum(_is_right(candidate, o) for o in outcomes if isinstance(o, Completion))
    n, rate = len(outcomes), right / len(outcomes)
    cause = "too hard" if rate < settings.low else "too easy" if rate > settings.high else ""
    return Verdict(not cause, f"{right} of {n} right", cause, rate, n)


def _is_right(candidate: Candidate, completion: Completion) -> bool:
    found = grade(
        completion.text,
        target=candidate.target,
        kind=candidate.answer_kind,
        options=candidate.options,
    )
    return found.score == 1.0


PLUGIN: Final[Gate] = Difficulty()
