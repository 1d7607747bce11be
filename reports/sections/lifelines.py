"""Weaknesses over the rounds: which are new, which persist, how the others ended.

    counting in geometric pictures   ● new   ● persists   ✓ resolved

What a diagnosis says of a weakness, or of one that ended, is shown as it says it; where it says
nothing, what follows from whether the weakness was reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypedDict

from blindspot.core.diagnosis import Diagnosis, Ended
from blindspot.core.records import Weakness
from reports.section import Section
from reports.view import View

State = Literal[
    "", "new", "persists", "shrank", "reappeared", "not found",
    "resolved", "undecided", "not enough data",
]  # fmt: skip


class Cell(TypedDict):
    """One weakness in one round."""

    state: State
    """Empty before its first round and after the one that no longer found it."""
    weakness: Weakness | None
    ended: Ended | None
    """How it ended here, as the diagnosis says it."""


class Line(TypedDict):
    """One weakness."""

    id: str
    name: str
    rounds: list[Cell]


class LifelineNumbers(TypedDict):
    """The table."""

    rounds: list[int]
    rows: list[Line]


@dataclass(frozen=True)
class Lifelines:
    """Weakness by round."""

    title: str = "Weaknesses over rounds"
    missing: str = "No round has been diagnosed yet."

    def numbers(self, view: View) -> LifelineNumbers | None:
        known = [(r.number, r.diagnosis) for r in view.rounds if r.diagnosis]
        if not known:
            return None
        latest = {w.id: w.name for _, found in known for w in found.weaknesses}
        return {
            "rounds": [number for number, _ in known],
            "rows": [_line(i, name, [d for _, d in known]) for i, name in latest.items()],
        }


def _line(id_: str, name: str, found: Sequence[Diagnosis]) -> Line:
    here = [next((w for w in d.weaknesses if w.id == id_), None) for d in found]
    ended = [next((e for e in d.ended if e.id == id_), None) for d in found]
    life = states([w is not None for w in here])
    rows = zip(life, here, ended, strict=True)
    return {"id": id_, "name": name, "rounds": [_cell(*row) for row in rows]}


def _cell(state: State, weakness: Weakness | None, ended: Ended | None) -> Cell:
    if weakness is not None and weakness.status is not None:
        state = weakness.status
    elif weakness is None and ended is not None:
        state = ended.status
    return {"state": state, "weakness": weakness, "ended": None if weakness else ended}


def states(present: Sequence[bool]) -> list[State]:
    """What each round means for a weakness, from whether it was reported there."""
    found: list[State] = []
    for i, here in enumerate(present):
        before, ever = i > 0 and present[i - 1], any(present[:i])
        if here:
            found.append("persists" if before else "reappeared" if ever else "new")
        else:
            found.append("not found" if before else "")
    return found


PLUGIN: Final[Section] = Lifelines()
