"""Nothing twice, in this run or in an earlier round: a duplicate is the same picture *and*
question *and* target.

    "How many cars are there?", 3, of a crop of train/counting/natural/7's picture   rejected
    "What color is the left car?" of the same crop                                   admitted

Compared is with earlier rounds, with what this run admitted in earlier waves and with what this
gate let pass in the same wave. Pictures are the same when they are near; pictures that no program
drew, also when one is a part of the other (see `generation.likeness.gallery`). Of several pictures,
all must be those of one known sample. Of a choice, the right option's text is compared, so that
options in another order are the same.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.training_set import PlanCell
from generation.calls import Calls
from generation.gate import Gate, OpenGate, Proposal, Shown, Surroundings, Verdict
from generation.gates._known import Find, Known, asks, is_fresh
from generation.likeness import Look
from generation.likeness.wording import answer
from generation.settings import GenerationSettings
from generation.source import Candidate


class Duplicate:
    """The `duplicate` gate."""

    cost = 10

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return True

    def calls(self, settings: GenerationSettings) -> Sequence[Calls]:
        """See `generation.calls`."""
        return ()

    def open(self, surroundings: Surroundings) -> OpenGate:
        return _Open(surroundings)


class _Open:
    def __init__(self, surroundings: Surroundings) -> None:
        self._limits = surroundings.limits
        self._admitted = surroundings.admitted
        self._earlier, self._own = Known(self._limits), Known(self._limits)
        for sample in surroundings.earlier:
            self._earlier.put(sample)

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        for sample in self._admitted[len(self._own.samples) :]:
            self._own.put(sample)
        wave = Known(self._limits)
        verdicts = []
        for proposal in proposals:
            verdicts.append(self._verdict(proposal, wave))
            if verdicts[-1].admitted:
                wave.put(_shown(proposal))
        return verdicts

    def _verdict(self, proposal: Proposal, wave: Known) -> Verdict:
        places = ((self._earlier, " of an earlier round"), (self._own, ""), (wave, ""))
        for known, when in places:
            found = _found(proposal, known)
            if found:
                name = f"{known.samples[found.sample].id}{when}"
                return Verdict(False, f"as {name} ({found.match.how})")
        return Verdict(True, "new")


def _found(proposal: Proposal, known: Known) -> Find | None:
    """A known sample that asks the same of the same pictures."""
    found: dict[int, Find] = {}
    for number, picture in enumerate(proposal.looks):
        own = _shows(proposal.candidate, picture, known)
        found = own if number == 0 else {s: f for s, f in found.items() if s in own}
        if not found:
            return None
    return next(iter(found.values()), None)


def _shows(candidate: Candidate, picture: Look, known: Known) -> dict[int, Find]:
    """The known samples that ask the same of this picture, the most alike first."""
    right = answer(candidate.target, candidate.options)

    def counts(sample: Shown) -> bool:
        return answer(sample.target, sample.options) == right and asks(candidate, sample.question)

    finds = list(known.near(picture, counts))
    if not finds and not is_fresh(candidate):
        parts = known.parts_asked(picture, candidate.question, right)
        finds = [find for find in parts if find.match.sure]
    return {f.sample: f for f in reversed(finds)}


def _shown(proposal: Proposal) -> Shown:
    made = proposal.candidate
    return Shown(proposal.id, made.question, proposal.looks, made.target, made.options)


PLUGIN: Final[Gate] = Duplicate()
