"""Only pictures that may be passed on are let in, with the name that their licence asks for.

    CC-BY-4.0, "Harbour, A. Author, https://…"     admitted
    CC-BY-4.0, ""                                  "no attribution"
    "", of a pool                                  "unknown licence"
    CC-BY-NC-4.0, not in `licences`                "not allowed"

What is drawn here needs none. Licences are SPDX names, in which capitals do not matter. Whether a
page states its licence rightly is nobody's to check here.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.training_set import PlanCell
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import GenerationSettings
from generation.source import Candidate

_NAMES_AUTHOR: Final = ("cc-by", "odc-by")
"""How the licences begin that ask for attribution."""


class Licence:
    """The `licence` gate; it cannot be turned off."""

    cost = 4
    alone = True

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return True

    def open(self, surroundings: Surroundings) -> OpenGate:
        sources = surroundings.settings.sources
        return _Open({name.casefold() for source in sources for name in source.licences})


class _Open:
    def __init__(self, allowed: set[str]) -> None:
        self._allowed = allowed

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        return [self._verdict(p.candidate) for p in proposals]

    def _verdict(self, candidate: Candidate) -> Verdict:
        licence = candidate.licence.strip()
        if not licence and candidate.truth == "construction":
            return Verdict(True, "drawn here")
        if not licence:
            return Verdict(False, "nothing says under which licence it stands", "unknown licence")
        if licence.casefold() not in self._allowed:
            return Verdict(False, f"{licence} is not among the sources' licences", "not allowed")
        asks = licence.casefold().startswith(_NAMES_AUTHOR)
        if asks and not candidate.attribution.strip():
            return Verdict(False, f"{licence} asks for one", "no attribution")
        return Verdict(True, licence)


PLUGIN: Final[Gate] = Licence()
