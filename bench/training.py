"""T1–T10: what training on a diagnosis' data gains, what it costs, and what watches over it.

    python -m bench.training --smoke                    about five minutes
    python -m bench.training --full                     hours; one file per measure
    python -m bench.training --full --only T1 T3

Each module under `bench/tuning/` says what it measures, against what, and what it leaves out; what
is random or repeated in it was written down there before its first run. `--full` is resumed where
it stopped: what a measure keeps lies in a folder that is named after the code which makes trials
(the packages, not the bench's tables), and two processes on it share the work of T1, T2, T3 and T9.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from bench.extent import Extent
from bench.front import measuring, report, work
from bench.rows import RESULTS, commit, parse

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
    measures = {name: measuring("bench.tuning", MODULES[name]) for name in arguments.only}
    folder = work(BUILD, full=arguments.full, state=_digest(_sources()))
    extent = Extent(arguments.full, folder)
    report("training", list(MODULES), arguments, lambda name: measures[name](extent), RESULTS)


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
