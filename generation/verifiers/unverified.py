"""By nobody: every answer that can be read is accepted. The control that shows what a verifier is
worth.
"""

from collections.abc import Sequence
from typing import Final

from generation.autonomy import NOBODY
from generation.verifier import Claim, Judge, Verification, Verifier


class _Unverified:
    verified_by = NOBODY
    asks = False

    def verify(self, claims: Sequence[Claim], judge: Judge) -> list[Verification]:
        return [Verification(True, "nobody looked") for _ in claims]


PLUGIN: Final[Verifier] = _Unverified()
