"""F1: what the spiral loses, does twice or silently takes for good when things go wrong.

    python -m bench.reliability --smoke                     about a minute
    python -m bench.reliability --full                      every trial is kept: it can be stopped
    python -m bench.reliability --full --only replay --kinds corrupted twice --limit 5

Three arms (`bench.chaos.spiral`): `replay`, recorded answers; `endpoint`, a stub server that can be
out, slow or in error; `training`, the tiny model trained for a few steps. Each module under
`bench/chaos/` says what it does to a run. Linux; a full disk and a read-only folder need user
namespaces, and say so where there are none.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from bench.chaos.counts import keep, table
from bench.chaos.spiral import Arm
from bench.chaos.trials import AIMS, WORDS, measure
from bench.extent import Extent
from bench.front import report, work
from bench.rows import RESULTS, Row, parse
from blindspot.core.errors import BlindspotError

BUILD: Final = Path("build") / "bench" / "reliability"


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("reliability", list(AIMS), argv, _extend)
    extent = Extent(arguments.full, work(BUILD, full=arguments.full))

    def rows(arm: str) -> list[Row]:
        return measure(extent, cast(Arm, arm), arguments.kinds, arguments.limit)

    try:
        report("reliability", list(AIMS), arguments, rows, RESULTS)
    except BlindspotError as error:
        raise SystemExit(str(error)) from error
    if arguments.full:
        for arm in arguments.only:
            keep(arm, extent.work, RESULTS)
        prepend(RESULTS)


def prepend(results: Path) -> None:
    """Put the short table above the rows of `reliability.md`."""
    file = results / "reliability.md"
    file.write_text(f"{table(results)}\n{file.read_text()}")


def _extend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kinds", nargs="+", choices=list(WORDS), default=[], metavar="KIND")
    parser.add_argument("--limit", type=int, default=0, help="faults of each kind, at most")


if __name__ == "__main__":
    main()
