"""Where answers break: failed samples per category and error stage.

A cell is the artifact's count and its share of the category's answered samples. Which cells stand
out is the diagnosis's word: a category that fails at a stage reliably more often than the rest of
its benchmarks, adjusted over all cells. Standardised residuals of the table would say less: they
compare with all benchmarks at once, so a category of an easy benchmark would look good for it, and
take samples that share a picture as independent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import CategoryRate, ProbeShare, StageExcess, StageShare
from reports.section import Section
from reports.view import View


class Heat(TypedDict):
    """One category at one stage."""

    stage: str
    failed: int
    share: float | None
    """Of the category's answered samples; None where the diagnosis does not say it."""
    excess: StageExcess | None
    """Where the diagnosis finds it more often here than elsewhere."""


class Row(TypedDict):
    """One category."""

    name: str
    n: int
    """Answered samples."""
    stages: dict[str, int]
    """Failed samples per error stage; stages without any are left out."""
    cells: list[Heat]
    """One per column."""


class StageNumbers(TypedDict):
    """The heat map."""

    stages: list[str]
    """The columns."""
    most: float | None
    """The largest share, which gets the full colour; None where the diagnosis says none."""
    rows: list[Row]
    shares: list[StageShare]
    """Over all categories."""
    corrected: bool
    """Whether people's labels corrected them."""
    excess: list[StageExcess]
    probes: list[ProbeShare]


@dataclass(frozen=True)
class Stages:
    """Category by error stage."""

    title: str = "Where answers break"
    missing: str = "This round has not been diagnosed yet."

    def numbers(self, view: View) -> StageNumbers | None:
        diagnosis = view.current.diagnosis
        if diagnosis is None:
            return None
        columns = sorted({stage for c in diagnosis.categories for stage in c.stages})
        shares = [x for c in diagnosis.categories for x in c.stage_shares.values()]
        rows = [_row(c, columns, diagnosis.excess) for c in diagnosis.categories]
        return {
            "stages": columns,
            "most": max(shares, default=None),
            "rows": rows,
            "shares": list(diagnosis.stages),
            "corrected": any(s.corrected is not None for s in diagnosis.stages),
            "excess": list(diagnosis.excess),
            "probes": list(diagnosis.probes),
        }


def _row(category: CategoryRate, columns: Sequence[str], excess: Sequence[StageExcess]) -> Row:
    own = {
        e.stage: e
        for e in excess
        if (e.capability, e.image_type, e.condition)
        == (category.capability, category.image_type, {})
    }
    return {
        "name": category.name,
        "n": category.n,
        "stages": category.stages,
        "cells": [_cell(category, stage, own.get(stage)) for stage in columns],
    }


def _cell(category: CategoryRate, stage: str, excess: StageExcess | None) -> Heat:
    share = category.stage_shares.get(stage)
    failed = category.stages.get(stage, 0)
    return {"stage": stage, "failed": failed, "share": share, "excess": excess}


PLUGIN: Final[Section] = Stages()
