"""Where answers break: failed samples per category and error stage."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import ProbeShare, StageExcess, StageShare
from reports.section import Section
from reports.view import View


class Row(TypedDict):
    """One category."""

    name: str
    stages: dict[str, int]
    """Failed samples per error stage; stages without any are left out."""


class StageNumbers(TypedDict):
    """The heat map."""

    stages: list[str]
    """The columns."""
    most: int
    """The largest count, which gets the full colour."""
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
        if view.current.diagnosis is None:
            return None
        diagnosis = view.current.diagnosis
        categories = diagnosis.categories
        counts = [count for c in categories for count in c.stages.values()]
        return {
            "stages": sorted({stage for c in categories for stage in c.stages}),
            "most": max(counts, default=0),
            "rows": [{"name": c.name, "stages": c.stages} for c in categories],
            "shares": list(diagnosis.stages),
            "corrected": any(s.corrected is not None for s in diagnosis.stages),
            "excess": list(diagnosis.excess),
            "probes": list(diagnosis.probes),
        }


PLUGIN: Final[Section] = Stages()
