"""Charts as plotly figures in plain JSON, drawn in the reader's browser.

Values stay what the artifacts say, fractions included; the axes write rates as percentages and
changes of rates as points.
Intervals are drawn as lines from end to end, so nothing is computed. Colours are roles
(`@accent`), which the page turns into those of its light or dark scheme.
"""

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from blindspot.core.evaluation import Rate
from reports.formatting import percent, points, visible

Figure = dict[str, Any]
"""`{"data": […], "layout": {…}}`."""
Estimate = tuple[float, tuple[float, float]]
"""A value and its 95 % interval."""

_ROW: Final = 24
_LABEL: Final = 44
_GAP: Final = 0.3
_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Steps between the ticks of an axis of changes."""
_TICKS: Final = 7
_SYMBOLS: Final = ("circle-open", "square-open", "diamond-open", "triangle-up-open")


@dataclass(frozen=True)
class Series:
    """One set of estimates, a value or None for every name of the chart."""

    label: str
    estimates: Sequence[Estimate | None]
    colour: str
    symbol: str


def rates_over_rounds(
    numbers: Sequence[int], names: Sequence[str], rates: Sequence[Sequence[Rate | None]]
) -> Figure:
    """Rates by name (a row each, with a value per round): the last round in full colour, those
    before it hollow.
    """
    last = len(numbers) - 1
    series = [
        Series(
            f"round {number}",
            [_estimate(row[i]) for row in rates],
            "@accent" if i == last else f"@round{i % 4}",
            "circle" if i == last else _SYMBOLS[i % 4],
        )
        for i, number in enumerate(numbers)
    ]
    return intervals(names, series)


def intervals(names: Sequence[str], series: Sequence[Series]) -> Figure:
    """Rates from 0 to 100 %, one line of dots with whiskers per name, the first on top."""
    axis = {"range": [-0.01, 1.01], "tickformat": ".0%", "dtick": 0.2}
    return _whiskers(names, series, axis, _percent, beside=True)


def forest(names: Sequence[str], series: Sequence[Series], margin: float | None) -> Figure:
    """Changes around zero, with the margin that a strong category must stay above, if any; each
    name is in one series.
    """
    ends = [x for s in series for e in s.estimates if e for x in e[1]]
    low, high = min([margin or 0.0, *ends]), max([0.0, *ends])
    axis = _in_points(low - 0.01, high + 0.01)
    figure = _whiskers(names, series, axis, _points, beside=False)
    lines = [(0.0, "@muted", "solid")]
    lines += [(margin, "@bad", "dash")] if margin is not None else []
    figure["layout"]["shapes"] = [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": x,
            "x1": x,
            "y0": 0,
            "y1": 1,
            "line": {"color": colour, "width": 1, "dash": dash},
        }
        for x, colour, dash in lines
    ]
    return figure


def _in_points(low: float, high: float) -> Figure:
    """An axis of changes; plotly's own formats would write a point as a per cent."""
    step = next((s for s in _STEPS if high - low <= s * _TICKS), 1.0)
    ticks = [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return {
        "range": [low, high],
        "tickvals": ticks,
        "ticktext": [f"{100 * tick:+.0f}".replace("-", "−") if tick else "0" for tick in ticks],
        "title": {"text": "points", "font": {"size": 11}, "standoff": 4},
    }


def curve(steps: Sequence[float | None], values: Sequence[float | None], *, share: bool) -> Figure:
    """One value of the training log over the optimiser's steps."""
    axis: Figure = {"range": [-0.03, 1.03], "tickformat": ".0%"} if share else {}
    mode = "lines" if len(steps) > 60 else "lines+markers"
    trace = {
        "type": "scatter",
        "x": list(steps),
        "y": list(values),
        "mode": mode,
        "line": {"color": "@accent", "width": 1.6},
        "marker": {"size": 4},
    }
    layout = {
        "height": 170,
        "margin": {"l": 52, "r": 10, "t": 8, "b": 30},
        "yaxis": {"nticks": 5, **axis},
        "xaxis": {"nticks": 6},
        "showlegend": False,
    }
    return {"data": [trace], "layout": layout}


def _whiskers(
    names: Sequence[str],
    series: Sequence[Series],
    axis: Figure,
    told: Callable[[float], str],
    *,
    beside: bool,
) -> Figure:
    """`told`: what a dot says its value is; `beside`: the series of one row stand side by side
    instead of on one line.
    """
    places = list(range(len(names)))
    height = max(_ROW, 10 + 12 * len(series) if beside else 0) * len(names)
    layout = {
        "height": height + (90 if len(series) > 1 else 60),
        "margin": {"l": 10, "r": 16, "t": 34 if len(series) > 1 else 8, "b": 36},
        "xaxis": axis,
        "yaxis": {
            "tickvals": places,
            "ticktext": [label(name) for name in names],
            "range": [len(names) - 0.4, -0.6],
            "automargin": True,
            "showgrid": False,
        },
        "showlegend": len(series) > 1,
    }
    shifts = [_shift(i, len(series)) if beside else 0.0 for i in range(len(series))]
    traces = [t for s, y in zip(series, shifts, strict=True) for t in _traces(s, names, y, told)]
    return {"data": traces, "layout": layout}


def _traces(
    series: Series, names: Sequence[str], shift: float, told: Callable[[float], str]
) -> list[Figure]:
    known = [(i, names[i], e) for i, e in enumerate(series.estimates) if e is not None]
    ends = [[low, high, None] for _, _, (_, (low, high)) in known]
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for segment in ends for x in segment],
        "y": [y for i, _, _ in known for y in (i + shift, i + shift, None)],
        "line": {"color": series.colour, "width": 2},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": series.label,
        "x": [value for _, _, (value, _) in known],
        "y": [i + shift for i, _, _ in known],
        "text": [f"{label(name)}: {told(value)}" for _, name, (value, _) in known],
        "hovertemplate": "%{text}<extra>" + label(series.label) + "</extra>",
        "marker": {"color": series.colour, "symbol": series.symbol, "size": 8},
    }
    return [line, dots]


def _points(value: float) -> str:
    return f"{points(value)} points"


def _percent(value: float) -> str:
    return f"{percent(value)} %"


def _shift(position: int, count: int) -> float:
    """Where a series stands beside its row, so that series do not cover one another."""
    return (position - (count - 1) / 2) * min(_GAP, 0.7 / count)


def _estimate(found: Rate | None) -> Estimate | None:
    return None if found is None or found.rate is None else (found.rate, found.interval)


def label(text: str) -> str:
    """Text that plotly shows as it is; it would read tags in it otherwise. Cut where it would
    leave no room for the chart, the table beside it has the whole.
    """
    shown = visible(text)
    cut = shown if len(shown) <= _LABEL else shown[: _LABEL - 1] + "…"
    return html.escape(cut, quote=False)
