"""Paired change of every category since the first round, on the held-out half."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import Change
from reports.charts import Figure, Series, forest
from reports.section import Section
from reports.view import View, held_out_changes

MARGIN: Final = -0.05
"""What `Change.non_inferior` is judged by."""


class ChangeNumbers(TypedDict):
    """The latest comparison."""

    round: int
    margin: float
    rows: list[Change]
    charts: dict[str, Figure]


@dataclass(frozen=True)
class ChangesSinceStart:
    """The forest plot of the latest round against the first."""

    title: str = "Change since round 0"
    missing: str = "There is no second diagnosed round to compare yet."

    def numbers(self, view: View) -> ChangeNumbers | None:
        known = [(r.number, held_out_changes(r.changes, since=0)) for r in view.rounds]
        found = [(number, rows) for number, rows in known if rows]
        if not found:
            return None
        number, rows = found[-1]
        return {
            "round": number,
            "margin": MARGIN,
            "rows": rows,
            "charts": {"forest": _chart(rows)},
        }


def _chart(rows: list[Change]) -> Figure:
    shown = {
        "strong in round 0": ("@good", "diamond", lambda c: c.strong),
        "other": ("@accent", "circle", lambda c: not c.strong),
    }
    series = [
        Series(label, [(c.change, c.interval) if fits(c) else None for c in rows], colour, symbol)
        for label, (colour, symbol, fits) in shown.items()
    ]
    return forest([c.name for c in rows], series, MARGIN)


PLUGIN: Final[Section] = ChangesSinceStart()
