"""Where the numbers of all rounds come from: the manifests behind the page over all rounds."""

from dataclasses import dataclass
from typing import Final

from reports.section import Section
from reports.sections.provenance import ProvenanceNumbers, source
from reports.view import View


@dataclass(frozen=True)
class IndexProvenance:
    """The artifacts of all rounds."""

    title: str = "Provenance"
    missing: str = "No artifact has been published."

    def numbers(self, view: View) -> ProvenanceNumbers | None:
        found = [
            source(f"round {round_.number}: {kind}", artifact)
            for round_ in view.rounds
            for kind, artifact in round_.artifacts().items()
        ]
        model = view.current.metrics.model if view.current.metrics else None
        return {"command": view.command, "model": model, "artifacts": found} if found else None


PLUGIN: Final[Section] = IndexProvenance()
