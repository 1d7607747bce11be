"""Nothing twice, in this run or in an earlier round: a duplicate is the same picture *and*
question *and* target.

What it admitted is remembered even if a later gate rejects it: a copy would be rejected again.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import normalise
from blindspot.core.training_set import PlanCell
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.likeness import Gallery
from generation.settings import GenerationSettings


class Duplicate:
    """The `duplicate` gate."""

    cost = 10

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return True

    def open(self, surroundings: Surroundings) -> OpenGate:
        gallery = Gallery(surroundings.limits)
        for sample in surroundings.earlier:
            key = _key(sample.question, sample.options, sample.target)
            for picture in sample.looks:
                gallery.put(key, f"{sample.id} of an earlier round", picture)
        return _Open(gallery)


class _Open:
    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        return [self._verdict(p) for p in proposals]

    def _verdict(self, proposal: Proposal) -> Verdict:
        candidate = proposal.candidate
        key = _key(candidate.question, candidate.options, candidate.target)
        for picture in proposal.looks:
            found = self._gallery.find(key, picture)
            if found:
                return Verdict(False, f"as {found[0]} ({found[1]})")
        for picture in proposal.looks:
            self._gallery.put(key, proposal.id, picture)
        return Verdict(True, "new")


def _key(question: str, options: Sequence[str], target: str) -> str:
    return "\n".join(normalise(text) for text in (question, *options, target))


PLUGIN: Final[Gate] = Duplicate()
