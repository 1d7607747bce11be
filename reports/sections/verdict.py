"""Sentences made of numbers: where the model stands, what is weak, what to trust."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.acceptance import Acceptance
from blindspot.core.diagnosis import Change, Diagnosis, Ended, Null
from blindspot.core.evaluation import Rate
from reports.section import Section
from reports.view import Round, View, held_out_changes, of_half


class Tested(TypedDict):
    """What the diagnosis says of itself."""

    candidates: int
    q: float
    excluded: dict[str, int]
    null: Null
    suspect_rate: float | None
    """Of the diagnosis half, if every answer that looks wrongly graded counted as right."""


class VerdictNumbers(TypedDict):
    """What the sentences say."""

    overall: Rate | None
    """Of the held-out half."""
    change: Change | None
    """Of the held-out half since round 0."""
    weaknesses: list[str] | None
    """Names by rank; None before the diagnosis."""
    diagnosis: Tested | None
    """How the weaknesses were looked for; None before the diagnosis."""
    strong: list[Change]
    """Held-out changes since round 0 of the categories that were strong then."""
    fallen: list[Change]
    """Those among them that were not shown to have kept within the margin."""
    margin: float | None
    """By which that is judged; None without an earlier round."""
    worse: list[Change]
    """Held-out changes of categories whose whole interval lies below zero."""
    failures: dict[str, int]
    coverage: float
    ended: list[Ended]
    """Weaknesses of earlier rounds that are not found now."""
    rolled_back: Acceptance | None
    """Of the round before, where its training was not accepted: this round asks the old model."""


@dataclass(frozen=True)
class Verdict:
    """The head of a round's page."""

    title: str = "Verdict"
    missing: str = "This round has not been evaluated yet."

    def numbers(self, view: View) -> VerdictNumbers | None:
        metrics = view.current.metrics
        if metrics is None:
            return None
        rows = held_out_changes(view.current.changes, since=0)
        each, strong = [r for r in rows if r.name != "overall"], [r for r in rows if r.strong]
        found, changes = view.current.diagnosis, view.current.changes
        return {
            "overall": of_half(metrics.overall, "held_out").get("overall"),
            "change": next((r for r in rows if r.name == "overall"), None),
            "weaknesses": [w.name for w in found.weaknesses] if found else None,
            "diagnosis": _tested(found) if found else None,
            "strong": strong,
            "fallen": [c for c in strong if c.non_inferior is False],
            "margin": changes.margin if changes else None,
            "worse": [c for c in each if c.interval[1] < 0],
            "failures": metrics.failures,
            "coverage": metrics.coverage,
            "ended": list(found.ended) if found else [],
            "rolled_back": _rolled_back(view.rounds[:-1]),
        }


def _tested(found: Diagnosis) -> Tested:
    return {
        "candidates": found.candidates,
        "q": found.q,
        "excluded": found.excluded,
        "null": found.null,
        "suspect_rate": found.suspect_rate,
    }


def _rolled_back(earlier: Sequence[Round]) -> Acceptance | None:
    last = earlier[-1].acceptance if earlier else None
    return last if last and not last.accepted else None


PLUGIN: Final[Section] = Verdict()
