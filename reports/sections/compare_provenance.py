"""Where the numbers of a comparison come from: the two evaluations."""

from dataclasses import dataclass
from typing import Final

from reports.section import Section
from reports.sections.provenance import ProvenanceNumbers, source
from reports.view import View


@dataclass(frozen=True)
class CompareProvenance:
    """The manifests of A and B."""

    title: str = "Provenance"
    missing: str = "There is nothing to compare."

    def numbers(self, view: View) -> ProvenanceNumbers | None:
        found = [r.evaluation for r in (view.rounds[0], view.rounds[-1])]
        if view.comparison is None:
            return None
        return {
            "command": view.command,
            "model": None,
            "artifacts": [
                source(f"evaluation {letter}", e.artifact)
                for letter, e in zip("AB", found, strict=True)
                if e
            ],
        }


PLUGIN: Final[Section] = CompareProvenance()
