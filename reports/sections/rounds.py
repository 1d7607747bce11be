"""The rounds at a glance, each with its page and what became of its training."""

from dataclasses import dataclass
from typing import Any, Final, TypedDict

from blindspot.core.acceptance import Acceptance
from blindspot.core.diagnosis import Change
from blindspot.core.evaluation import Rate
from reports.section import Section
from reports.view import Round, View, held_out_changes, of_half


class Row(TypedDict):
    """One round."""

    round: int
    href: str | None
    """Its page, if that was written."""
    overall: Rate | None
    """Of the held-out half."""
    change: Change | None
    """Of the held-out half since round 0."""
    weaknesses: int | None
    training: dict[str, Any] | None
    """Facts of the checkpoint that was trained in it."""
    acceptance: Acceptance | None
    """Whether the next round started from it."""


class RoundNumbers(TypedDict):
    """The table."""

    rows: list[Row]


@dataclass(frozen=True)
class Rounds:
    """All rounds."""

    title: str = "Rounds"
    missing: str = "No round has been evaluated yet."

    def numbers(self, view: View) -> RoundNumbers | None:
        return {"rows": [_row(r) for r in view.rounds]}


def _row(round_: Round) -> Row:
    rates = of_half(round_.metrics.overall, "held_out") if round_.metrics else {}
    changes = held_out_changes(round_.changes, since=0)
    page = round_.folder.report
    return {
        "round": round_.number,
        "href": f"{page.parent.name}/{page.name}" if page.is_file() else None,
        "overall": rates.get("overall"),
        "change": next((c for c in changes if c.name == "overall"), None),
        "weaknesses": len(round_.diagnosis.weaknesses) if round_.diagnosis else None,
        "training": round_.checkpoint.manifest.facts if round_.checkpoint else None,
        "acceptance": round_.acceptance,
    }


PLUGIN: Final[Section] = Rounds()
