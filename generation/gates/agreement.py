"""Solvers that never see the key must find it by themselves.

    key 3, solver 1 says 3, solver 2 says 3     admitted
    key 3, solver 1 says 3, solver 2 says 4     "solvers disagree"
    key 3, solver 1 says 4                      "says otherwise"; solver 2 is not asked
    key 3, solver 1 says null                   "no single answer"
    key 3, solver 1 does not reply              "no answer": nothing is known of the candidate

At least two solvers must have answered (one where one is configured), and all that answered must
be right. The first is asked about the whole wave, each further one about what still stands. A key
that is true by construction is not asked about, nor the policy's own answer to such a question,
which `verification` decides on; a key that people gave elsewhere is. Nobody is asked
to judge a key: a model that is shown one tends to agree with it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from blindspot.core.records import Failure
from blindspot.core.training_set import PlanCell
from generation.agents.solver import PLUGIN as SOLVER
from generation.agents.solver import Solution
from generation.calls import Calls, repaired
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.gates.verification import is_own
from generation.settings import GenerationSettings
from generation.solving import Form, form, stored, unanswered

_ENOUGH: Final = 2


class Agreement:
    """The `agreement` gate."""

    cost = 40
    asks = "solver"

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return bool(settings.agents.solvers)

    def calls(self, settings: GenerationSettings) -> Sequence[Calls]:
        """See `generation.calls`."""
        return [replace(repaired("solver"), member=i) for i in range(len(settings.agents.solvers))]

    def open(self, surroundings: Surroundings) -> OpenGate:
        return _Open(surroundings)


class _Case:
    """What is known of one candidate so far."""

    def __init__(self, proposal: Proposal, pictures: tuple[str, ...]) -> None:
        self.proposal = proposal
        self._pictures = pictures
        self.agreed: list[int] = []
        self.failed: Verdict | None = None
        self.against: Verdict | None = None

    def form(self, member: int) -> Form:
        """As a solver meets it: options stand in another order for each, so that neither a bias
        for a letter nor a letter that the picture or the words order serves two.
        """
        candidate = self.proposal.candidate
        turn = member % len(candidate.options) if candidate.answer_kind == "choice" else 0
        return form(candidate, self._pictures, turn)

    def see(self, member: int, reply: Solution | Failure) -> None:
        if isinstance(reply, Failure):
            self.failed = unanswered(reply, member)
        elif self.form(member).is_right(reply):
            self.agreed.append(member)
        else:
            self.against = self._against(member, reply)

    def stands(self, left: int, wanted: int) -> bool:
        """Whether it can still be admitted when `left` solvers have not been asked."""
        return self.against is None and len(self.agreed) + left >= wanted

    def verdict(self, wanted: int) -> Verdict:
        if self.against is not None:
            return self.against
        if len(self.agreed) < wanted and self.failed is not None:
            return self.failed
        return Verdict(True, f"{len(self.agreed)} blind solvers found the key")

    def _against(self, member: int, reply: Solution) -> Verdict:
        said = "no single answer" if reply.answer is None else f"'{reply.answer}'"
        evidence = f"solver {member + 1}: {said}; the key: '{self.form(member).target}'"
        if self.agreed:
            return Verdict(False, evidence, "solvers disagree")
        return Verdict(
            False, evidence, "no single answer" if reply.answer is None else "says otherwise"
        )


class _Open:
    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._staff = surroundings.staff

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        asked = [p for p in proposals if p.candidate.truth != "construction"]
        cases = {p.id: _Case(p, stored(self._surroundings, p)) for p in asked}
        wanted = min(_ENOUGH, self._staff.solvers)
        for member in range(self._staff.solvers):
            left = self._staff.solvers - member
            self._ask(member, [c for c in cases.values() if c.stands(left, wanted)])
        return [cases[p.id].verdict(wanted) if p.id in cases else _unasked(p) for p in proposals]

    def _ask(self, member: int, cases: Sequence[_Case]) -> None:
        if not cases:
            return
        requests = [c.form(member).request for c in cases]
        cells = [c.proposal.cell.name for c in cases]
        replies = self._staff.consult("solver", SOLVER, requests, cells, member=member)
        for case, reply in zip(cases, replies, strict=True):
            case.see(member, reply)


def _unasked(proposal: Proposal) -> Verdict:
    own = is_own(proposal.candidate)
    return Verdict(True, "an own answer; see verification" if own else "true by construction")


PLUGIN: Final[Gate] = Agreement()
