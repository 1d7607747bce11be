"""Where answers break: failed samples per category and error stage.

A cell is the artifact's count over the category's answered samples. Which cells stand out is the
diagnosis's word: a category that fails at a stage reliably more often than the rest.
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
    """Of the category's answered samples; None where none was answered."""
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
    most: float
    """The largest share, which gets the full colour."""
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
        rows = [_row(c, columns, diagnosis.excess) for c in diagnosis.categories]
        return {
            "stages": columns,
            "most": max((cell["share"] or 0.0 for r in rows for cell in r["cells"]), default=0.0),
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
    failed = category.stages.get(stage, 0)
    share = failed / category.n if category.n else None
    return {"stage": stage, "failed": failed, "share": share, "excess": excess}


PLUGIN: Final[Section] = Stages()
