"""All figures of all sizes as plain numbers: what the plot and the table are made of.

    {"evaluation": {"1000": {"whole command, GB": 0.31, …}, …}, "generation": {…}}

`--full` keeps it as `bench/results/load-growth.json`.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from bench.loading.evaluated import Evaluated
from bench.loading.generated import Generated
from bench.loading.growth import shared
from bench.loading.sizes import KINDS
from bench.rows import number

Figures = dict[str, float]
Series = dict[str, dict[str, Figures]]
"""By what was run, by size, by figure."""
UNITS: Final = {"evaluation": "samples", "generation": "slots"}
"""What sizes count."""


def series(evaluated: Iterable[Evaluated], generated: Iterable[Generated]) -> Series:
    """Of everything that was measured."""
    return {
        "evaluation": {str(each.samples): evaluation(each) for each in evaluated},
        "generation": {str(each.slots): generation(each) for each in generated},
    }


def evaluation(each: Evaluated) -> Figures:
    """Of one evaluation; figures that were left out are absent."""
    whole = each.whole
    found = {
        "calls/s": each.rate,
        "share of the bare client": shared(each.rate, each.bare)[0],
        "CPU, s": whole["cpu"],
        "whole command, GB": whole["memory"] / 1e9,
        **_megabytes(whole),
        "whole command, s": whole["wall"],
    }
    if each.killed:
        found["resume to the first call, s"] = each.killed["first"]
    for name, taken in (each.after or {}).items():
        found |= {f"{name}, s": taken["wall"], f"{name}, GB": taken["memory"] / 1e9}
    return found


def generation(each: Generated) -> Figures:
    """Of one generation."""
    return {
        "calls/s": each.rate,
        "share of the bare client": shared(each.rate, each.bare)[0],
        "slots/s": each.slots_rate,
        "CPU, s": each.cpu,
        "whole command, GB": each.memory / 1e9,
        **_megabytes(each.sizes),
        "resume to the first call, s": each.first,
        "resume to the set, s": each.finished,
    }


def table(found: Series) -> str:
    """One table of what was run, a column for every size."""
    return "\n".join(_table(name, by_size) for name, by_size in found.items() if by_size)


def _table(name: str, by_size: Mapping[str, Figures]) -> str:
    figures = dict.fromkeys(figure for figures in by_size.values() for figure in figures)
    head = [f"{name}, {UNITS[name]}", *(f"{int(size):,}" for size in by_size)]
    lines = [head, ["---"] * len(head)]
    for figure in figures:
        lines.append([figure, *(number(by_size[size].get(figure)) for size in by_size)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _megabytes(sizes: Mapping[str, float]) -> Figures:
    return {f"{kind}, MB": size / 1e6 for kind, size in sizes.items() if kind in KINDS and size}
