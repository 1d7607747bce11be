"""G1–G10: what generation lets in, what it costs, and what a kill, a fault or an attack does to it.

    python -m bench.generation --smoke                    about a minute
    python -m bench.generation --full                     the figures, one file per measure
    python -m bench.generation --full --only G6 G7

Agents and the policy are a stub server in a process of its own (`bench.stub`), which reads what is
true from planted pictures and knows no key; each module under `bench/generating/` says what it
measures, against what, and what it leaves out.
"""

import argparse
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.rows import RESULTS, Row, commit, number, parse, publish, write

BUILD: Final = Path("build") / "bench" / "generation"
MODULES: Final = {
    "G1": "throughput",
    "G2": "keys",
    "G3": "likeness",
    "G4": "contamination",
    "G5": "quotas",
    "G6": "kills",
    "G7": "money",
    "G8": "determinism",
    "G9": "difficulty",
    "G10": "injection",
}
"""Which module of `bench.generating` measures what."""


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse("generation", list(MODULES), argv)
    measures = {name: measuring(MODULES[name]) for name in arguments.only}
    extent = _extent(arguments)
    found: dict[str, list[Row]] = {}
    for name, measure in measures.items():
        found[name] = measure(extent)
        if arguments.full:  # at once: a later measure may take hours, or fail
            write(RESULTS / f"generation-{name}.json", found[name], extent="full")
            (RESULTS / "generation.md").write_text(markdown(RESULTS))
    if not arguments.full:
        found = {name: [replace(r, met=None) for r in rows] for name, rows in found.items()}
    rows = [row for part in found.values() for row in part]
    publish("generation", rows, arguments.json, extent="full" if arguments.full else "smoke")
    if not arguments.full:
        print("Too small to judge by. The figures of --full: bench/results/generation.md")


def measuring(module: str) -> Callable[[Extent], list[Row]]:
    """What measures; SystemExit with the module's name where it cannot be imported."""
    try:
        return import_module(f"bench.generating.{module}").measure
    except (ImportError, AttributeError) as error:
        raise SystemExit(f"bench.generating.{module} cannot be used: {error}") from error


def markdown(results: Path) -> str:
    """All measures with the commit that each was measured at."""
    lines = ["| | measure | value | target | to beat | met | commit |", "|---" * 7 + "|"]
    files = {f.stem.removeprefix("generation-"): f for f in results.glob("generation-G*.json")}
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
    return f"| {' | '.join(text.replace('|', '∣') for text in texts)} |"


def _extent(arguments: argparse.Namespace) -> Extent:
    """Where `--full` works lies apart for each commit."""
    at = commit() or "unversioned+"
    work = BUILD / at.rstrip("+") if arguments.full else BUILD / "smoke"
    if at.endswith("+") or not arguments.full:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    return Extent(arguments.full, work.resolve())


if __name__ == "__main__":
    main()
