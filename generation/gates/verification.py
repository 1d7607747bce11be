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
    decided = candidate.attributes.get(VERIFIED)
    if decided is None:
        return Verdict(True, "it has a key of its own")
    return Verdict(decided == "yes", candidate.attributes[EVIDENCE])


PLUGIN: Final[Gate] = Verification()
