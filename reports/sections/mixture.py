"""What the training set should hold, and why each cell got its share."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.records import CellShare
from reports.section import Section
from reports.view import View


class Row(TypedDict):
    """One cell of the mixture."""

    name: str
    cell: CellShare
    aims_at: str | None
    """Name of the weakness."""


class MixtureNumbers(TypedDict):
    """The table."""

    note: str
    rows: list[Row]


@dataclass(frozen=True)
class Mixture:
    """The mixture that the diagnosis asks for."""

    title: str = "Mixture"
    missing: str = "This round has not been diagnosed yet."

    def numbers(self, view: View) -> MixtureNumbers | None:
        diagnosis = view.current.diagnosis
        if diagnosis is None:
            return None
        names = {w.id: w.name for w in diagnosis.weaknesses}
        rows: list[Row] = [
            {"name": c.name, "cell": c, "aims_at": names.get(c.weakness) if c.weakness else None}
            for c in diagnosis.mixture
        ]
        return {"note": diagnosis.mixture_note, "rows": rows}


PLUGIN: Final[Section] = Mixture()
