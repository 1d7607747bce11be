"""Failed answers of one category and error stage that resemble each other."""

from dataclasses import dataclass
from typing import Final, TypedDict

from blindspot.core.diagnosis import FailureGroup
from reports.section import Section
from reports.view import View


class GroupNumbers(TypedDict):
    """The table."""

    groups: list[FailureGroup]


@dataclass(frozen=True)
class Groups:
    """Groups of failures."""

    title: str = "Failures that resemble each other"
    missing: str = "This round has not been diagnosed yet."

    def numbers(self, view: View) -> GroupNumbers | None:
        diagnosis = view.current.diagnosis
        return {"groups": list(diagnosis.groups)} if diagnosis else None


PLUGIN: Final[Section] = Groups()
