"""Held-out rate of every category in every round."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.evaluation import Rate
from reports.charts import Figure, rates_over_rounds
from reports.section import Section
from reports.view import Round, View, of_half


class Row(TypedDict):
    """One benchmark or category."""

    name: str
    kind: str
    """`overall`, `benchmark` or `category`."""
    rates: list[Rate | None]
    """One per round."""


class HeldOutNumbers(TypedDict):
    """The matrix and its chart."""

    rounds: list[int]
    rows: list[Row]
    charts: dict[str, Figure]


@dataclass(frozen=True)
class HeldOut:
    """Rate by category and round."""

    title: str = "Held-out rates"
    missing: str = "No round has been evaluated yet."

    def numbers(self, view: View) -> HeldOutNumbers | None:
        rounds = [r for r in view.rounds if r.metrics]
        if not rounds:
            return None
        rows = [row for kind in ("overall", "benchmark", "category") for row in _rows(kind, rounds)]
        numbers = [r.number for r in rounds]
        return {"rounds": numbers, "rows": rows, "charts": _charts(numbers, rows)}


def _rows(kind: str, rounds: list[Round]) -> list[Row]:
    per_round = [_rates(kind, r) for r in rounds]
    names = sorted({name for rates in per_round for name in rates})
    return [
        {"name": name, "kind": kind, "rates": [rates.get(name) for rates in per_round]}
        for name in names
    ]


def _rates(kind: str, round_: Round) -> dict[str, Rate]:
    if round_.metrics is None:
        return {}
    metrics = round_.metrics
    rates = {
        "overall": metrics.overall,
        "benchmark": metrics.benchmarks,
        "category": metrics.categories,
    }
    return of_half(rates[kind], "held_out")


def _charts(numbers: list[int], rows: list[Row]) -> dict[str, Figure]:
    """One of the benchmarks, one of the categories; the overall rate stands in both."""
    kinds = {"benchmarks": ("overall", "benchmark"), "rates": ("overall", "category")}
    return {
        key: _chart(numbers, [row for row in rows if row["kind"] in shown])
        for key, shown in kinds.items()
    }


def _chart(numbers: list[int], rows: list[Row]) -> Figure:
    return rates_over_rounds(numbers, [row["name"] for row in rows], [row["rates"] for row in rows])


PLUGIN: Final[Section] = HeldOut()
