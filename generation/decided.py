"""What is kept of every candidate, admitted or not."""

from blindspot.core.journal import Decided
from blindspot.core.records import AnswerKind, Edit, Record, TrainingSample
from generation.family import Box
from generation.gate import Verdict


class Seen(Record):
    """One verdict on a candidate."""

    gate: str
    """Which gate judged; `source` where no candidate could be made."""
    admitted: bool
    """What it decided."""
    cause: str = ""
    """Of a rejection, where the gate tells causes apart."""
    evidence: str
    """What the gate saw."""

    @classmethod
    def of(cls, gate: str, verdict: Verdict) -> "Seen":
        """A gate's verdict."""
        admitted, cause = verdict.admitted, verdict.cause
        return cls(gate=gate, admitted=admitted, cause=cause, evidence=verdict.evidence)


class Candidacy(Decided):
    """One candidate: what it was, and what every gate that saw it said."""

    split: str
    """Of its slot."""
    cell: str
    """Of its slot."""
    seen: tuple[Seen, ...]
    """In the order of the gates."""
    question: str = ""
    """Of the candidate."""
    target: str = ""
    """Of the candidate."""
    images: tuple[str, ...] = ()
    """SHA-256 of its pictures' bytes."""
    source: str = ""
    """The plugin that made it, with its seed or address."""
    lineage: tuple[Edit, ...] = ()
    """Edits that its pictures went through."""
    options: tuple[str, ...] = ()
    """Of a choice."""
    answer_kind: AnswerKind | None = None
    """How answers are compared; None where no candidate could be made."""
    boxes: tuple[Box, ...] = ()
    """Where the answer stands: (x0, y0, x1, y1) in pixels."""
    sample: TrainingSample | None = None
    """As it was admitted."""


class GateVerdict(Record):
    """One row of `verdicts.parquet`: what one gate said about one candidate."""

    id: str
    """`<split>/<cell>/<slot>/<attempt>`."""
    split: str
    """Of its slot."""
    cell: str
    """Of its slot."""
    gate: str
    """Which gate."""
    admitted: bool
    """What it decided."""
    cause: str
    """Of a rejection; empty where the gate knows one only."""
    evidence: str
    """What it saw."""


class Rejected(Record):
    """One row of `rejected.parquet`."""

    id: str
    """`<split>/<cell>/<slot>/<attempt>`."""
    split: str
    """Of its slot."""
    cell: str
    """Of its slot."""
    gate: str
    """Which gate rejected it."""
    cause: str
    """Of the causes that the gate tells apart; empty where it knows one only."""
    evidence: str
    """What the gate saw."""
    question: str
    """Of the candidate."""
    target: str
    """Of the candidate."""
    images: tuple[str, ...]
    """SHA-256 of its pictures' bytes."""
    source: str
    """The plugin that made it, with its seed or address."""
    lineage: tuple[Edit, ...] = ()
    """Edits that its pictures went through."""
    options: tuple[str, ...] = ()
    """Of a choice."""
    answer_kind: AnswerKind | None = None
    """How answers are compared; None where no candidate could be made."""
    boxes: tuple[Box, ...] = ()
    """Where the answer stands: (x0, y0, x1, y1) in pixels."""


def rejected(row: Candidacy) -> Rejected:
    """A candidate that the last gate it saw rejected."""
    last = row.seen[-1]
    return Rejected(
        id=row.id,
        split=row.split,
        cell=row.cell,
        gate=last.gate,
        cause=last.cause,
        evidence=last.evidence,
        question=row.question,
        target=row.target,
        images=row.images,
        source=row.source,
        lineage=row.lineage,
        options=row.options,
        answer_kind=row.answer_kind,
        boxes=row.boxes,
    )


def verdicts(row: Candidacy) -> list[GateVerdict]:
    """All that was said about a candidate."""
    return [
        GateVerdict(id=row.id, split=row.split, cell=row.cell, **vars(seen)) for seen in row.seen
    ]
