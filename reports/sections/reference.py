"""The same samples answered by another model: where this one is behind."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import Gap
from reports.charts import Figure, Series, forest
from reports.section import Section
from reports.view import View


class Row(TypedDict):
    """One gap."""

    name: str
    """Of a weakness its name instead of its id."""
    gap: Gap


class ReferenceNumbers(TypedDict):
    """The table and its chart."""

    model: str
    """The reference model's fingerprint."""
    rows: list[Row]
    charts: dict[str, Figure]


@dataclass(frozen=True)
class Reference:
    """The gap to another model."""

    title: str = "Gap to the reference model"
    missing: str = "No reference model was given."

    def numbers(self, view: View) -> ReferenceNumbers | None:
        diagnosis = view.current.diagnosis
        if diagnosis is None or diagnosis.reference is None:
            return None
        names = {w.id: w.name for w in diagnosis.weaknesses}
        rows: list[Row] = [
            {"name": names.get(g.name, g.name), "gap": g} for g in diagnosis.reference.rows
        ]
        return {
            "model": diagnosis.reference.model,
            "rows": rows,
            "charts": {"gaps": _chart(rows)} if rows else {},
        }


def _chart(rows: list[Row]) -> Figure:
    gaps = [(r["gap"].gap, r["gap"].interval) for r in rows]
    return forest([r["name"] for r in rows], [Series("gap", gaps, "@accent", "circle")], None)


PLUGIN: Final[Section] = Reference()
