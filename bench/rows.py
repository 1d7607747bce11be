"""What all benches share: their arguments, their rows, the table and the JSON file.

    $ python -m bench.training --smoke --json rows.json

A row is one figure beside its target. `met` is true when the target is reached and the interval
is narrow enough to say so, false when the whole interval misses it, and null otherwise: an
unmeasured or undecided figure is never a met one.
"""

import argparse
import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

Interval = tuple[float, float]

RESULTS: Final = Path(__file__).parent / "results"
"""Where the figures of `--full` are committed."""

_HERE: Final = Path(__file__).resolve().parent
_MEASURED: Final = ("--", ":/", ":(exclude,top)bench/results")


@dataclass(frozen=True)
class Row:
    """One figure."""

    id: str
    """Of the design pages, e.g. `T1`."""
    measure: str
    """What was measured, with its unit."""
    value: float | None = None
    """None where nothing was measured."""
    interval: Interval | None = None
    """95 %."""
    target: str = ""
    """What is aimed at."""
    to_beat: str = ""
    """What others reach."""
    met: bool | None = None
    """See the module's docstring."""


def verdict(
    figure: tuple[float, Interval],
    target: float,
    *,
    precision: float,
    higher_is_better: bool = True,
) -> bool | None:
    """`met` of a figure with a numeric target: true when the figure reaches the target and its
    interval is no wider than `precision`, false when the whole interval misses, None otherwise.
    """
    value, (low, high) = figure
    if not higher_is_better:
        value, low, high, target = -value, -high, -low, -target
    if high < target:
        return False
    return True if value >= target and high - low <= precision else None


def parse(
    bench: str,
    ids: Sequence[str],
    argv: Sequence[str] | None = None,
    extend: Callable[[argparse.ArgumentParser], None] | None = None,
) -> argparse.Namespace:
    """The arguments of a bench: `--smoke` (also the default) or `--full`, `--json FILE`,
    `--only ID…`, and what `extend` adds.
    """
    parser = argparse.ArgumentParser(prog=f"python -m bench.{bench}")
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--smoke", action="store_true", help="minutes; shows that it measures")
    extent.add_argument("--full", action="store_true", help="the figures, resumable")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    parser.add_argument("--only", nargs="+", choices=ids, default=list(ids), metavar="ID")
    if extend:
        extend(parser)
    return parser.parse_args(argv)


def publish(bench: str, rows: Sequence[Row], file: Path | None, **about: Any) -> None:
    """Print the table, and write the rows as JSON where a file is named."""
    Console().print(_table(bench, rows))
    if file:
        write(file, rows, **about)


def write(file: Path, rows: Sequence[Row], **about: Any) -> None:
    """The rows as JSON, with the commit they were measured at and what `about` says of them."""
    text = json.dumps({"commit": commit(), **about, "rows": [asdict(r) for r in rows]}, indent=1)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n")


@cache
def commit() -> str | None:
    """The checkout's commit, with `+` for uncommitted changes, as it was when first asked for. The
    results that this bench or an earlier one wrote are no change of what is measured. None outside
    of a checkout.
    """
    try:
        found = [_git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", *_MEASURED)]
    except (OSError, subprocess.CalledProcessError):
        return None
    return found[0] + ("+" if found[1] else "")


def number(value: float | None) -> str:
    """A figure as a person reads it: three significant digits."""
    return "–" if value is None else f"{value:.3g}"


def _table(bench: str, rows: Sequence[Row]) -> Table:
    table = Table(title=f"bench.{bench}")
    for column in ("id", "measure", "value", "interval", "target", "to beat", "met"):
        table.add_column(column)
    for row in rows:
        interval = f"{number(row.interval[0])} … {number(row.interval[1])}" if row.interval else ""
        met = {True: "yes", False: "no", None: "–"}[row.met]
        table.add_row(
            row.id, row.measure, number(row.value), interval, row.target, row.to_beat, met
        )
    return table


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=_HERE, capture_output=True, text=True, check=True)
    return done.stdout.strip()
