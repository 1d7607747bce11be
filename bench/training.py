"""T1–T10: what training on a diagnosis' data gains, what it costs, and what watches over it.

    python -m bench.training --smoke                    about five minutes
    python -m bench.training --full                     as below 2¼ hours; one file per measure
    python -m bench.training --full --only T1 T3

Each module under `bench/tuning/` says what it measures, against what, and what it leaves out; what
is random or repeated in it was written down there before its first run. `--full` is resumed where
it stopped: what a measure keeps lies in a folder that is named after what makes its trials (the
packages, its own modules and examples, not the bench's tables), so that correcting T10 throws no
trial of T1 away. Two processes share the work of T1, T2, T3, T7 and T9; start each with
OMP_NUM_THREADS=1, since on two cores two threads each stand in each other's way:

    python -m bench.training --full --only T1 T2 T3 T4 T5 T6 T7 T8 T9
    python -m bench.training --full --only T10 T7 T9 T3 T2 T1
"""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain
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
PACKAGES: Final = ("blindspot", "harness", "diagnostics", "generation", "training", "examples/tiny")
"""What makes the trials of every measure."""
_COMPARED: Final = ("cells", "trials", "world", "diversity", "edited_source", "supporting")
TRIALS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("T1", "T3", "T9"), _COMPARED),
    "T2": ("cells", "rounds", "world"),
    "T4": ("cells", "overhead", "small_run", "world"),
    "T5": ("cells", "resuming", "small_run", "world"),
    "T6": ("histories", "monitors"),
    "T7": (
        *("cells", "diversity", "error_driven", "retrieval_arms", "supporting_sets", "trials"),
        "world",
    ),
    "T8": ("cells", "diversity", "gpu", "gpu_run", "trials", "world"),
    "T10": (
        *("candidates", "example_trials", "examples_s3", "grounding", "hallucination"),
        *("self_training", "start_models", "verifiers"),
    ),
}
"""Modules of `bench.tuning` that make a measure's trials: other code, other trials. What only names
arms or judges trials may be corrected; an arm that changes is given another name. T1, T3 and T9
read each other's trials, so that they have one list.
"""
EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "T7": ("examples/error-driven",),
    "T10": ("examples/hallucination-dpo", "examples/grounding-sft"),
}
"""Folders whose configs, programs and data make trials too."""
_ROOT: Final = Path(__file__).resolve().parents[1]


def main(argv: Sequence[str] | None = None) -> None:
    commit()  # as it is now: results written later are no change of what they measured
    arguments = parse("training", list(MODULES), argv)
    measures = {name: measuring("bench.tuning", MODULES[name]) for name in arguments.only}
    folders = _folders(arguments.only, arguments.full)
    rows_of = lambda name: measures[name](Extent(arguments.full, folders[name]))  # noqa: E731
    report("training", list(MODULES), arguments, rows_of, RESULTS)


def _folders(names: Sequence[str], full: bool) -> dict[str, Path]:
    """Where each measure works; smoke has one folder for all, which begins empty."""
    if not full:
        return dict.fromkeys(names, work(BUILD, full=False))
    return {name: work(BUILD, full=True, state=_digest(_sources(name))) for name in names}


def _sources(name: str) -> list[Path]:
    """Every file that makes the trials of a measure: code, configs and data."""
    modules = [_ROOT / "bench" / "tuning" / f"{module}.py" for module in TRIALS[name]]
    folders = [_ROOT / folder for folder in (*PACKAGES, *EXAMPLES.get(name, ()))]
    files = chain.from_iterable(folder.rglob("*") for folder in folders)
    return [*modules, *(f for f in files if f.is_file() and f.suffix not in (".md", ".pyc"))]


def _digest(files: Iterable[Path]) -> str:
    """Twelve characters that any other content or name of the files changes."""
    found = hashlib.sha256()
    for file in sorted(files):
        found.update(f"{file.relative_to(_ROOT)}\0".encode() + file.read_bytes())
    return found.hexdigest()[:12]


if __name__ == "__main__":
    main()
