"""The supported weaknesses by rank, each with the samples that show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import Diagnosis
from blindspot.core.records import CellShare, Weakness
from reports.charts import Figure, Series, intervals
from reports.samples import Evidence, Shown
from reports.section import Section
from reports.view import Round, View

STABLE: Final = 0.6
"""Below this overlap over resamples the borders of a group are not to be relied on (Hennig 2007,
Cluster-wise assessment of cluster stability); as `Weakness.stability` says.
"""


class Past(TypedDict):
    """The same weakness in an earlier round."""

    round: int
    rate: float
    interval: tuple[float, float]


class Item(TypedDict):
    """One weakness with its evidence."""

    rank: int
    weakness: Weakness
    category: str
    """`capability/image_type`."""
    stage: str | None
    """The error stage with most of its failures."""
    cells: list[CellShare]
    """Rows of the mixture that aim at it."""
    unstable: bool
    """Whether its borders are not to be relied on."""
    earlier: list[Past]
    failing: list[Shown]
    passing: list[Shown]


class WeaknessNumbers(TypedDict):
    """The list, and how it was tested."""

    candidates: int
    q: float
    items: list[Item]
    charts: dict[str, Figure]


@dataclass(frozen=True)
class Weaknesses:
    """What the model cannot do."""

    title: str = "Weaknesses"
    missing: str = "This round has not been diagnosed yet."

    def numbers(self, view: View) -> WeaknessNumbers | None:
        diagnosis = view.current.diagnosis
        if diagnosis is None:
            return None
        evidence = Evidence(view, _cited(diagnosis.weaknesses))
        found = enumerate(diagnosis.weaknesses, start=1)
        return {
            "candidates": diagnosis.candidates,
            "q": diagnosis.q,
            "items": [_item(rank, w, view, diagnosis, evidence) for rank, w in found],
            "charts": {"rates": _chart(diagnosis)} if diagnosis.weaknesses else {},
        }


def _cited(weaknesses: Iterable[Weakness]) -> list[str]:
    return [sample for w in weaknesses for sample in (*w.failing, *w.passing)]


def _item(
    rank: int, weakness: Weakness, view: View, diagnosis: Diagnosis, evidence: Evidence
) -> Item:
    stages = weakness.stages
    return {
        "rank": rank,
        "weakness": weakness,
        "category": f"{weakness.capability}/{weakness.image_type}",
        "stage": max(stages, key=lambda s: (stages[s], s)) if stages else None,
        "cells": [c for c in diagnosis.mixture if c.weakness == weakness.id],
        "unstable": weakness.stability is not None and weakness.stability < STABLE,
        "earlier": [past for r in view.rounds[:-1] for past in _past(r, weakness.id)],
        "failing": evidence.failing(weakness.failing),
        "passing": evidence.passing(weakness.passing),
    }


def _past(round_: Round, weakness: str) -> list[Past]:
    found = round_.diagnosis.weaknesses if round_.diagnosis else ()
    return [
        {"round": round_.number, "rate": w.rate, "interval": w.interval}
        for w in found
        if w.id == weakness
    ]


def _chart(diagnosis: Diagnosis) -> Figure:
    found = diagnosis.weaknesses
    names = [f"{rank} {w.name}" for rank, w in enumerate(found, start=1)]
    shrunk = Series("shrunk rate", [(w.rate, w.interval) for w in found], "@accent", "circle")
    return intervals(names, [shrunk])


PLUGIN: Final[Section] = Weaknesses()
