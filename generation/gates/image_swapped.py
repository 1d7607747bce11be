"""What a solver answers right from another picture does not depend on its own.

The first solver gets the question with the pictures of another proposal of the wave, of the same
cell where there is one; each further turn takes a further one. One right answer proves little: the
other picture may show as many apples too. So every answer counts as guessable (free ones at one in
ten), and the key must come back more often than that explains (`generation.solving`): a free
answer from two other pictures. Where the others run out first, the candidate is admitted. What is
drawn here is not asked about; its pictures serve the others.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from blindspot.core.training_set import PlanCell
from generation.calls import Calls
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import GenerationSettings
from generation.solving import MOST, Form, Trial, form, guessable, probe, stored, unanswered

_FREE: Final = 0.1
"""How likely another picture shows the same free answer."""


class ImageSwapped:
    """The `image_swapped` gate."""

    cost = 60
    asks = "solver"

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return bool(settings.agents.solvers)

    def calls(self, settings: GenerationSettings) -> Sequence[Calls]:
        """See `generation.calls`."""
        return [Calls("solver", 1, 2 * MOST)]

    def open(self, surroundings: Surroundings) -> OpenGate:
        return _Open(surroundings)


class _Open:
    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        asked = [p for p in proposals if p.candidate.truth != "construction"]
        trials = {p.id: Trial(p, guessable(p.candidate, _FREE)) for p in asked}
        others = {p.id: _others(p, proposals) for p in asked}

        def swapped(proposal: Proposal, turn: int) -> Form | None:
            if turn >= len(others[proposal.id]):
                return None
            pictures = stored(self._surroundings, others[proposal.id][turn])
            return form(proposal.candidate, pictures, turn)

        probe(self._surroundings, list(trials.values()), swapped, "swapped")
        drawn = Verdict(True, "drawn here")
        return [_verdict(trials[p.id]) if p.id in trials else drawn for p in proposals]


def _others(proposal: Proposal, wave: Sequence[Proposal]) -> list[Proposal]:
    """Proposals with as many pictures, all of them others; those of its cell first, each picture
    once, in an order that depends on nothing but the ids.
    """

    def place(other: Proposal) -> tuple[bool, str]:
        mixed = hashlib.sha256(f"{proposal.id}\n{other.id}".encode()).hexdigest()
        return other.cell.name != proposal.cell.name, mixed

    own = {look.pixels for look in proposal.looks}
    others = {
        tuple(look.pixels for look in other.looks): other
        for other in sorted(wave, key=place, reverse=True)
        if len(other.looks) == len(proposal.looks) and own.isdisjoint(k.pixels for k in other.looks)
    }
    return sorted(others.values(), key=place)[:MOST]


def _verdict(trial: Trial) -> Verdict:
    if trial.failure is not None:
        return unanswered(trial.failure)
    if not trial.asked:
        return Verdict(True, "no other picture")
    evidence = f"right {trial.right} of {trial.asked} times from other pictures"
    return Verdict(not trial.known, evidence, "answerable from another" if trial.known else "")


PLUGIN: Final[Gate] = ImageSwapped()
