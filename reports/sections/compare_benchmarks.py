"""Benchmark by benchmark: B against A on the samples that both answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from reports.charts import Figure, Series, forest
from reports.section import Section
from reports.view import View

Row = Mapping[str, Any]
"""One difference, with the fields that `blindspot compare --json` prints."""


class CompareBenchmarkNumbers(TypedDict):
    """The table and its chart."""

    half: str
    rows: list[Row]
    """Overall first."""
    charts: dict[str, Figure]


@dataclass(frozen=True)
class CompareBenchmarks:
    """The paired differences."""

    title: str = "Differences"
    missing: str = "There is nothing to compare."

    def numbers(self, view: View) -> CompareBenchmarkNumbers | None:
        found = view.comparison
        if found is None:
            return None
        rows = [found["overall"], *found["benchmarks"]]
        return {"half": found["half"], "rows": rows, "charts": {"forest": _chart(rows)}}


def _chart(rows: list[Row]) -> Figure:
    estimates = [
        (r["difference"], tuple(r["interval"])) if r["clusters"] > 1 else None for r in rows
    ]
    return forest(
        [r["name"] for r in rows], [Series("B − A", estimates, "@accent", "circle")], None
    )


PLUGIN: Final[Section] = CompareBenchmarks()
