"""By the model itself: more than half of its rollouts say the same (self-consistency, Wang et al.
2023). A claim counts as one of its own rollouts; without others it is never consistent.

What the model gets wrong in the same way every time passes: it verifies certainty, not truth.
"""

from collections.abc import Sequence
from typing import Final

from generation.autonomy import ITSELF
from generation.verifier import Claim, Judge, Verification, Verifier


class _SelfConsistency:
    verified_by = ITSELF
    asks = False

    def verify(self, claims: Sequence[Claim], judge: Judge) -> list[Verification]:
        return [_one(claim) for claim in claims]


def _one(claim: Claim) -> Verification:
    drawn = len(claim.rollouts)
    agreeing = sum(map(claim.agrees, claim.rollouts))
    accepted = drawn > 1 and 2 * agreeing > drawn
    return Verification(accepted, f"{agreeing} of {drawn} rollouts agree")


PLUGIN: Final[Verifier] = _SelfConsistency()
