"""Where candidates come from: the contract of the files under `sources/`.

A source says what it can make (its catalogue) and makes one candidate at a time. A candidate is
decided by its cell, the seed text and the settings alone, so that a killed run draws the same
again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from pydantic import Field

from blindspot.core.config import Settings
from blindspot.core.records import AnswerKind, CellShare
from blindspot.core.registry import Registry
from blindspot.core.training_set import Makeable
from generation.family import Box


class SourceSettings(Settings):
    """One source."""

    plugin: str = "programmatic"
    """A file under `generation/sources/`."""
    size: int = Field(default=448, ge=16, le=4096)
    """programmatic: width and height of the pictures in pixels."""
    families: tuple[str, ...] = ()
    """programmatic: which files of `generation/families/` may draw; empty: all."""


@dataclass(frozen=True)
class Candidate:
    """A sample that nobody has checked yet."""

    images: tuple[bytes, ...]
    """Encoded pictures, in the order in which they are sent."""
    question: str
    target: str
    answer_kind: AnswerKind
    origin: str
    """The plugin that made it, with its seed or address."""
    options: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The conditions that it meets."""
    content: str = ""
    """What the picture says, where the source knows."""
    evidence: tuple[Box, ...] = ()
    """Where the answer stands: (x0, y0, x1, y1) in pixels."""


class Source(Protocol):
    """Contract of a file under `sources/`: `PLUGIN: Final[Source]`."""

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        """What it can make, one row per capability and image type."""
        ...

    def candidate(self, cell: CellShare, seed: str, settings: SourceSettings) -> Candidate:
        """One candidate for a cell of the catalogue. Same arguments, same bytes."""
        ...


sources: Final = Registry[Source]("generation.sources")


@dataclass(frozen=True)
class Maker:
    """A source with its settings."""

    plugin: Source
    settings: SourceSettings

    @property
    def catalogue(self) -> tuple[Makeable, ...]:
        return self.plugin.catalogue(self.settings)

    def candidate(self, cell: CellShare, seed: str) -> Candidate:
        return self.plugin.candidate(cell, seed, self.settings)


def makers(settings: Sequence[SourceSettings]) -> list[Maker]:
    """The configured sources, in order."""
    return [Maker(sources.load(s.plugin), s) for s in settings]


def makes(catalogue: Iterable[Makeable], cell: CellShare) -> bool:
    """Whether a catalogue holds the cell's capability on its image type."""
    return any(
        (m.capability, m.image_type) == (cell.capability, cell.image_type) for m in catalogue
    )


def merged(rows: Iterable[Makeable]) -> tuple[Makeable, ...]:
    """One row per capability and image type, sorted, with the values of all its conditions."""
    found: dict[tuple[str, str], dict[str, dict[str, None]]] = {}
    for row in rows:
        conditions = found.setdefault((row.capability, row.image_type), {})
        for name, values in row.conditions.items():
            conditions.setdefault(name, {}).update(dict.fromkeys(values))
    return tuple(
        Makeable(
            capability=capability,
            image_type=image_type,
            conditions={name: tuple(values) for name, values in sorted(conditions.items())},
        )
        for (capability, image_type), conditions in sorted(found.items())
    )
