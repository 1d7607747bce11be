"""What a candidate asks and shows must be what its cell wants, as a validator says that sees
neither the cell nor the key.

    cell counting/chart_graph, validator: ocr/chart_graph, one answer     "another capability"

The validator can only object: a candidate that it likes has passed the solvers' gates before. A
term that the taxonomy does not declare (a benchmark of one's own brings its own) cannot be chosen
by it, and is not held against a candidate. What is drawn here is of its family's category, and is
not asked about.
"""

from collections.abc import Sequence
from typing import Final

from blindspot.core import taxonomy
from blindspot.core.records import Failure
from blindspot.core.taxonomy import Term
from blindspot.core.training_set import PlanCell
from generation.agents.validator import PLUGIN as VALIDATOR
from generation.agents.validator import Validation, ValidatorRequest
from generation.calls import Calls, repaired
from generation.gate import Gate, OpenGate, Proposal, Surroundings, Verdict
from generation.settings import GenerationSettings
from generation.solving import stored


class Category:
    """The `category` gate."""

    cost = 70
    asks = "validator"

    def guards(self, cell: PlanCell) -> bool:
        return True

    def enabled(self, settings: GenerationSettings) -> bool:
        return settings.agents.validator is not None

    def calls(self, settings: GenerationSettings) -> Sequence[Calls]:
        """See `generation.calls`."""
        return [repaired("validator")]

    def open(self, surroundings: Surroundings) -> OpenGate:
        return _Open(surroundings)


class _Open:
    def __init__(self, surroundings: Surroundings) -> None:
        known = taxonomy.load(None)
        self._surroundings = surroundings
        self._capabilities = _definitions(known.terms("capability"))
        self._image_types = _definitions(known.terms("image_type"))

    def judge(self, proposals: Sequence[Proposal]) -> list[Verdict]:
        asked = [p for p in proposals if p.candidate.truth != "construction"]
        replies = self._replies(asked)
        verdicts = {p.id: self._verdict(p, r) for p, r in zip(asked, replies, strict=True)}
        return [verdicts.get(p.id, Verdict(True, "drawn here")) for p in proposals]

    def _replies(self, asked: Sequence[Proposal]) -> list[Validation | Failure]:
        if not asked:
            return []
        requests = [self._request(p) for p in asked]
        cells = [p.cell.name for p in asked]
        return self._surroundings.staff.consult("validator", VALIDATOR, requests, cells)

    def _request(self, proposal: Proposal) -> ValidatorRequest:
        candidate = proposal.candidate
        return ValidatorRequest(
            pictures=stored(self._surroundings, proposal),
            question=candidate.question,
            options=candidate.options,
            answer_kind=candidate.answer_kind,
            capabilities=self._capabilities,
            image_types=self._image_types,
        )

    def _verdict(self, proposal: Proposal, reply: Validation | Failure) -> Verdict:
        if isinstance(reply, Failure):
            return Verdict(False, f"validator: {reply.message}", "no answer")
        cause = self._objection(proposal.cell, reply)
        said = f"{reply.capability}/{reply.image_type}: {reply.why}"
        return Verdict(not cause, said, cause)

    def _objection(self, cell: PlanCell, reply: Validation) -> str:
        """The gravest, or nothing."""
        want = cell.want
        faults = {
            "harmful": reply.harmful,
            "no single answer": not reply.single_answer,
            "needs no picture": not reply.needs_picture,
            "another capability": want.capability in self._capabilities
            and reply.capability != want.capability,
            "another image type": want.image_type in self._image_types
            and reply.image_type != want.image_type,
        }
        return next((cause for cause, found in faults.items() if found), "")


def _definitions(terms: dict[str, Term]) -> dict[str, str]:
    return {name: term.definition for name, term in terms.items()}


PLUGIN: Final[Gate] = Category()
