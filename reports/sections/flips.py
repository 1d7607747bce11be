"""What became of every answer from one round to the next: right or wrong before and after.

    round 0 → 1, held out    n 431   00 120   01 31   10 12   11 268

01: wrong, then right. Samples are listed of the diagnosis half only.
"""

import json
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypedDict
from urllib.parse import quote

from blindspot.core.outcomes import passed
from blindspot.core.records import Half
from reports.flipped import Flipped, flipped
from reports.section import Section
from reports.view import Round, View

KINDS: Final = ("00", "01", "10", "11")
"""Right before and right after, as digits."""


class Row(TypedDict):
    """One half from one round to the next."""

    half: Half
    n: int
    """Samples answered in both."""
    counts: dict[str, int]


class Turn(TypedDict):
    """One round to the next."""

    before: int
    after: int
    rolled_back: bool
    """The training between them was not accepted, so that both asked the same model."""
    rows: list[Row]
    won: list[str]
    """Ids in the diagnosis half."""
    lost: list[str]
    shown_won: list[Flipped]
    shown_lost: list[Flipped]
    href: str | None
    """The later round's page, if it was written."""
    openable: list[str]
    """Ids among them that can be opened there."""


class FlipNumbers(TypedDict):
    """The table and the samples."""

    kinds: list[str]
    turns: list[Turn]


@dataclass(frozen=True)
class Flips:
    """The flip explorer of the page over all rounds."""

    title: str = "Samples that turned"
    missing: str = "There is no second round to compare yet."

    def numbers(self, view: View) -> FlipNumbers | None:
        known = [r for r in view.rounds if r.evaluation]
        if len(known) < 2:
            return None
        most = view.settings.max_examples // (2 * (len(known) - 1))
        pairs = pairwise(known)
        return {"kinds": list(KINDS), "turns": [_turn(view, a, b, most) for a, b in pairs]}


def _turn(view: View, before: Round, after: Round, most: int) -> Turn:
    turned = after.changes.flips if after.changes else {}
    won, lost = (list(turned.get(way, ())) for way in ("won", "lost"))
    there = _openable(after)
    shown = {s["id"]: s for s in flipped(view, before, after, (*won[:most], *lost[:most]))}
    return {
        "before": before.number,
        "after": after.number,
        "rolled_back": before.acceptance is not None and not before.acceptance.accepted,
        "rows": counted(before.scores(), after.scores(), after.halves()),
        "won": won,
        "lost": lost,
        "shown_won": [shown[i] for i in won[:most] if i in shown],
        "shown_lost": [shown[i] for i in lost[:most] if i in shown],
        "href": page_of(after),
        "openable": [i for i in (*won, *lost) if i in there],
    }


def counted(
    before: dict[str, list[float]], after: dict[str, list[float]], halves: dict[str, Half]
) -> list[Row]:
    """Samples of each half by what they were before and after."""
    both = before.keys() & after.keys()
    kinds = {i: f"{passed(before[i]):d}{passed(after[i]):d}" for i in both}
    found: dict[Half, Counter[str]] = {"diagnosis": Counter(), "held_out": Counter()}
    for sample, kind in kinds.items():
        found[halves[sample]][kind] += 1
    return [
        {"half": half, "n": counts.total(), "counts": {k: counts[k] for k in KINDS}}
        for half, counts in found.items()
    ]


def page_of(round_: Round) -> str | None:
    """A round's page as seen from the page over all rounds."""
    page = round_.folder.report
    return quote(f"{page.parent.name}/{page.name}") if page.is_file() else None


def _openable(round_: Round) -> set[str]:
    """Samples that the round's page lets a reader open, as the numbers beside it say."""
    file = round_.folder.report.with_name("page.json")
    if not file.is_file():
        return set()
    parts = json.loads(file.read_text(encoding="utf-8"))["sections"]
    listed = (p["numbers"] for p in parts if p["name"] == "samples" and p["numbers"])
    return {item["id"] for numbers in listed for item in numbers["items"]}


PLUGIN: Final[Section] = Flips()
