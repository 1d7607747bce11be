"""No benchmark item, of either half, may come back as training data.

Rejected is a candidate

    same content   that says what a benchmark's picture says, where both know it, however rendered
    same pixels    that shows the very pixels of one, whatever it asks
    near           whose picture is near one: a copy through JPEG, another size or brightness, grey
    part           whose picture is a crop of one, has one within a border, or is one turned by
                   quarters or mirrored

`near` and `part` count whatever is asked where the picture was found, not drawn: another question
about a benchmark's picture still shows the picture. Unless pictures like it are common: where
the benchmark itself has another picture that is near that one or a part of it, the question must
be the benchmark's too. What a program drew afresh cannot be a copy of anything, but has few
things to draw with: it counts where it is near and asks the same question, and parts do not count.
Texts are compared by `generation.likeness.wording`.
"""

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from blindspot.core.training_set import PlanCell
from generation.gate import Gate, OpenGate, Proposal, Shown, Surroundings, Verdict
from generation.gates._known import Find, Known, asks, is_fresh
from generation.likeness import Limits, Look
from generation.settings import GenerationSettings
from generation.source import Candidate


class Decontamination:
    """The `decontamination` gate; it cannot be turned off."""

    cost = 20
    alone = True

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return True

    def open(self, surroundings: Surroundings) -> OpenGate:
        return _Open(surroundings.benchmark, surroundings.limits)


class _Open:
    def __init__(self, benchmark: Sequence[Shown], limits: Limits) -> None:
        self._known = Known(limits)
        self._pixels = {picture.pixels: s.id for s in benchmark for picture in s.looks}
        self._contents = {_plain(s.content): s.id for s in benchmark if s.content}
        for sample in benchmark:
            self._known.put(sample)

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        return [self._verdict(p) for p in proposals]

    def _verdict(self, proposal: Proposal) -> Verdict:
        content = _plain(proposal.candidate.content)
        if content and content in self._contents:
            return Verdict(False, f"says what {self._contents[content]} says", "same content")
        for picture in proposal.looks:
            if picture.pixels in self._pixels:
                return Verdict(False, f"shows {self._pixels[picture.pixels]}", "same pixels")
        for picture in proposal.looks:
            for find in self._finds(proposal.candidate, picture):
                return self._rejected(find, proposal.candidate)
        return Verdict(True, "no benchmark item is like it")

    def _finds(self, candidate: Candidate, picture: Look) -> Iterator[Find]:
        """What counts against a candidate, the most alike first."""
        if is_fresh(candidate):
            yield from self._known.near(picture, lambda sample: asks(candidate, sample.question))
            return
        for find in itertools.chain(self._known.near(picture), self._known.parts(picture)):
            sure = find.match.sure and not self._known.has_kin(find)
            if sure or self._asked(candidate, find):
                yield find

    def _asked(self, candidate: Candidate, find: Find) -> bool:
        return asks(candidate, self._known.samples[find.sample].question)

    def _rejected(self, find: Find, candidate: Candidate) -> Verdict:
        question = "same" if self._asked(candidate, find) else "another"
        where = "near" if find.tier == "near" else "shows"
        name = self._known.samples[find.sample].id
        return Verdict(False, f"{where} {name} ({find.match.how}), {question} question", find.tier)


def _plain(content: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", content).casefold().split())


PLUGIN: Final[Gate] = Decontamination()
