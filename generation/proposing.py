"""What is done for one place by itself, wherever an executor does it: making its candidate, where
the source needs nobody, looking at its pictures, and the gates that need nobody.

    Task("train/ocr/text_dense/3/0", want)  →  Proposal(…, judged={"answer_shape": …})

A gate that stands behind a rejection is not asked any more, as in the run itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from blindspot.core.errors import DataError
from blindspot.core.images import pixels
from blindspot.core.prompt import render
from blindspot.core.records import Failure
from generation.filled import key_of
from generation.gate import Guard, Proposal, Verdict
from generation.likeness import look
from generation.source import Candidate, OpenSource, Want


@dataclass(frozen=True)
class Task:
    """One place that wants a proposal."""

    id: str
    """`<slot>/<attempt>`."""
    want: Want
    made: Candidate | Failure | None = None
    """What was made for it already, by a source that asks others."""


@dataclass(frozen=True)
class Proposing:
    """The work, as it is sent to where it is done."""

    sources: Mapping[tuple[str, str], OpenSource]
    """By (split, cell): those that need nobody."""
    guards: Sequence[Guard]
    """Those that need nobody, cheapest first."""

    def __call__(self, task: Task) -> Proposal | Failure:
        made = task.made if task.made is not None else self._candidate(task.want)
        if isinstance(made, Failure):
            return made
        try:
            looks = tuple(look(pixels(data)) for data in made.images)  # as they will be stored
        except DataError as error:
            return Failure(kind="image", message=error.why, retryable=False)
        prompt = render(made.question, made.options, made.answer_kind)
        proposal = Proposal(task.id, task.want.cell, made, prompt, looks)
        return replace(proposal, judged=self._judged(proposal))

    def _candidate(self, want: Want) -> Candidate | Failure:
        (made,) = self.sources[key_of(want.cell)].candidates([want])
        return made

    def _judged(self, proposal: Proposal) -> dict[str, Verdict]:
        verdicts: dict[str, Verdict] = {}
        for guard in self.guards:
            if guard.guards(proposal.cell):
                (verdicts[guard.name],) = guard.gate.judge([proposal])
                if not verdicts[guard.name].admitted:
                    break
        return verdicts
