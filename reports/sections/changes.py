"""Paired change of every category since the first round, on the held-out half."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import Change
from reports.charts import Figure, Series, forest
from reports.section import Section
from reports.view import View, held_out_changes


class ChangeNumbers(TypedDict):
    """The latest comparison."""

    round: int
    margin: float
    """A category that was strong may lose less than this."""
    rows: list[Change]
    charts: dict[str, Figure]


@dataclass(frozen=True)
class ChangesSinceStart:
    """The forest plot of the latest round against the first."""

    title: str = "Change since round 0"
    missing: str = "There is no second diagnosed round to compare yet."

    def numbers(self, view: View) -> ChangeNumbers | None:
        known = [r.changes for r in view.rounds if r.changes]
        found = [c for c in known if held_out_changes(c, since=0)]
        if not found:
            return None
        latest = found[-1]
        rows = held_out_changes(latest, since=0)
        return {
            "round": latest.round,
            "margin": latest.margin,
            "rows": rows,
            "charts": {"forest": _chart(rows, latest.margin)},
        }


def _chart(rows: list[Change], margin: float) -> Figure:
    shown = {
        "strong in round 0": ("@good", "diamond", lambda c: c.strong),
        "other": ("@accent", "circle", lambda c: not c.strong),
    }
    series = [
        Series(label, [(c.change, c.interval) if fits(c) else None for c in rows], colour, symbol)
        for label, (colour, symbol, fits) in shown.items()
    ]
    return forest([c.name for c in rows], series, -margin)


PLUGIN: Final[Section] = ChangesSinceStart()
