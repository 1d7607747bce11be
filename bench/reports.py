"""R1–R5: what a page weighs, how soon it is there, who can read it, whether it is safe and true.

    python -m bench.reports --smoke                    well under a minute
    python -m bench.reports --full                     the figures, one file per measure
    python -m bench.reports --full --only R2

Needs Chromium on the path or named in CHROMIUM, and Playwright. Each module under
`bench/reporting/` says what it measures and what it leaves out; `bench.reporting.world` writes the
run whose pages are measured.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.front import measuring, report, work
from bench.rows import RESULTS, parse
from blindspot.core.errors import BlindspotError

BUILD: Final = Path("build") / "bench" / "reports"
MODULES: Final = {
    "R1": "weight",
    "R2": "speed",
    "R3": "findings",
    "R4": "hostile",
    "R5": "numbers",
}
"""Which module of `bench.reporting` measures what."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("reports", list(MODULES), argv)
    measures = {name: measuring("bench.reporting", MODULES[name]) for name in arguments.only}
    extent = Extent(arguments.full, work(BUILD, full=arguments.full))
    try:
        report("reports", list(MODULES), arguments, lambda name: measures[name](extent), RESULTS)
    except BlindspotError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
