"""Each category: held-out rate over the rounds, and what the diagnosis half says about it."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import CategoryRate
from blindspot.core.evaluation import Metrics, Rate
from reports.charts import Figure, rates_over_rounds
from reports.section import Section
from reports.view import Round, View, of_half


class Row(TypedDict):
    """One category."""

    name: str
    held_out: Rate | None
    diagnosis: CategoryRate | None
    """Raw and shrunk rate of the diagnosis half."""
    earlier: list[Rate | None]
    """Held-out rates of the rounds before, oldest first."""


class CategoryNumbers(TypedDict):
    """The table and its chart."""

    earlier: list[int]
    rows: list[Row]
    charts: dict[str, Figure]


@dataclass(frozen=True)
class Categories:
    """Category by category."""

    title: str = "Categories"
    missing: str = "This round has not been evaluated yet."

    def numbers(self, view: View) -> CategoryNumbers | None:
        known = [(r.number, r.metrics) for r in view.rounds if r.metrics]
        if not known or view.current.metrics is None:
            return None
        diagnosed = _diagnosed(view.current)
        names = sorted({*diagnosed, *(r.name for r in view.current.metrics.categories)})
        rows = [_row(name, [m for _, m in known], diagnosed.get(name)) for name in names]
        return {
            "earlier": [number for number, _ in known[:-1]],
            "rows": rows,
            "charts": {"held_out": _chart([number for number, _ in known], rows)},
        }


def _diagnosed(round_: Round) -> dict[str, CategoryRate]:
    return {c.name: c for c in round_.diagnosis.categories} if round_.diagnosis else {}


def _row(name: str, rounds: list[Metrics], diagnosis: CategoryRate | None) -> Row:
    held_out = [of_half(m.categories, "held_out").get(name) for m in rounds]
    return {
        "name": name,
        "held_out": held_out[-1],
        "diagnosis": diagnosis,
        "earlier": held_out[:-1],
    }


def _chart(numbers: list[int], rows: list[Row]) -> Figure:
    rates = [[*row["earlier"], row["held_out"]] for row in rows]
    return rates_over_rounds(numbers, [row["name"] for row in rows], rates)


PLUGIN: Final[Section] = Categories()
