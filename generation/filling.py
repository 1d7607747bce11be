"""Filling the plan's slots, wave by wave.

A wave draws one candidate for every open slot and sends them through the gates, cheapest first,
in slot order; whoever passes all takes the slot. The next wave serves what is still open. Nothing
is back-filled: a slot that found nothing stays open, and its cell says why.

Each candidate is decided by its seed text (`<seed>/<round>/<split>/<cell>/<slot>/<attempt>`) and
each wave by the outcomes of the one before, so that a killed run draws the same again and forms
the same batches of model calls.
"""

import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from blindspot.core.errors import StageError
from blindspot.core.progress import Advance
from blindspot.core.prompt import render
from blindspot.core.records import CellShare, Record
from blindspot.core.training_set import CellOutcome, Plan, PlanCell
from generation.gate import Guard, Proposal, Verdict
from generation.likeness import look
from generation.plan import slot_id
from generation.settings import GenerationSettings
from generation.source import Maker, makes

NOBODY = "no configured source makes it"


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


@dataclass(frozen=True)
class Slot:
    """One place in the training set."""

    cell: PlanCell
    number: int

    @property
    def id(self) -> str:
        return slot_id(self.cell, self.number)


@dataclass(frozen=True)
class Admitted:
    """A proposal that passed every gate, in its slot."""

    slot: Slot
    proposal: Proposal
    pass_rate: float | None
    rollouts: int


@dataclass
class Filled:
    """What came of a plan."""

    plan: Plan
    admitted: dict[str, Admitted] = field(default_factory=dict)
    """By slot id."""
    rejected: list[Rejected] = field(default_factory=list)
    """In the order in which they were rejected."""
    drawn: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Candidates per (split, cell)."""
    got: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Admitted per (split, cell)."""
    impossible: set[tuple[str, str]] = field(default_factory=set)
    """Cells that no source makes."""

    def in_order(self) -> list[Admitted]:
        """The admitted, in slot order."""
        slots = [slot for cell in self.plan.cells for slot in slots_of(cell)]
        return [self.admitted[slot.id] for slot in slots if slot.id in self.admitted]

    def outcomes(self) -> tuple[CellOutcome, ...]:
        """One row per cell, in the plan's order."""
        causes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for row in self.rejected:
            cause = f"{row.gate}: {row.cause}" if row.cause else row.gate
            causes[row.split, row.cell][cause] += 1
        return tuple(self._outcome(cell, causes[key_of(cell)]) for cell in self.plan.cells)

    def _outcome(self, cell: PlanCell, causes: Counter[str]) -> CellOutcome:
        key = key_of(cell)
        short = cell.quota - self.got[key]
        why = NOBODY if key in self.impossible else _why_open(short, self.drawn[key], causes)
        return CellOutcome(
            name=cell.name,
            split=cell.split,
            quota=cell.quota,
            admitted=self.got[key],
            candidates=self.drawn[key],
            rejected=dict(sorted(causes.items())),
            open_because=why if short else None,
        )


class Filling:
    """Fills a plan; `fill` is its only entry."""

    def __init__(
        self,
        plan: Plan,
        makers: Sequence[Maker],
        guards: Sequence[Guard],
        settings: GenerationSettings,
        round_: int,
    ) -> None:
        self._plan, self._guards, self._settings = plan, guards, settings
        self._prefix = f"{settings.seed}/{round_}"
        self._maker = {key_of(cell): _maker_of(cell.want, makers) for cell in plan.cells}

    def fill(self, advance: Advance) -> Filled:
        """Draw and judge until every slot is taken or given up."""
        filled = Filled(self._plan)
        filled.impossible.update(key for key, maker in self._maker.items() if maker is None)
        for attempt in range(self._settings.max_attempts):
            slots = self._open(filled)
            if not slots:
                break
            before = len(filled.admitted)
            self._wave(slots, attempt, filled)
            advance(len(filled.admitted) - before, f"wave {attempt + 1}, {len(slots)} were open")
        return filled

    def _open(self, filled: Filled) -> list[Slot]:
        """The slots that are still to be served, in the plan's order."""
        return [
            slot
            for cell in self._plan.cells
            if key_of(cell) not in filled.impossible and not self._hopeless(cell, filled)
            for slot in slots_of(cell)
            if slot.id not in filled.admitted
        ]

    def _hopeless(self, cell: PlanCell, filled: Filled) -> bool:
        key = key_of(cell)
        return not filled.got[key] and filled.drawn[key] >= self._settings.patience

    def _wave(self, slots: Sequence[Slot], attempt: int, filled: Filled) -> None:
        proposals = {slot.id: self._propose(slot, attempt) for slot in slots}
        filled.drawn.update(key_of(slot.cell) for slot in slots)
        verdicts = self._judge(list(proposals.values()), filled)
        for slot in slots:
            passed = verdicts.get(proposals[slot.id].id)
            if passed is not None:
                rate, rollouts = passed.pass_rate, passed.rollouts
                filled.admitted[slot.id] = Admitted(slot, proposals[slot.id], rate, rollouts)
                filled.got[key_of(slot.cell)] += 1

    def _judge(self, proposals: Sequence[Proposal], filled: Filled) -> dict[str, Verdict]:
        """The last verdict on every proposal that passed all gates, by its id."""
        standing = {p.id: (p, Verdict(True, "no gate")) for p in proposals}
        for guard in self._guards:
            guarded = [p for p, _ in standing.values() if guard.guards(p.cell)]
            for proposal, verdict in zip(guarded, guard.gate.judge(guarded), strict=True):
                if verdict.admitted:
                    standing[proposal.id] = (proposal, verdict)
                    continue
                del standing[proposal.id]
                filled.rejected.append(_rejected(proposal, guard.name, verdict))
        return {id_: verdict for id_, (_, verdict) in standing.items()}

    def _propose(self, slot: Slot, attempt: int) -> Proposal:
        maker = self._maker[key_of(slot.cell)]
        if maker is None:
            raise StageError(f"The cell '{slot.cell.name}'", NOBODY, "Add a source that does")
        candidate = maker.candidate(slot.cell.want, f"{self._prefix}/{slot.id}/{attempt}")
        looks = [look(Image.open(io.BytesIO(data))) for data in candidate.images]
        prompt = render(candidate.question, candidate.options, candidate.answer_kind)
        return Proposal(f"{slot.id}/{attempt}", slot.cell, candidate, prompt, tuple(looks))


def key_of(cell: PlanCell) -> tuple[str, str]:
    """(split, name): what tells cells apart."""
    return cell.split, cell.name


def slots_of(cell: PlanCell) -> list[Slot]:
    """The slots of a cell, in order."""
    return [Slot(cell, number) for number in range(cell.quota)]


def _maker_of(cell: CellShare, makers: Sequence[Maker]) -> Maker | None:
    """The first source that makes a cell."""
    return next((m for m in makers if makes(m.catalogue, cell)), None)


def _rejected(proposal: Proposal, gate: str, verdict: Verdict) -> Rejected:
    candidate = proposal.candidate
    return Rejected(
        id=proposal.id,
        split=proposal.cell.split,
        cell=proposal.cell.name,
        gate=gate,
        cause=verdict.cause,
        evidence=verdict.evidence,
        question=candidate.question,
        target=candidate.target,
        images=tuple(hashlib.sha256(data).hexdigest() for data in candidate.images),
        source=candidate.origin,
    )


def _why_open(short: int, drawn: int, causes: Counter[str]) -> str:
    if not causes:
        return f"{short} slots are open after {drawn} candidates"
    most = min(causes, key=lambda cause: (-causes[cause], cause))
    return f"{most} rejected {causes[most]} of {drawn} candidates; {short} slots are open"
