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
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.front import measuring, report, work
from bench.rows import RESULTS, Row, parse

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
    extent = Extent(arguments.full, work(BUILD, full=arguments.full), arguments.ds1000)

    @cache
    def measured(module: str) -> list[Row]:
        return measuring("bench.diagnosing", module)(extent)

    def rows_of(name: str) -> list[Row]:
        return [row for module in MODULES[name] for row in measured(module) if row.id == name]

    report("diagnostics", list(MODULES), arguments, rows_of, RESULTS)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ds1000", type=Path, metavar="FOLDER", help="EvalTree's files of DS-1000, for D1 and D2"
    )


if __name__ == "__main__":
    main()
