"""What all trials of an arm came to, kind by kind: the short table, for people.

    bench/results/reliability-counts.json      of each arm, with the commit that it was measured at

Counts are those of `bench.chaos.trial`; what else it knows stands in the rows.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.chaos.trial import Trial
from bench.chaos.trials import AIMS, WORDS
from bench.rows import commit

FIGURES: Final = {
    "faults": "faults",
    "lost": "lost",
    "doubled": "doubled",
    "silent": "silently used",
    "unclear": "no clear sentence",
}
"""Fields of a trial, and what a table calls them."""
_FILE: Final = "reliability-counts.json"
_HEAD: Final = ("arm", "what goes wrong", *FIGURES.values(), "commit")

Counts = Mapping[str, Mapping[str, int]]
"""By kind of fault, by field."""


def counted(trials: Sequence[Trial]) -> Counts:
    """Sums over the trials in which something was hit."""
    hits = [t for t in trials if t.faults]
    kinds = [kind for kind in WORDS if any(t.kind == kind for t in hits)]
    return {
        kind: {f: sum(getattr(t, f) for t in hits if t.kind == kind) for f in FIGURES}
        for kind in kinds
    }


def keep(arm: str, work: Path, results: Path) -> None:
    """Put an arm's counts beside those of the others."""
    found = [Trial.model_validate_json(f.read_text()) for f in work.glob(f"{arm}-*.json")]
    kept = {**_kept(results), arm: {"commit": commit(), "kinds": counted(found)}}
    text = json.dumps({a: kept[a] for a in AIMS if a in kept}, indent=1)
    (results / _FILE).write_text(text + "\n")


def table(results: Path) -> str:
    """All arms that were kept, a line for each kind of fault."""
    lines = [list(_HEAD), ["---"] * len(_HEAD)]
    for arm, found in _kept(results).items():
        for kind, counts in found["kinds"].items():
            figures = [str(counts[field]) for field in FIGURES]
            lines.append([arm, WORDS[kind], *figures, found["commit"]])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _kept(results: Path) -> dict[str, Any]:
    file = results / _FILE
    return json.loads(file.read_text()) if file.is_file() else {}
