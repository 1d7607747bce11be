"""The samples that a page opens one by one, and how they were chosen.

    {"id": "tiny/counting/diagnosis/017", "category": "counting/geometric", "stage": "perception",
     "weaknesses": [1], "flip": None, "earlier": [{"round": 0, "answer": "3", …}], …}

The evidence of weaknesses always stands among them. Then failed samples of every category and
error stage, one of each in turn, those first that the diagnosis names as typical; then what was
won and lost since the round before. All are of the diagnosis half. The diagnosis keeps no
outcome of a probe for one sample: what a probe found stands there for all samples of a stage.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal, TypedDict

from blindspot.core.diagnosis import Diagnosis, ProbeShare
from blindspot.core.tables import read_table
from reports.pictures import Priority
from reports.samples import RIGHT, Evidence, Shown, Told, told
from reports.section import Section
from reports.view import Round, View

Cell = tuple[str, str]
"""Category and error stage."""


class Item(Shown):
    """One sample that can be opened."""

    category: str
    """As the diagnosis labelled it."""
    stage: str
    """Where its answer broke; empty where it was not attributed."""
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
        category = _categories(view.current)
        cells = _cells(view.current, category)
        chosen = _chosen(view, diagnosis, cells)
        items = _items(view, diagnosis, chosen, category)
        failed = {i for ids in cells.values() for i in ids}
        return {
            "failed": len(failed),
            "shown": len(failed & {item["id"] for item in items}),
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


def _cells(round_: Round, category: Mapping[str, str]) -> dict[Cell, list[str]]:
    """Ids of failed samples by category and the stage of their first failed answer."""
    path = round_.folder.diagnosis / "attributions.parquet"
    if not path.is_file():
        return {}
    rows = read_table(path).select(["sample_id", "repeat", "stage"]).to_pylist()
    stages: dict[str, str] = {}
    for row in sorted(rows, key=lambda r: (r["sample_id"], r["repeat"])):
        stages.setdefault(row["sample_id"], row["stage"])
    found: dict[Cell, list[str]] = {}
    for i, stage in stages.items():
        found.setdefault((category.get(i, ""), stage), []).append(i)
    return found


def _categories(round_: Round) -> dict[str, str]:
    """Category by sample id: its heaviest labels, or what it states itself."""
    columns = ["id", "capability", "image_type"]
    table = read_table(round_.folder.evaluation / "samples.parquet").select(columns)
    terms = {r["id"]: [r["capability"], r["image_type"]] for r in table.to_pylist()}
    path = round_.folder.diagnosis / "labels.parquet"
    labels = read_table(path).to_pylist() if path.is_file() else []
    for label in sorted(labels, key=lambda r: r["weight"]):
        if label["sample_id"] in terms:
            terms[label["sample_id"]][label["axis"] == "image_type"] = label["term"]
    return {i: "/".join(pair) for i, pair in terms.items()}


def _items(
    view: View, diagnosis: Diagnosis, ids: Sequence[str], category: Mapping[str, str]
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
        _item(s, category[s["id"]], diagnosis, past[s["id"]], flips.get(s["id"])) for s in shown
    ]


def _priority(*, cited: bool, passing: bool) -> Priority:
    if not cited:
        return Priority.TRAINING
    return Priority.PASSING if passing else Priority.FAILING


def _item(
    shown: Shown,
    category: str,
    diagnosis: Diagnosis,
    earlier: list[Told],
    flip: Literal["won", "lost"] | None,
) -> Item:
    attribution, right = shown["attribution"], (shown["score"] or 0.0) >= RIGHT
    ranks = [
        rank
        for rank, w in enumerate(diagnosis.weaknesses, start=1)
        if shown["id"] in (*w.failing, *w.passing)
    ]
    return {
        **shown,
        "category": category,
        "stage": attribution.stage if attribution else "",
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
