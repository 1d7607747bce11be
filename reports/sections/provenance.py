"""Where every number comes from: the manifests behind the page."""

from dataclasses import dataclass
from typing import Any, Final, TypedDict

from blindspot.core.artifact import Artifact
from reports.section import Section
from reports.view import View


class Source(TypedDict):
    """One artifact."""

    kind: str
    digest: str
    created: str
    version: str
    commit: str | None
    dirty: bool | None
    inputs: dict[str, str]
    seeds: dict[str, int]
    counts: dict[str, int]
    durations: dict[str, float]
    facts: dict[str, Any]
    config: dict[str, Any]


class ProvenanceNumbers(TypedDict):
    """The command and the artifacts."""

    command: str
    model: str | None
    artifacts: list[Source]


@dataclass(frozen=True)
class Provenance:
    """The artifacts of this round."""

    title: str = "Provenance"
    missing: str = "No artifact has been published in this round."

    def numbers(self, view: View) -> ProvenanceNumbers | None:
        found = view.current.artifacts()
        if not found:
            return None
        return {
            "command": view.command,
            "model": view.current.metrics.model if view.current.metrics else None,
            "artifacts": [source(kind, artifact) for kind, artifact in found.items()],
        }


def source(kind: str, artifact: Artifact) -> Source:
    """What the manifest of an artifact says."""
    manifest = artifact.manifest
    return {
        "kind": kind,
        "digest": artifact.digest,
        "created": manifest.created,
        "version": manifest.blindspot_version,
        "commit": manifest.git_commit,
        "dirty": manifest.git_dirty,
        "inputs": manifest.inputs,
        "seeds": manifest.seeds,
        "counts": manifest.counts,
        "durations": manifest.durations,
        "facts": manifest.facts,
        "config": manifest.config,
    }


PLUGIN: Final[Section] = Provenance()
