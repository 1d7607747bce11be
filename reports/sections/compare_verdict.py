"""The head of a comparison: what is set against what, and what came of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypedDict

from reports.section import Section
from reports.view import View

Row = dict[str, Any]
"""One difference, with the fields that `blindspot compare --json` prints."""


class CompareVerdictNumbers(TypedDict):
    """What the sentences say."""

    a: Row
    b: Row
    names: list[str]
    """What to call A and B."""
    half: str
    overall: Row
    better: list[Row]
    """Benchmarks whose whole interval lies above zero."""
    worse: list[Row]
    """Those whose whole interval lies below it."""
    benchmarks: int
    notes: list[str]


@dataclass(frozen=True)
class CompareVerdict:
    """The sentences."""

    title: str = "Verdict"
    missing: str = "There is nothing to compare."

    def numbers(self, view: View) -> CompareVerdictNumbers | None:
        found = view.comparison
        if found is None:
            return None
        rows = found["benchmarks"]
        return {
            "a": found["a"],
            "b": found["b"],
            "names": [name(found["a"]), name(found["b"])],
            "half": found["half"],
            "overall": found["overall"],
            "better": [r for r in rows if r["interval"][0] > 0],
            "worse": [r for r in rows if r["interval"][1] < 0],
            "benchmarks": len(rows),
            "notes": list(found["notes"]),
        }


def name(side: Row) -> str:
    """`mine · round 1`, or the name of an evaluation's folder outside a run."""
    path = Path(side["path"]).resolve()
    if side["round"] is None:
        return path.name
    return f"{path.parent.parent.name} · round {side['round']}"


PLUGIN: Final[Section] = CompareVerdict()
