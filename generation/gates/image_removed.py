"""What a solver answers right without the picture teaches nobody to look.

The first solver gets the words alone. Where an answer can be guessed, choices and yes/no, it is
asked until its right answers are more than chance explains (`generation.solving` has the rule and
its error rates): guessed, that takes two calls for a choice of four and five for yes/no, and one
where it says that there is no telling. A free answer that is right once is known. What is drawn
here is not asked about.

It rejects some that would have served: those whose answer is likely before anybody looks.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core.training_set import PlanCell
from generation.calls import Calls
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import GenerationSettings
from generation.solving import MOST, Form, Trial, form, guessable, probe, unanswered

_FREE: Final = 0.02
"""How likely a free answer is guessed; so low that one right answer decides."""


class ImageRemoved:
    """The `image_removed` gate."""

    cost = 50
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
        probe(self._surroundings, list(trials.values()), _without, "removed")
        drawn = Verdict(True, "drawn here")
        return [_verdict(trials[p.id]) if p.id in trials else drawn for p in proposals]


def _without(proposal: Proposal, turn: int) -> Form:
    return form(proposal.candidate, (), turn)


def _verdict(trial: Trial) -> Verdict:
    if trial.failure is not None:
        return unanswered(trial.failure)
    evidence = f"right {trial.right} of {trial.asked} times without the picture"
    return Verdict(not trial.known, evidence, "answerable without" if trial.known else "")


PLUGIN: Final[Gate] = ImageRemoved()
