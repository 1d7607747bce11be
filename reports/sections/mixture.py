"""What the training set should hold, and why each cell got its share, beside the round before."""

from dataclasses import dataclass
from typing import Any, Final, TypedDict

from blindspot.core.records import CellShare
from reports.section import Section
from reports.view import Round, View

RULES: Final = ("budget", "floor", "cap", "prior_share")
"""The settings of a diagnosis that bound a mixture."""


class Row(TypedDict):
    """One cell of the mixture."""

    name: str
    cell: CellShare
    aims_at: str | None
    """Name of the weakness."""
    before: CellShare | None
    """The same cell in the mixture of the round before."""


class Dropped(TypedDict):
    """One cell that is no longer asked for."""

    name: str
    cell: CellShare


class MixtureNumbers(TypedDict):
    """The table."""

    note: str
    rules: dict[str, Any]
    """Samples of the budget; least share of an image type, largest of a cell, share that follows
    the benchmarks: as far as the diagnosis says them.
    """
    previous: int | None
    """The round before that has a mixture."""
    rows: list[Row]
    dropped: list[Dropped]
    """Cells of the mixture before that are not in this one."""


@dataclass(frozen=True)
class Mixture:
    """The mixture that the diagnosis asks for."""

    title: str = "Mixture"
    missing: str = "This round has not been diagnosed yet."

    def numbers(self, view: View) -> MixtureNumbers | None:
        diagnosis = view.current.diagnosis
        if diagnosis is None:
            return None
        aims = {w.id: w.name for w in diagnosis.weaknesses}
        last = next((r for r in reversed(view.rounds[:-1]) if r.diagnosis), None)
        before = {c.name: c for c in last.diagnosis.mixture} if last and last.diagnosis else {}
        kept = {c.name for c in diagnosis.mixture}
        return {
            "note": diagnosis.mixture_note,
            "rules": _rules(view.current),
            "previous": last.number if last else None,
            "rows": [_row(c, aims, before) for c in diagnosis.mixture],
            "dropped": [{"name": n, "cell": c} for n, c in before.items() if n not in kept],
        }


def _row(cell: CellShare, aims: dict[str, str], before: dict[str, CellShare]) -> Row:
    return {
        "name": cell.name,
        "cell": cell,
        "aims_at": aims.get(cell.weakness) if cell.weakness else None,
        "before": before.get(cell.name),
    }


def _rules(round_: Round) -> dict[str, Any]:
    config = round_.artifacts()["diagnosis"].manifest.config
    return {name: config[name] for name in RULES if name in config}


PLUGIN: Final[Section] = Mixture()
