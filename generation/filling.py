"""Filling the plan's slots, wave by wave.

A wave makes one candidate for every open slot, window by window, and sends each window through
the gates, cheapest first (`generation.judging`); whoever passes all takes the slot. The next wave
serves what is still open. Nothing is back-filled: a slot that found nothing stays open, and its
cell says why.

Each candidate is decided by its seed text (`<seed>/<round>/<split>/<cell>/<slot>/<attempt>`) and
each window by what was admitted before it, so that a killed run makes the same again. A window that
was decided before the kill is read from the journal: nothing in it is made or asked again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from blindspot.core.errors import StageError
from blindspot.core.images import ImageStore
from blindspot.core.journal import Journal
from blindspot.core.progress import Advance
from blindspot.core.records import CellShare, Failure, TrainingSample
from blindspot.core.training_set import Plan, PlanCell
from generation.decided import Candidacy, Seen
from generation.executor import OpenExecutor
from generation.filled import Filled, key_of
from generation.gate import Guard, Proposal, Shown, shown
from generation.judging import Standing, judged
from generation.looks import Looks, opened
from generation.plan import slot_id
from generation.proposing import Proposing, Task
from generation.settings import GenerationSettings
from generation.source import Candidate, Maker, Want, makes

WINDOW: Final = 1024
"""Slots whose candidates are held in memory at once."""
SOURCE: Final = "source"
"""Stands for a gate where no candidate could be made at all."""
_WAY_OUT: Final = "Make it again with --redo training_set; no finished call is asked again"


@dataclass(frozen=True)
class Slot:
    """One place in the training set."""

    cell: PlanCell
    number: int

    @property
    def id(self) -> str:
        return slot_id(self.cell, self.number)


class Filling:
    """Fills a plan; `fill` is its only entry."""

    def __init__(
        self,
        plan: Plan,
        makers: Sequence[Maker],
        guards: Sequence[Guard],
        settings: GenerationSettings,
        round_: int,
        *,
        executor: OpenExecutor,
        images: ImageStore,
        journal: Journal[Candidacy],
        admitted: list[Shown],
    ) -> None:
        """`admitted` is what the gates compare with, and grows."""
        self._plan, self._guards, self._settings = plan, guards, settings
        self._prefix = f"{settings.seed}/{round_}"
        self._maker = {key_of(cell): _maker_of(cell.want, makers) for cell in plan.cells}
        alone = {key: maker.source for key, maker in self._maker.items() if maker and maker.alone}
        self._propose = Proposing(alone, [guard for guard in guards if guard.alone])
        self._executor = executor
        self._images, self._journal, self._admitted = images, journal, admitted
        self._looks = Looks(images)

    def fill(self, advance: Advance) -> Filled:
        """Make and judge until every slot is taken or given up."""
        filled = Filled(self._plan)
        filled.impossible.update(key for key, maker in self._maker.items() if maker is None)
        for attempt in range(self._settings.max_attempts):
            slots = self._open(filled)
            for first in range(0, len(slots), WINDOW):
                rows = self._window(f"{attempt}/{first}", slots[first : first + WINDOW], attempt)
                filled.take(rows)
                new = sum(row.admitted for row in rows)
                advance(new, f"wave {attempt + 1}, {len(slots)} were open")
            if not slots:
                break
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

    def _window(self, name: str, slots: Sequence[Slot], attempt: int) -> list[Candidacy]:
        """What became of one candidate for each slot, in order."""
        known = self._journal.window(name)
        if known is not None:
            self._admitted.extend(self._recalled([row.sample for row in known if row.sample]))
            return known
        before = len(self._admitted)
        rows = self._decide(slots, attempt)
        self._journal.decide(name, rows)
        self._keep_looks([row.sample for row in rows if row.sample], self._admitted[before:])
        return rows

    def _decide(self, slots: Sequence[Slot], attempt: int) -> list[Candidacy]:
        proposed = self._proposed(slots, attempt)
        standing = {p.id: Standing(p, []) for p in proposed if isinstance(p, Proposal)}
        passed = {s.proposal.id for s in judged(self._guards, list(standing.values()))}
        return [
            _unmade(slot, f"{slot.id}/{attempt}", proposal)
            if isinstance(proposal, Failure)
            else self._row(slot, standing[proposal.id], proposal.id in passed)
            for slot, proposal in zip(slots, proposed, strict=True)
        ]

    def _proposed(self, slots: Sequence[Slot], attempt: int) -> list[Proposal | Failure]:
        """One proposal for each slot: what asks others is made here, the rest by the executor."""
        wants = [Want(s.cell, f"{self._prefix}/{s.id}/{attempt}") for s in slots]
        made = self._made(wants)
        tasks = [
            Task(f"{slot.id}/{attempt}", want, made.get(place))
            for place, (slot, want) in enumerate(zip(slots, wants, strict=True))
        ]
        return self._executor.map(self._propose, tasks)

    def _made(self, wants: Sequence[Want]) -> dict[int, Candidate | Failure]:
        """What sources make that ask others, by place; each is asked once for all of its own."""
        found: dict[int, Candidate | Failure] = {}
        places: dict[int, list[int]] = {}
        for place, want in enumerate(wants):
            maker = self._serving(want.cell)
            if not maker.alone:
                places.setdefault(id(maker), []).append(place)
        for own in places.values():
            maker = self._serving(wants[own[0]].cell)
            found |= zip(own, maker.source.candidates([wants[i] for i in own]), strict=True)
        return found

    def _serving(self, cell: PlanCell) -> Maker:
        maker = self._maker[key_of(cell)]
        if maker is None:
            raise StageError(f"The cell '{cell.name}'", "no source makes it", "Add one that does")
        return maker

    def _row(self, slot: Slot, standing: Standing, admitted: bool) -> Candidacy:
        proposal = standing.proposal
        made = proposal.candidate
        sample = self._sample(slot, standing) if admitted else None
        if sample:
            looks = tuple(map(self._looks.stowed, proposal.looks))
            self._admitted.append(shown(sample, looks))
        return Candidacy(
            id=proposal.id,
            slot=slot.id,
            admitted=admitted,
            split=slot.cell.split,
            cell=slot.cell.name,
            seen=tuple(standing.seen),
            question=made.question,
            target=made.target,
            images=tuple(hashlib.sha256(data).hexdigest() for data in made.images),
            source=made.origin,
            lineage=made.lineage,
            options=made.options,
            answer_kind=made.answer_kind,
            boxes=made.evidence,
            sample=sample,
        )

    def _sample(self, slot: Slot, standing: Standing) -> TrainingSample:
        cell, made = slot.cell, standing.proposal.candidate
        return TrainingSample(
            id=slot.id,
            split=cell.split,
            cell=cell.name,
            question=made.question,
            prompt=standing.proposal.prompt,
            images=tuple(self._images.put(data) for data in made.images),
            options=made.options,
            target=made.target,
            answer_kind=made.answer_kind,
            capability=cell.want.capability,
            image_type=cell.want.image_type,
            attributes=dict(made.attributes),
            source=made.origin,
            content=made.content,
            evidence=made.evidence,
            licence=made.licence,
            attribution=made.attribution,
            lineage=made.lineage,
            pass_rate=standing.pass_rate,
            rollouts=standing.rollouts,
        )

    def _recalled(self, samples: Sequence[TrainingSample]) -> list[Shown]:
        """Admitted samples as the gates compare with them."""
        names = (name for sample in samples for name in sample.images)
        open_ = lambda name: opened(self._images, name, "training set", _WAY_OUT)  # noqa: E731
        looks = self._looks.of(names, open_)
        return [shown(s, tuple(looks[name] for name in s.images)) for s in samples]

    def _keep_looks(self, samples: Sequence[TrainingSample], shown: Sequence[Shown]) -> None:
        pairs = zip(samples, shown, strict=True)
        self._looks.keep(
            {name: look for s, k in pairs for name, look in zip(s.images, k.looks, strict=True)}
        )


def slots_of(cell: PlanCell) -> Iterator[Slot]:
    """The slots of a cell, in order."""
    return (Slot(cell, number) for number in range(cell.quota))


def _maker_of(cell: CellShare, makers: Sequence[Maker]) -> Maker | None:
    """The first source that makes a cell."""
    return next((m for m in makers if makes(m.catalogue, cell)), None)


def _unmade(slot: Slot, id_: str, failure: Failure) -> Candidacy:
    seen = Seen(gate=SOURCE, admitted=False, cause=failure.kind, evidence=failure.message)
    return Candidacy(
        id=id_,
        slot=slot.id,
        admitted=False,
        split=slot.cell.split,
        cell=slot.cell.name,
        seen=(seen,),
    )
