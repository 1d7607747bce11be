"""The growth of everything as one SVG: sizes on disk, memory, seconds against n.

Both axes are logarithmic: what is linear rises by one decade in a decade, as the dotted line does.
The same figures give the same bytes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.loading.series import UNITS, Figures, Series

_PANELS: Final = {"MB on disk": ", MB", "GB of memory": ", GB", "seconds": ", s"}
"""Titles, and how the names of their figures end."""


def draw(found: Series, file: Path) -> None:
    """Write the picture."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "load", "svg.fonttype": "none", "font.size": 8}):
        figure = Figure(figsize=(10, 3.2 * len(found)), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots(len(found), len(_PANELS), squeeze=False)
        for row, (name, by_size) in zip(axes, found.items(), strict=True):
            for panel, (title, ending) in zip(row, _PANELS.items(), strict=True):
                _panel(panel, f"{name}: {title}", lines(by_size, ending))
                panel.set_xlabel(UNITS[name])
        figure.savefig(file, format="svg", metadata={"Date": None})


def lines(by_size: Mapping[str, Figures], ending: str) -> dict[str, dict[int, float]]:
    """Figures whose name ends so, by name and size, without what cannot stand on a log axis."""
    found: dict[str, dict[int, float]] = {}
    for size, figures in by_size.items():
        for name, value in figures.items():
            if name.endswith(ending) and value > 0:
                found.setdefault(name.removesuffix(ending), {})[int(size)] = value
    return found


def _panel(panel: Any, title: str, drawn: Mapping[str, Mapping[int, float]]) -> None:
    for name, by_size in drawn.items():
        panel.plot(list(by_size), list(by_size.values()), marker="o", ms=3, lw=1, label=name)
    panel.set(title=title, xscale="log", yscale="log")
    panel.grid(alpha=0.3)
    if drawn:
        _linear(panel, max(drawn.values(), key=lambda by_size: max(by_size.values())))
        panel.legend(fontsize=6)


def _linear(panel: Any, by_size: Mapping[int, float]) -> None:
    """What linear growth down from the largest figure would look like."""
    sizes = sorted(by_size)
    last = sizes[-1]
    values = [by_size[last] * size / last for size in sizes]
    panel.plot(sizes, values, color="grey", ls=":", lw=1, label="linear")
