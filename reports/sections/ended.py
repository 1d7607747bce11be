"""Weaknesses of earlier rounds that are not found now, and how they ended."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import Ended
from reports.section import Section
from reports.view import View


class EndedNumbers(TypedDict):
    """The table."""

    rows: list[Ended]


@dataclass(frozen=True)
class EndedWeaknesses:
    """What is no longer a weakness."""

    title: str = "Weaknesses no longer found"
    missing: str = "There is no earlier diagnosis to compare with."

    def numbers(self, view: View) -> EndedNumbers | None:
        earlier = any(r.diagnosis for r in view.rounds[:-1])
        diagnosis = view.current.diagnosis
        return {"rows": list(diagnosis.ended)} if diagnosis and earlier else None


PLUGIN: Final[Section] = EndedWeaknesses()
