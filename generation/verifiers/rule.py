"""By rule: the answer is graded against the key, a box by its overlap (IoU) with the true one.

The key must be true by construction or have been labelled; where nobody knows one, this verifier
checks a guess against a guess.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import grade
from generation.autonomy import PROGRAM
from generation.verifier import Claim, Judge, Verification, Verifier


class _Rule:
    verified_by = PROGRAM
    asks = False

    def verify(self, claims: Sequence[Claim], judge: Judge) -> list[Verification]:
        return [_one(claim) for claim in claims]


def _one(claim: Claim) -> Verification:
    found = grade(claim.answer, target=claim.target, kind=claim.answer_kind, options=claim.options)
    return Verification(found.score == 1.0, f"graded {found.score:g} against the key")


PLUGIN: Final[Verifier] = _Rule()
