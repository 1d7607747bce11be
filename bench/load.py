"""L1–L6: what evaluating 100,000 samples and generating 20,000 slots take, and how it grows.

    python -m bench.load --smoke                    about a minute on a free machine
    python -m bench.load --full                     1k, 10k, 100k samples; 1k, 5k, 20k slots
    python -m bench.load --full --only L1 L2 L3     the evaluations alone

Both endpoints are mock ones in processes of their own on this machine, with 64 requests under way
and 0.05 s for each. Each module under `bench/loading/` says what it measures, its targets, and what
it leaves out. `--full` keeps what was measured of a size, and goes on with the next; in the end it
writes

    bench/results/load.md, load-growth.json      all rows, and all figures by size
    bench/results/load.svg                       sizes, memory and seconds against n
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.front import measuring, report, work
from bench.harness_arms import ArmError
from bench.loading.evaluated import evaluations
from bench.loading.generated import generations
from bench.loading.plot import draw
from bench.loading.series import UNITS, Series, series, table
from bench.rows import RESULTS, parse
from blindspot.core.errors import BlindspotError

BUILD: Final = Path("build") / "bench" / "load"
MODULES: Final = {
    "L1": "asking",
    "L2": "continuing",
    "L3": "weighing",
    "L4": "making",
    "L5": "resuming",
    "L6": "afterwards",
}
"""Which module of `bench.loading` measures what."""
GENERATING: Final = {"L4", "L5"}
"""Those of generations; the others are of evaluations."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("load", list(MODULES), argv)
    extent = Extent(arguments.full, work(BUILD, full=arguments.full))
    try:
        _measure(arguments, extent)
        _grown(extent, arguments.only, RESULTS if arguments.full else extent.work)
    except (ArmError, BlindspotError) as error:
        raise SystemExit(str(error)) from error
    if arguments.full:
        append(RESULTS)


def _measure(arguments: argparse.Namespace, extent: Extent) -> None:
    measures = {name: measuring("bench.loading", MODULES[name]) for name in arguments.only}
    report("load", list(MODULES), arguments, lambda name: measures[name](extent), RESULTS)


def _grown(extent: Extent, only: Sequence[str], folder: Path) -> None:
    """The figures of all sizes and their plot; those of what was not measured now stay."""
    file = folder / "load-growth.json"
    kept: Series = json.loads(file.read_text()) if file.is_file() else {}
    measured = series(
        evaluations(extent) if set(only) - GENERATING else (),
        generations(extent) if set(only) & GENERATING else (),
    )
    found = {kind: measured[kind] or kept.get(kind, {}) for kind in UNITS}
    file.write_text(json.dumps(found, indent=1) + "\n")
    draw(found, folder / "load.svg")
    print(f"Growth: {folder / 'load.svg'}")


def append(results: Path) -> None:
    """Put the figures by size below the rows of `load.md`."""
    kept: Series = json.loads((results / "load-growth.json").read_text())
    rows = (results / "load.md").read_text()
    (results / "load.md").write_text(f"{rows}\n![growth](load.svg)\n\n{table(kept)}")


if __name__ == "__main__":
    main()
