"""T1–T10: what training on a diagnosis' data gains, what it costs, and what watches over it.

    python -m bench.training --smoke                    about five minutes
    python -m bench.training --full                     hours; one file per measure
    python -m bench.training --full --only T1 T3

Each module under `bench/tuning/` says what it measures, against what, and what it leaves out; what
is random or repeated in it was written down there before its first run. `--full` is resumed where
it stopped: what a measure keeps lies in a folder that is named after the code which makes trials
(the packages, not the bench's tables), and two processes on it share the work of T1, T2, T3 and T9.
"""

import argparse
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.rows import RESULTS, Row, commit, number, parse, publish, write

BUILD: Final = Path("build") / "bench" / "training"
MODULES: Final = {
    "T1": "gain",
    "T2": "rounds",
    "T3": "curve",
    "T4": "overhead",
    "T5": "resuming",
    "T6": "monitors",
    "T7": "error_driven",
    "T8": "gpu",
    "T9": "ablations",
    "T10": "verifiers",
}
"""Which module of `bench.tuning` measures what."""
CODE: Final = (
    *("blindspot", "harness", "diagnostics", "generation", "training"),
    *("bench/tuning/cells.py", "bench/tuning/trials.py", "bench/tuning/world.py"),
)
"""What makes a trial: other code, other trials. What only judges them may be corrected."""
_ROOT: Final = Path(__file__).resolve().parents[1]


def main(argv: Sequence[str] | None = None) -> None:
    commit()  # as it is now: results written later are no change of what they measured
    arguments = parse("training", list(MODULES), argv)
    measures = {name: measuring(MODULES[name]) for name in arguments.only}
    extent = _extent(arguments)
    found: dict[str, list[Row]] = {}
    for name, measure in measures.items():
        found[name] = measure(extent)
        if arguments.full:  # at once: a later measure may take hours, or fail
            write(RESULTS / f"training-{name}.json", found[name], extent="full")
            (RESULTS / "training.md").write_text(markdown(RESULTS))
    if not arguments.full:
        found = {name: [replace(r, met=None) for r in rows] for name, rows in found.items()}
    rows = [row for part in found.values() for row in part]
    publish("training", rows, arguments.json, extent="full" if arguments.full else "smoke")
    if not arguments.full:
        print("Too small to judge by. The figures of --full: bench/results/training.md")


def measuring(module: str) -> Callable[[Extent], list[Row]]:
    """What measures; SystemExit with the module's name where it cannot be imported."""
    try:
        return import_module(f"bench.tuning.{module}").measure
    except (ImportError, AttributeError) as error:
        raise SystemExit(f"bench.tuning.{module} cannot be used: {error}") from error


def markdown(results: Path) -> str:
    """All measures with the commit that each was measured at."""
    lines = ["| | measure | value | target | to beat | met | commit |", "|---" * 7 + "|"]
    files = {f.stem.removeprefix("training-"): f for f in results.glob("training-T*.json")}
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
    """Where `--full` works lies apart for each state of the code."""
    work = BUILD / (_digest(_sources()) if arguments.full else "smoke")
    if not arguments.full:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    return Extent(arguments.full, work.resolve())


def _sources() -> list[Path]:
    """Every file of `CODE`."""
    named = [_ROOT / name for name in CODE]
    return [f for p in named for f in (p.rglob("*.py") if p.is_dir() else [p])]


def _digest(files: Iterable[Path]) -> str:
    """Twelve characters that any other content or name of the files changes."""
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(f"{file.relative_to(_ROOT)}\0".encode() + file.read_bytes())
    return found.hexdigest()[:12]


if __name__ == "__main__":
    main()
