"""Sentences made of numbers: where the model stands, what is weak, what to trust."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.acceptance import Acceptance
from blindspot.core.diagnosis import Change, Ended, Null
from blindspot.core.evaluation import Rate
from reports.section import Section
from reports.view import Round, View, held_out_changes, of_half


class VerdictNumbers(TypedDict):
    """What the sentences say."""

    overall: Rate | None
    """Of the held-out half."""
    change: Change | None
    """Of the held-out half since round 0."""
    weaknesses: list[str] | None
    """Names by rank; None before the diagnosis."""
    candidates: int
    q: float
    strong: list[Change]
    """Held-out changes since round 0 of the categories that were strong then."""
    fallen: list[Change]
    """Those among them that were not shown to have kept within the margin."""
    failures: dict[str, int]
    coverage: float
    excluded: dict[str, int]
    null: Null | None
    suspect_rate: float | None
    """Of the diagnosis half, if every answer that looks wrongly graded counted as right."""
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
        overall, strong = _changes(view)
        found = view.current.diagnosis
        return {
            "overall": of_half(metrics.overall, "held_out").get("overall"),
            "change": overall,
            "weaknesses": _weaknesses(view.current),
            "candidates": found.candidates if found else 0,
            "q": found.q if found else 0.0,
            "strong": strong,
            "fallen": [c for c in strong if c.non_inferior is False],
            "failures": metrics.failures,
            "coverage": metrics.coverage,
            "excluded": found.excluded if found else {},
            "null": found.null if found else None,
            "suspect_rate": found.suspect_rate if found else None,
            "ended": list(found.ended) if found else [],
            "rolled_back": _rolled_back(view.rounds[:-1]),
        }


def _changes(view: View) -> tuple[Change | None, list[Change]]:
    rows = held_out_changes(view.current.changes, since=0)
    overall = next((r for r in rows if r.name == "overall"), None)
    return overall, [r for r in rows if r.strong]


def _rolled_back(earlier: Sequence[Round]) -> Acceptance | None:
    last = earlier[-1].acceptance if earlier else None
    return last if last and not last.accepted else None


def _weaknesses(round_: Round) -> list[str] | None:
    return [w.name for w in round_.diagnosis.weaknesses] if round_.diagnosis else None


PLUGIN: Final[Section] = Verdict()
