"""A page is a list of sections: the contract of the files under `sections/`, and their order.

A section says which numbers it shows, taken from the artifacts as they are; its template, the
file of the same name with `.html`, shows those numbers and nothing else. Numbers may hold records
and charts; what the template sees is the plain JSON that also stands in `page.json`.
"""

from collections.abc import Mapping
from typing import Final, Protocol

from blindspot.core.registry import Registry
from reports.view import View


class Section(Protocol):
    """One part of a page."""

    @property
    def title(self) -> str:
        """Its heading."""
        ...

    @property
    def missing(self) -> str:
        """One sentence for when there is nothing to show yet."""
        ...

    def numbers(self, view: View) -> Mapping[str, object] | None:
        """What it shows; charts stand under `charts`. None while its stage has not run."""
        ...


ROUND_PAGE: Final = (
    "verdict",
    "benchmarks",
    "categories",
    "weaknesses",
    "ended",
    "stages",
    "groups",
    "reference",
    "samples",
    "monitors",
    "mixture",
    "training_set",
    "training",
    "trust",
    "provenance",
)
"""The sections of a round's page, in order."""

INDEX_PAGE: Final = (
    "rounds",
    "monitors",
    "held_out",
    "changes",
    "bought",
    "flips",
    "lifelines",
    "index_provenance",
)
"""The sections of the page over all rounds, in order."""

COMPARE_PAGE: Final = (
    "compare_verdict",
    "compare_benchmarks",
    "compare_categories",
    "compare_flips",
    "compare_provenance",
)
"""The sections of a page that sets two evaluations against each other, in order."""

sections: Final = Registry[Section]("reports.sections")
