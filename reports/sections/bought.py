"""Did the data buy the gain? What a round made per category, against what the next one measured.

    round 0 → 1   counting/geometric   quota 300   admitted 287   held out +9.1 [+2.0, +16.4]

A category of the mixture is its cells together; a change is the diagnosis' own, held out.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypedDict

from blindspot.core.diagnosis import Change
from blindspot.core.records import CellShare
from reports.charts import Estimate, Figure, Series, forest
from reports.section import Section
from reports.view import Round, View, held_out_changes


class Row(TypedDict):
    """One category from one round to the next."""

    before: int
    after: int
    rolled_back: bool
    """The training between them was not accepted."""
    name: str
    quota: int
    """Samples that the mixture asked for."""
    admitted: int | None
    """Samples that were made for it; None without a training set."""
    change: Change | None
    """Of the held-out half; None where no sample was answered in both."""


class BoughtNumbers(TypedDict):
    """The table and its chart."""

    rows: list[Row]
    charts: dict[str, Figure]


@dataclass(frozen=True)
class Bought:
    """Quota against gain."""

    title: str = "Did the data buy the gain?"
    missing: str = "No round after a training has been diagnosed yet."

    def numbers(self, view: View) -> BoughtNumbers | None:
        pairs = pairwise(view.rounds)
        trained = [(a, b) for a, b in pairs if a.checkpoint and a.diagnosis and b.changes]
        rows = [row for before, after in trained for row in _rows(before, after)]
        return {"rows": rows, "charts": _charts(rows)} if rows else None


def _rows(before: Round, after: Round) -> list[Row]:
    asked, made = _quotas(before), _admitted(before)
    changes = {c.name: c for c in held_out_changes(after.changes, since=before.number)}
    changes.pop("overall", None)
    refused = before.acceptance is not None and not before.acceptance.accepted
    return [
        {
            "before": before.number,
            "after": after.number,
            "rolled_back": refused,
            "name": name,
            "quota": asked.get(name, 0),
            "admitted": made.get(name, 0) if made is not None else None,
            "change": changes.get(name),
        }
        for name in sorted({*asked, *changes}, key=lambda n: (-asked.get(n, 0), n))
    ]


def _quotas(round_: Round) -> dict[str, int]:
    found: dict[str, int] = {}
    for cell in round_.diagnosis.mixture if round_.diagnosis else ():
        found[_category(cell)] = found.get(_category(cell), 0) + cell.quota
    return found


def _admitted(round_: Round) -> dict[str, int] | None:
    """Training samples by category, from the plan's cells and their outcomes."""
    if round_.training_set is None:
        return None
    category = {c.name: _category(c.want) for c in round_.training_set.plan().cells}
    found: dict[str, int] = {}
    for cell in round_.training_set.outcomes().cells:
        if cell.split == "train" and cell.name in category:
            name = category[cell.name]
            found[name] = found.get(name, 0) + cell.admitted
    return found


def _category(cell: CellShare) -> str:
    return f"{cell.capability}/{cell.image_type}"


def _charts(rows: list[Row]) -> dict[str, Figure]:
    """One chart per pair of rounds, as far as any category was measured."""
    measured = [r for r in rows if r["change"]]
    pairs = sorted({(r["before"], r["after"]) for r in measured})
    return {f"gain-{a}-{b}": _chart([r for r in measured if r["before"] == a]) for a, b in pairs}


def _chart(rows: list[Row]) -> Figure:
    """Each category with its quota, the largest on top."""
    names = [f"{r['name']} · {r['quota']}" for r in rows]
    asked = Series("with a quota", [_gain(r, bool(r["quota"])) for r in rows], "@accent", "circle")
    other = Series("without", [_gain(r, not r["quota"]) for r in rows], "@muted", "circle-open")
    return forest(names, [asked, other], None)


def _gain(row: Row, shown: bool) -> Estimate | None:
    change = row["change"]
    return (change.change, change.interval) if change and shown else None


PLUGIN: Final[Section] = Bought()
