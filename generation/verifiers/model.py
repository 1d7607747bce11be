"""By another model: asked the same question, greedily, it says the same.

The judge sees the question and the picture, neither the claim nor the key. Where it does not
answer, nothing was verified.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.records import Failure, Outcome
from generation.autonomy import ANOTHER_MODEL
from generation.verifier import Claim, Judge, Verification, Verifier


class _Model:
    verified_by = ANOTHER_MODEL
    asks = True

    def verify(self, claims: Sequence[Claim], judge: Judge) -> list[Verification]:
        return [_one(c, said) for c, said in zip(claims, judge(claims), strict=True)]


def _one(claim: Claim, said: Outcome) -> Verification:
    if isinstance(said, Failure):
        return Verification(False, f"the judge did not answer: {said.message}", "no answer")
    return Verification(claim.agrees(said), f"the judge says: {said.text}")


PLUGIN: Final[Verifier] = _Model()
