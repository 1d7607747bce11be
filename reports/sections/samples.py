"""The samples that a page opens one by one, and how they were chosen.

    {"id": "tiny/counting/diagnosis/017", "category": "counting/geometric", "stage": "perception",
     "weaknesses": [1], "flip": None, "earlier": [{"round": 0, "answer": "3", …}], …}

The evidence of weaknesses always stands among them. Then failed samples of every category and
error stage, one of each in turn, those first that the diagnosis names as typical; then what was
won and lost since the round before. All are of the diagnosis half. Category, stage and whether a
sample failed follow the rules by which the diagnosis counts (`blindspot.core.outcomes`), so that a
cell of the heat map and its list agree. The diagnosis keeps no
outcome of a probe for one sample: what a probe found stands there for all samples of a stage.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal, TypedDict

from blindspot.core.diagnosis import Diagnosis, ProbeShare
from blindspot.core.outcomes import passed
from reports.pictures import Priority
from reports.samples import Evidence, Shown, Told, told
from reports.section import Section
from reports.view import Round, View

Cell = tuple[str, str]
"""Category and error stage."""


class Item(Shown):
    """One sample that can be opened."""

    category: str
    """As the diagnosis labelled it."""
    stage: str
    """Where most of its failed answers broke; empty where the sample did not fail."""
    right: bool
    """Whether the answer that is shown is."""
    weaknesses: list[int]
    """Ranks of the weaknesses that cite it."""
    flip: Literal["won", "lost"] | None
    """Its change since the round before."""
    earlier: list[Told]
    neighbours: list[str]
    """Passing samples near the weaknesses that cite it, or near those of its category."""


class SampleNumbers(TypedDict):
    """The list, and what is not in it."""

    failed: int
    """Failed samples of the diagnosis half that were attributed to a stage."""
    shown: int
    """Of those, how many are in the list."""
    most: int
    """At most so many in all, beyond the evidence."""
    probes: list[ProbeShare]
    """What probes say about a stage, over all failed samples."""
    items: list[Item]


@dataclass(frozen=True)
class Samples:
    """Look for yourself."""

    title: str = "Samples"
    missing: str = "This round has not been diagnosed yet."

    def numbers(self, view: View) -> SampleNumbers | None:
        diagnosis = view.current.diagnosis
        if diagnosis is None:
            return None
        category, failed = view.current.categories(), view.current.failed()
        chosen = _chosen(view, diagnosis, _cells(failed, category))
        items = _items(view, diagnosis, chosen, category, failed)
        return {
            "failed": len(failed),
            "shown": len(failed.keys() & {item["id"] for item in items}),
            "probes": [p for p in diagnosis.probes if p.stage],
            "most": view.settings.max_samples,
            "items": items,
        }


def _chosen(view: View, diagnosis: Diagnosis, cells: Mapping[Cell, Sequence[str]]) -> list[str]:
    """Ids, the evidence first and complete, then the others up to the limit."""
    cited = (i for w in diagnosis.weaknesses for i in (*w.failing, *w.passing))
    chosen = dict.fromkeys(cited)
    for i in _in_turn([*_typical_first(diagnosis, cells), *_flipped(view.current).values()]):
        if len(chosen) >= view.settings.max_samples:
            break
        chosen.setdefault(i)
    return list(chosen)


def _typical_first(
    diagnosis: Diagnosis, cells: Mapping[Cell, Sequence[str]]
) -> Iterator[Sequence[str]]:
    """The samples of each cell, those first that the diagnosis names."""
    typical = {i: None for group in diagnosis.groups for i in group.samples}
    rank = {i: place for place, i in enumerate(typical)}
    for _, ids in sorted(cells.items()):
        yield sorted(ids, key=lambda i: (rank.get(i, len(rank)), i))


def _flipped(round_: Round) -> dict[str, Sequence[str]]:
    flips = round_.changes.flips if round_.changes else {}
    return {kind: sorted(ids) for kind, ids in sorted(flips.items())}


def _in_turn(lists: Iterable[Sequence[str]]) -> Iterator[str]:
    """The first of each list, then the second of each, and so on."""
    return (i for turn in zip_longest(*lists) for i in turn if i is not None)


def _cells(failed: Mapping[str, str], category: Mapping[str, str]) -> dict[Cell, list[str]]:
    """Ids of failed samples by category and stage: the cells of the heat map."""
    found: dict[Cell, list[str]] = {}
    for i, stage in failed.items():
        found.setdefault((category.get(i, ""), stage), []).append(i)
    return found


def _items(
    view: View,
    diagnosis: Diagnosis,
    ids: Sequence[str],
    category: Mapping[str, str],
    failed: Mapping[str, str],
) -> list[Item]:
    flips = _flip_of(view.current)
    cited = {i for w in diagnosis.weaknesses for i in (*w.failing, *w.passing)}
    good = {i for w in diagnosis.weaknesses for i in w.passing}
    good |= {i for i, kind in flips.items() if kind == "won"}
    good -= {i for w in diagnosis.weaknesses for i in w.failing}
    evidence = Evidence(view, ids)
    shown: list[Shown] = []
    for i in ids:
        priority = _priority(cited=i in cited, passing=i in good)
        show = evidence.passing if i in good else evidence.failing
        shown += show([i], priority)
    past = told(view, shown)
    return [
        _item(s, (category[i], failed.get(i, "")), diagnosis, past[i], flips.get(i))
        for s in shown
        for i in [s["id"]]
    ]


def _priority(*, cited: bool, passing: bool) -> Priority:
    if not cited:
        return Priority.TRAINING
    return Priority.PASSING if passing else Priority.FAILING


def _item(
    shown: Shown,
    cell: Cell,
    diagnosis: Diagnosis,
    earlier: list[Told],
    flip: Literal["won", "lost"] | None,
) -> Item:
    (category, stage), right = cell, passed([shown["score"] or 0.0])
    ranks = [
        rank
        for rank, w in enumerate(diagnosis.weaknesses, start=1)
        if shown["id"] in (*w.failing, *w.passing)
    ]
    return {
        **shown,
        "category": category,
        "stage": stage,
        "right": right,
        "weaknesses": ranks,
        "flip": flip,
        "earlier": earlier,
        "neighbours": [] if right else _neighbours(category, diagnosis, ranks),
    }


def _neighbours(category: str, diagnosis: Diagnosis, ranks: Sequence[int]) -> list[str]:
    own = [diagnosis.weaknesses[rank - 1] for rank in ranks]
    same = [w for w in diagnosis.weaknesses if f"{w.capability}/{w.image_type}" == category]
    return list(dict.fromkeys(i for w in own or same for i in w.passing))


def _flip_of(round_: Round) -> dict[str, Literal["won", "lost"]]:
    flips = round_.changes.flips if round_.changes else {}
    kinds: tuple[Literal["won", "lost"], ...] = ("won", "lost")
    return {i: kind for kind in kinds for i in flips.get(kind, ())}


PLUGIN: Final[Section] = Samples()
