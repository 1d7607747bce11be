"""A picture of a run's page, for the README.

    python -m bench.screenshot runs/tiny docs/report.png --at '#weaknesses'
    python -m bench.screenshot runs/tiny phone.png --width 390 --dark --round 0

The page is made from the run's artifacts with the present code, in a folder of its own, and seen
by the system's Chromium with the network off; the run is not written to.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.reporting.browser import browser, opened
from blindspot.core.artifact import published
from blindspot.core.errors import BlindspotError
from blindspot.core.run_folder import RunFolder
from reports.stage import ReportInputs, ReportSettings, run

_RATIO: Final = 0.75
"""Height over width of a picture that does not show the whole page."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = _parse(argv)
    try:
        shoot(arguments)
    except BlindspotError as error:
        raise SystemExit(str(error)) from error


def shoot(arguments: argparse.Namespace) -> None:
    """Make the page and the picture of it."""
    folder = RunFolder(arguments.run)
    rounds = [r.number for r in folder.rounds() if published(r.evaluation)]
    number = arguments.round if arguments.round is not None else max(rounds, default=0)
    size = (arguments.width, round(_RATIO * arguments.width))
    scheme = "dark" if arguments.dark else "light"
    with tempfile.TemporaryDirectory() as out, browser() as chromium:
        page = run(ReportSettings(), ReportInputs(folder, number), Path(out) / "report.html")
        with opened(chromium, page, arguments.at, size=size, scheme=scheme) as seen:
            arguments.out.parent.mkdir(parents=True, exist_ok=True)
            seen.page.screenshot(path=arguments.out, full_page=arguments.whole)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.screenshot")
    parser.add_argument("run", type=Path, help="the run's folder")
    parser.add_argument("out", type=Path, help="the picture to write, .png or .jpeg")
    parser.add_argument("--round", type=int, help="the last one that was evaluated unless given")
    parser.add_argument("--width", type=int, default=1280, help="pixels")
    parser.add_argument("--dark", action="store_true", help="the dark scheme")
    parser.add_argument("--whole", action="store_true", help="the whole page, not its first screen")
    parser.add_argument("--at", default="", metavar="#FRAGMENT", help="e.g. '#weaknesses'")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
