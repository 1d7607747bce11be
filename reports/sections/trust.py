"""How far the numbers of this round carry: false alarms of the procedure, who agrees with whom,
what was found in the training set, what is missing.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import CategoryRate, Change, Diagnosis
from blindspot.core.evaluation import Judged, Rate
from blindspot.core.records import Half
from blindspot.core.training_set import TrainingSetArtifact
from reports.section import Section
from reports.view import Round, View, held_out_changes, of_half

HALVES: Final[tuple[Half, ...]] = ("diagnosis", "held_out")
FEW_RUNS: Final = 20
"""With fewer shuffles even none with a weakness leaves a false-alarm rate of 3/20 possible (the
rule of three: 95 % upper bound 3/n of a rate of which n runs showed nothing).
"""


class Gates(TypedDict):
    """What the gates kept out of the training set."""

    candidates: int
    admitted: int
    rejected: dict[str, int]
    """Candidates per gate, over all cells."""


class TrustNumbers(TypedDict):
    """What to know before a claim."""

    diagnosis: Diagnosis | None
    """Its null, suspect rate, human and teacher reports, and labels are shown; cut to those."""
    few_runs: bool
    """Whether there were so few shuffles that the rate of false alarms is hardly known."""
    decided_by: dict[str, int]
    """Failed answers by the attributor that decided."""
    thin: list[CategoryRate]
    """Categories about which nothing is said yet."""
    gates: Gates | None
    judged: list[Judged]
    coverage: float
    failures: dict[str, int]
    missing: list[Rate]
    """Benchmarks and halves with predictions that have no score."""
    notes: dict[str, int]
    """What the diagnosis counted as not labelled or not probed."""
    detectable: Change | None
    """The overall held-out change since round 0, with what it could have shown."""


@dataclass(frozen=True)
class Trust:
    """Reasons to believe the page, and reasons not to."""

    title: str = "Trust"
    missing: str = "This round has not been evaluated yet."

    def numbers(self, view: View) -> TrustNumbers | None:
        now = view.current
        if now.metrics is None:
            return None
        changes = held_out_changes(now.changes, since=0)
        rates = [r for half in HALVES for r in of_half(now.metrics.benchmarks, half).values()]
        return {
            "diagnosis": _cut(now.diagnosis) if now.diagnosis else None,
            "few_runs": now.diagnosis is not None and now.diagnosis.null.runs < FEW_RUNS,
            "decided_by": now.attributors(),
            "thin": _thin(now),
            "gates": _gates(now.training_set) if now.training_set else None,
            "judged": list(now.metrics.judged),
            "coverage": now.metrics.coverage,
            "failures": now.metrics.failures,
            "missing": [r for r in rates if r.failures],
            "notes": _notes(now),
            "detectable": next((c for c in changes if c.name == "overall"), None),
        }


def _cut(found: Diagnosis) -> Diagnosis:
    """Without the parts that other sections show."""
    return found.model_copy(
        update=dict.fromkeys(
            ("categories", "weaknesses", "ended", "stages", "excess", "groups", "mixture"), ()
        )
    )


def _thin(round_: Round) -> list[CategoryRate]:
    found = round_.diagnosis.categories if round_.diagnosis else ()
    return [c for c in found if c.verdict == "not enough data"]


def _gates(artifact: TrainingSetArtifact) -> Gates:
    cells = artifact.outcomes().cells
    rejected: Counter[str] = Counter()
    for cell in cells:
        rejected.update(cell.rejected)
    return {
        "candidates": sum(c.candidates for c in cells),
        "admitted": sum(c.admitted for c in cells),
        "rejected": dict(sorted(rejected.items())),
    }


def _notes(round_: Round) -> dict[str, int]:
    artifact = round_.artifacts().get("diagnosis")
    counts = artifact.manifest.counts if artifact else {}
    return {k: n for k, n in counts.items() if k.startswith(("labels.", "not probed."))}


PLUGIN: Final[Section] = Trust()
