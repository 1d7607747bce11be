"""What the fronts of the benches do alike: measure, print, and keep what `--full` measured.

bench/results/generation-G5.json     the rows of one measure, with the commit
bench/results/generation.md          all of them as one table
"""

import argparse
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from bench.extent import Extent
from bench.rows import Row, commit, number, publish, write

Measure = Callable[[Extent], list[Row]]


def measuring(package: str, module: str) -> Measure:
    """What measures; SystemExit with the module's name where it cannot be imported."""
    try:
        return import_module(f"{package}.{module}").measure
    except (ImportError, AttributeError) as error:
        raise SystemExit(f"{package}.{module} cannot be used: {error}") from error


def report(
    bench: str,
    ids: Sequence[str],
    arguments: argparse.Namespace,
    rows_of: Callable[[str], list[Row]],
    results: Path,
) -> None:
    """Measure what the arguments name and print it. `--full` keeps each measure at once, since a
    later one may take hours, or fail; `--smoke` judges nothing.
    """
    found: list[Row] = []
    for name in arguments.only:
        rows = rows_of(name)
        if arguments.full:
            write(results / f"{bench}-{name}.json", rows, extent="full")
            (results / f"{bench}.md").write_text(markdown(bench, ids, results))
        found += rows if arguments.full else [replace(row, met=None) for row in rows]
    publish(bench, found, arguments.json, extent="full" if arguments.full else "smoke")
    if not arguments.full:
        print(f"Too small to judge by. The figures of --full: bench/results/{bench}.md")


def markdown(bench: str, ids: Sequence[str], results: Path) -> str:
    """All measures with the commit that each was measured at, in the order of `ids`."""
    lines = ["| | measure | value | target | to beat | met | commit |", "|---" * 7 + "|"]
    for file in (results / f"{bench}-{name}.json" for name in ids):
        if file.is_file():
            kept = json.loads(file.read_text())
            lines += [_line(Row(**raw), kept["commit"]) for raw in kept["rows"]]
    return "\n".join(lines) + "\n"


def work(build: Path, *, full: bool, state: str | None = None) -> Path:
    """The folder to work in. That of `--full` is kept for each `state` of the code, its commit
    unless another is given; with uncommitted changes, and for `--smoke`, it begins empty.
    """
    at = state or commit() or "unversioned+"
    folder = build / at.rstrip("+") if full else build / "smoke"
    if at.endswith("+") or not full:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _line(row: Row, at: str | None) -> str:
    value = number(row.value)
    if row.interval:
        value += f" ({number(row.interval[0])} … {number(row.interval[1])})"
    met = {True: "yes", False: "no", None: "–"}[row.met]
    texts = [row.id, row.measure, value, row.target, row.to_beat, met, at or "–"]
    return f"| {' | '.join(text.replace('|', '∣') for text in texts)} |"
