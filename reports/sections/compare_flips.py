"""The samples that turned: lost, where only A was right, and won, where only B was."""

from dataclasses import dataclass
from typing import Any, Final, TypedDict

from reports.flipped import Flipped, flipped
from reports.section import Section
from reports.view import View, spread

Flip = dict[str, Any]
"""One sample, with the fields that `blindspot compare --json` prints."""


class CompareFlipNumbers(TypedDict):
    """Every flip, and those that are shown with their pictures."""

    lost: list[Flip]
    won: list[Flip]
    shown_lost: list[Flipped]
    shown_won: list[Flipped]


@dataclass(frozen=True)
class CompareFlips:
    """The flip explorer."""

    title: str = "Samples that turned"
    missing: str = "There is nothing to compare."

    def numbers(self, view: View) -> CompareFlipNumbers | None:
        found = view.comparison
        if found is None:
            return None
        lost, won = _some(view, found["lost"]), _some(view, found["won"])
        shown = flipped(view, view.rounds[0], view.rounds[-1], (*lost, *won))
        return {
            "lost": list(found["lost"]),
            "won": list(found["won"]),
            "shown_lost": [s for s in shown if s["id"] in lost],
            "shown_won": [s for s in shown if s["id"] in won],
        }


def _some(view: View, flips: list[Flip]) -> dict[str, None]:
    """Ids of some of every benchmark, in order."""
    chosen = spread(flips, view.settings.max_examples, lambda f: str(f["benchmark"]))
    return dict.fromkeys(f["sample_id"] for f in chosen)


PLUGIN: Final[Section] = CompareFlips()
