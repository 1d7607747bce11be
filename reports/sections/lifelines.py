"""Weaknesses over the rounds: which are new, which persist, which are resolved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypedDict

from blindspot.core.records import Weakness
from reports.section import Section
from reports.view import View

State = Literal["", "new", "persists", "resolved", "reappeared"]


class Cell(TypedDict):
    """One weakness in one round."""

    state: State
    """Empty before its first round and after the round that resolved it."""
    weakness: Weakness | None


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
        known = [(r.number, r.diagnosis.weaknesses) for r in view.rounds if r.diagnosis]
        if not known:
            return None
        rounds = [{w.id: w for w in found} for _, found in known]
        latest = {id_: w.name for found in rounds for id_, w in found.items()}
        return {
            "rounds": [number for number, _ in known],
            "rows": [_line(i, name, [r.get(i) for r in rounds]) for i, name in latest.items()],
        }


def _line(id_: str, name: str, found: Sequence[Weakness | None]) -> Line:
    life = states([w is not None for w in found])
    cells: list[Cell] = [
        {"state": state, "weakness": w} for state, w in zip(life, found, strict=True)
    ]
    return {"id": id_, "name": name, "rounds": cells}


def states(present: Sequence[bool]) -> list[State]:
    """What each round means for a weakness, from whether it was reported there."""
    found: list[State] = []
    for i, here in enumerate(present):
        before, ever = i > 0 and present[i - 1], any(present[:i])
        if here:
            found.append("persists" if before else "reappeared" if ever else "new")
        else:
            found.append("resolved" if before else "")
    return found


PLUGIN: Final[Section] = Lifelines()
