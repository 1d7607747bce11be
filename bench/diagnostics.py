"""D1–D13: what a diagnosis finds, what it does not invent, and what it costs, beside the published
ways of doing the same.

    python -m bench.diagnostics --smoke                         about a minute
    python -m bench.diagnostics --full --ds1000 FOLDER          the figures, one file per measure
    python -m bench.diagnostics --full --only D5 D6

EvalTree's rule and DPE's tiers are written anew from their description and measured on the same
draws. D1 and a part of D2 need EvalTree's DS-1000 files, whose folder is `--ds1000`; without it
their rows say that they were not measured. Parameters were frozen on development draws; what is
printed comes from others (each module under `bench/diagnosing/` says which).
"""

import argparse
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.rows import RESULTS, Row, commit, number, parse, publish, write

BUILD: Final = Path("build") / "bench" / "diagnostics"
MODULES: Final = {
    "D1": ("ds1000",),
    "D2": ("ds1000", "recovery"),
    "D3": ("recovery",),
    "D4": ("recovery",),
    "D5": ("estimates",),
    "D6": ("estimates",),
    "D7": ("mixtures",),
    "D8": ("power",),
    "D9": ("recovery",),
    "D10": ("faults",),
    "D11": ("scale",),
    "D12": ("scale",),
    "D13": ("tiny",),
}
"""Which modules of `bench.diagnosing` measure what; each measures all of its ids at once."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("diagnostics", list(MODULES), argv, _more)
    measure = _measuring(_extent(arguments))
    found = {name: _rows(name, measure) for name in arguments.only}
    if arguments.full:
        for name, rows in found.items():
            write(RESULTS / f"diagnostics-{name}.json", rows, extent="full")
        (RESULTS / "diagnostics.md").write_text(markdown(RESULTS))
    else:
        found = {name: [replace(r, met=None) for r in rows] for name, rows in found.items()}
    rows = [row for part in found.values() for row in part]
    publish("diagnostics", rows, arguments.json, extent="full" if arguments.full else "smoke")
    if not arguments.full:
        print("Too small to judge by. The figures of --full: bench/results/diagnostics.md")


def markdown(results: Path) -> str:
    """All measures with the commit that each was measured at."""
    lines = ["| | measure | value | target | to beat | met | commit |", "|---" * 7 + "|"]
    files = {f.stem.removeprefix("diagnostics-"): f for f in results.glob("diagnostics-D*.json")}
    for name in (n for n in MODULES if n in files):
        kept = json.loads(files[name].read_text())
        lines += [_line(Row(**raw), kept["commit"]) for raw in kept["rows"]]
    return "\n".join(lines) + "\n"


def _line(row: Row, at: str | None) -> str:
    value = number(row.value)
    if row.interval:
        value += f" ({number(row.interval[0])} … {number(row.interval[1])})"
    met = {True: "yes", False: "no", None: "–"}[row.met]
    texts = [row.id, row.measure, value, row.target, row.to_beat, met, at or "–"]
    return f"| {' | '.join(texts)} |"


def _rows(name: str, measure: Callable[[str], list[Row]]) -> list[Row]:
    return [row for module in MODULES[name] for row in measure(module) if row.id == name]


def _measuring(extent: Extent) -> Callable[[str], list[Row]]:
    """The rows of a module, measured once."""

    @cache
    def measure(module: str) -> list[Row]:
        return import_module(f"bench.diagnosing.{module}").measure(extent)

    return measure


def _extent(arguments: argparse.Namespace) -> Extent:
    """Where results of `--full` are kept lies apart for each commit."""
    at = commit() or "unversioned+"
    work = BUILD / at.rstrip("+") if arguments.full else BUILD / "smoke"
    if at.endswith("+") or not arguments.full:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    return Extent(arguments.full, work, arguments.ds1000)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ds1000", type=Path, metavar="FOLDER", help="EvalTree's files of DS-1000, for D1 and D2"
    )


if __name__ == "__main__":
    main()
