"""Each benchmark on both halves; from the second round on also one small chart per benchmark of all
rounds, drawn in the page itself and not by plotly: dozens of those would slow it down.
"""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.evaluation import Judged, Metric, Metrics, Rate
from reports.charts import Figure, rates_over_rounds
from reports.section import Section
from reports.view import Round, View, of_half


class Row(TypedDict):
    """One benchmark, or the mean over all."""

    name: str
    held_out: Rate | None
    diagnosis: Rate | None
    earlier: list[Rate | None]
    """Held-out rates of the rounds before, oldest first."""


class BenchmarkNumbers(TypedDict):
    """The table and its chart."""

    grader: str
    model: str
    coverage: float
    earlier: list[int]
    rounds: list[int]
    """Those before and this one."""
    rows: list[Row]
    graders: dict[str, str]
    """Who graded each benchmark."""
    own: list[Metric]
    """What each benchmark is known by."""
    judged: list[Judged]
    """What the judge did, for the benchmarks that need one."""
    share: float | None
    """Share of each benchmark that goes to the diagnosis half, if the evaluation says it."""
    charts: dict[str, Figure]


@dataclass(frozen=True)
class Benchmarks:
    """Benchmark by benchmark."""

    title: str = "Benchmarks"
    missing: str = "This round has not been evaluated yet."

    def numbers(self, view: View) -> BenchmarkNumbers | None:
        known = [(r.number, r.metrics) for r in view.rounds if r.metrics]
        if not known or view.current.metrics is None:
            return None
        metrics = view.current.metrics
        rows = [_row(name, [m for _, m in known]) for name in _names(metrics)]
        return {
            "grader": metrics.grader,
            "model": metrics.model,
            "coverage": metrics.coverage,
            "earlier": [number for number, _ in known[:-1]],
            "rows": rows,
            "graders": metrics.graders,
            "own": list(metrics.own),
            "judged": list(metrics.judged),
            "share": _share(view.current),
            "rounds": [number for number, _ in known],
            "charts": {"held_out": _chart(view.current.number, rows)},
        }


def _share(round_: Round) -> float | None:
    evaluation = round_.evaluation
    return evaluation.artifact.manifest.config.get("diagnosis_share") if evaluation else None


def _names(metrics: Metrics) -> list[str]:
    return ["overall", *sorted({r.name for r in metrics.benchmarks})]


def _row(name: str, rounds: list[Metrics]) -> Row:
    held_out = [of_half((*m.overall, *m.benchmarks), "held_out").get(name) for m in rounds]
    now = rounds[-1]
    diagnosis = of_half((*now.overall, *now.benchmarks), "diagnosis").get(name)
    return {
        "name": name,
        "held_out": held_out[-1],
        "diagnosis": diagnosis,
        "earlier": held_out[:-1],
    }


def _chart(number: int, rows: list[Row]) -> Figure:
    """This round's rates."""
    return rates_over_rounds([number], [r["name"] for r in rows], [[r["held_out"]] for r in rows])


PLUGIN: Final[Section] = Benchmarks()
