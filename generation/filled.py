"""What came of a plan: who has which slot, and why the others are open."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from blindspot.core.records import Split, TrainingSample
from blindspot.core.spool import Spool
from blindspot.core.training_set import CellOutcome, Plan, PlanCell
from generation.decided import Candidacy
from generation.plan import slot_id

NOBODY: Final = "no configured source makes it"


@dataclass
class Filled:
    """Grows while slots are filled."""

    plan: Plan
    admitted: dict[str, int] = field(default_factory=dict)
    """By slot id, the place among the samples."""
    samples: Spool[TrainingSample] = field(default_factory=lambda: Spool(TrainingSample))
    """On disk, in the order in which they were admitted."""
    drawn: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Candidates per (split, cell)."""
    got: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Admitted per (split, cell)."""
    causes: defaultdict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    """Rejected per (split, cell), by gate and cause."""
    impossible: set[tuple[str, str]] = field(default_factory=set)
    """Cells that no source makes."""

    def take(self, rows: Iterable[Candidacy]) -> None:
        """Count what was decided, and keep what was admitted."""
        for row in rows:
            self.count(row)
            if row.sample:
                self.admitted[row.slot] = len(self.samples)
                self.samples.append(row.sample)

    def count(self, row: Candidacy) -> None:
        """Count what was decided."""
        key = row.split, row.cell
        self.drawn[key] += 1
        if row.sample:
            self.got[key] += 1
        else:
            last = row.seen[-1]
            self.causes[key][f"{last.gate}: {last.cause}" if last.cause else last.gate] += 1

    def in_order(self, split: Split | None = None) -> Iterator[TrainingSample]:
        """The admitted (of one split), in slot order."""
        for cell in self.plan.cells:
            if split in (None, cell.split):
                slots = (slot_id(cell, i) for i in range(cell.quota))
                yield from (self.samples[self.admitted[s]] for s in slots if s in self.admitted)

    def outcomes(self) -> tuple[CellOutcome, ...]:
        """One row per cell, in the plan's order."""
        return tuple(self._outcome(cell) for cell in self.plan.cells)

    def _outcome(self, cell: PlanCell) -> CellOutcome:
        key = key_of(cell)
        short, causes = cell.quota - self.got[key], self.causes[key]
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


def key_of(cell: PlanCell) -> tuple[str, str]:
    """(split, name): what tells cells apart."""
    return cell.split, cell.name


def _why_open(short: int, drawn: int, causes: Counter[str]) -> str:
    if not causes:
        return f"{short} slots are open after {drawn} candidates"
    most = min(causes, key=lambda cause: (-causes[cause], cause))
    return f"{most} rejected {causes[most]} of {drawn} candidates; {short} slots are open"
