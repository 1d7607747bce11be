"""No benchmark item, of either half, may come back as training data.

Rejected is a candidate that says what a benchmark's picture says (its `content`, where both know
it, however it is rendered), shows the very pixels of one (whatever it asks), or asks a
benchmark's question of a picture that is near its picture.
"""

import unicodedata
from collections.abc import Sequence
from typing import Final

from blindspot.core.grading import normalise
from blindspot.core.training_set import PlanCell
from generation.gate import Gate, OpenGate, Proposal, Shown, Surroundings, Verdict
from generation.likeness import Gallery
from generation.settings import GenerationSettings


class Decontamination:
    """The `decontamination` gate; it cannot be turned off."""

    cost = 20
    alone = True

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return True

    def open(self, surroundings: Surroundings) -> OpenGate:
        return _Open(surroundings.benchmark, Gallery(surroundings.limits))


class _Open:
    def __init__(self, benchmark: Sequence[Shown], gallery: Gallery) -> None:
        self._gallery = gallery
        self._pixels = {picture.pixels: s.id for s in benchmark for picture in s.looks}
        self._contents = {_plain(s.content): s.id for s in benchmark if s.content}
        for sample in benchmark:
            for picture in sample.looks:
                gallery.put(normalise(sample.question), sample.id, picture)

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        return [self._verdict(p) for p in proposals]

    def _verdict(self, proposal: Proposal) -> Verdict:
        content = _plain(proposal.candidate.content)
        if content and content in self._contents:
            return Verdict(False, f"says what {self._contents[content]} says", "same content")
        for picture in proposal.looks:
            if picture.pixels in self._pixels:
                return Verdict(False, f"shows {self._pixels[picture.pixels]}", "same pixels")
            found = self._gallery.find(normalise(proposal.candidate.question), picture)
            if found:
                return Verdict(False, f"near {found[0]} ({found[1]}), same question", "near")
        return Verdict(True, "no benchmark item is like it")


def _plain(content: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", content).casefold().split())


PLUGIN: Final[Gate] = Decontamination()
