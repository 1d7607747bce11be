"""A candidate must be a question about a picture whose own target would be graded right."""

from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import is_gradable
from blindspot.core.training_set import PlanCell
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import GenerationSettings
from generation.source import Candidate


class AnswerShape:
    """The `answer_shape` gate."""

    cost = 0
    alone = True

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return True

    def open(self, surroundings: Surroundings) -> OpenGate:
        return self

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        return [_verdict(p.candidate) for p in proposals]


def _verdict(candidate: Candidate) -> Verdict:
    if not candidate.question.strip() or not candidate.images:
        return Verdict(False, "it has no question or no picture")
    if (candidate.answer_kind == "choice") != bool(candidate.options):
        return Verdict(False, f"'{candidate.answer_kind}' with {len(candidate.options)} options")
    if not is_gradable(candidate.target, candidate.answer_kind, candidate.options):
        return Verdict(False, f"its target is not graded right as '{candidate.answer_kind}'")
    return Verdict(True, "graded right")


PLUGIN: Final[Gate] = AnswerShape()
