"""An answer that the policy gave itself must have been verified.

The source `own_answers` notes what its verifier decided; here it becomes a verdict, kept with its
evidence for admitted and rejected alike. Other candidates have keys of their own and pass.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.training_set import PlanCell
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import GenerationSettings
from generation.source import Candidate

VERIFIED: Final = "verified"
"""The attribute that holds the decision, `yes` or `no`."""
EVIDENCE: Final = "verified because"
"""The attribute that holds its evidence."""
CAUSE: Final = "not verified because"
"""The attribute that holds the cause of a refusal, where the verifier tells causes apart."""


class Verification:
    """The `verification` gate."""

    cost = 1
    alone = True

    def guards(self, cell: PlanCell) -> bool:
        return cell.split == "train"

    def enabled(self, settings: GenerationSettings) -> bool:
        return any(source.plugin == "own_answers" for source in settings.sources)

    def open(self, surroundings: Surroundings) -> OpenGate:
        return self

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        return [_verdict(p.candidate) for p in proposals]


def _verdict(candidate: Candidate) -> Verdict:
    said = candidate.attributes
    if not is_own(candidate):
        return Verdict(True, "it has a key of its own")
    return Verdict(said[VERIFIED] == "yes", said[EVIDENCE], said.get(CAUSE, ""))


def is_own(candidate: Candidate) -> bool:
    """Whether its target is an answer of the policy."""
    return {VERIFIED, EVIDENCE} <= candidate.attributes.keys()


PLUGIN: Final[Gate] = Verification()
