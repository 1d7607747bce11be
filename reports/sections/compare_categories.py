"""Each category on both sides, as the two evaluations say it, with the samples that turned."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from blindspot.core.evaluation import Rate
from blindspot.core.records import Half
from reports.charts import Figure, Series, intervals
from reports.section import Section
from reports.view import Round, View, of_half


class Row(TypedDict):
    """One category of one half."""

    name: str
    half: Half
    a: Rate | None
    b: Rate | None
    lost: int
    """Samples that only A got right."""
    won: int


class CompareCategoryNumbers(TypedDict):
    """The table and its chart."""

    rows: list[Row]
    charts: dict[str, Figure]


@dataclass(frozen=True)
class CompareCategories:
    """Category by category, side by side."""

    title: str = "Categories"
    missing: str = "There is nothing to compare."

    def numbers(self, view: View) -> CompareCategoryNumbers | None:
        found = view.comparison
        if found is None:
            return None
        lost, won = (_counted(view.rounds[-1], found[way]) for way in ("lost", "won"))
        halves: list[Half] = ["diagnosis", "held_out"]
        rows = [
            _row(name, half, view, lost, won)
            for half in halves
            if found["half"] in ("both", half)
            for name in _names(view, half)
        ]
        return {"rows": rows, "charts": {"rates": _chart(rows)} if rows else {}}


def _counted(round_: Round, flips: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    samples = round_.samples(f["sample_id"] for f in flips) if flips else {}
    return Counter((s.category, s.half) for s in samples.values())


def _names(view: View, half: Half) -> list[str]:
    return sorted({name for r in view.rounds for name in _rates(r, half)})


def _rates(round_: Round, half: Half) -> dict[str, Rate]:
    return of_half(round_.metrics.categories, half) if round_.metrics else {}


def _row(name: str, half: Half, view: View, lost: Counter, won: Counter) -> Row:
    a, b = (_rates(r, half).get(name) for r in (view.rounds[0], view.rounds[-1]))
    key = name, half
    return {"name": name, "half": half, "a": a, "b": b, "lost": lost[key], "won": won[key]}


def _chart(rows: list[Row]) -> Figure:
    both = len({row["half"] for row in rows}) > 1
    names = [f"{row['name']}, {_half(row)}" if both else row["name"] for row in rows]
    sides = [("A", [r["a"] for r in rows], "@round0", "circle-open")]
    sides += [("B", [r["b"] for r in rows], "@accent", "circle")]
    return intervals(
        names,
        [Series(letter, [_estimate(r) for r in own], c, s) for letter, own, c, s in sides],
    )


def _half(row: Row) -> str:
    return row["half"].replace("_", " ")


def _estimate(found: Rate | None) -> tuple[float, tuple[float, float]] | None:
    return None if found is None or found.rate is None else (found.rate, found.interval)


PLUGIN: Final[Section] = CompareCategories()
