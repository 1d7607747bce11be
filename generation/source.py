"""Where candidates come from: the contract of the files under `sources/`.

A source says what it can make (its catalogue) and makes one candidate for each place that it is
given. A candidate is decided by its cell, the seed text, the settings and what models and the web
answered, which the ledger keeps; so a killed run makes the same again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, runtime_checkable

from pydantic import Field

from blindspot.core.config import OptionalInputPath, Settings
from blindspot.core.model import ModelSettings
from blindspot.core.records import AnswerKind, CellShare, Edit, Failure
from blindspot.core.registry import Registry
from blindspot.core.training_set import Makeable, PlanCell
from generation.family import Box
from generation.means import Means

Truth = Literal["construction", "dataset", "agents"]
"""Why a key is believed before any gate: drawn so, labelled so by people elsewhere, or written by
an agent.
"""


class SourceSettings(Settings):
    """One source."""

    plugin: str = "programmatic"
    """A file under `generation/sources/`."""
    size: int = Field(default=448, ge=16, le=4096)
    """programmatic: width and height of the pictures in pixels."""
    families: tuple[str, ...] = ()
    """programmatic: which files of `generation/families/` may draw; empty: all."""
    path: OptionalInputPath = None
    """pool: a folder of pictures or a parquet file with them; retrieve: parquet or JSONL with
    labelled samples, as of an own benchmark.
    """
    ranking: Literal["hybrid", "random"] = "hybrid"
    """retrieve: what fits a cell best comes first, or, as a control, samples in random order."""
    searches: tuple[str, ...] = ("openverse", "wikimedia")
    """web: files under `generation/searches/`, asked in turn."""
    licences: tuple[str, ...] = ("CC0-1.0", "PDM-1.0", "CC-BY-4.0", "CC-BY-3.0", "CC-BY-2.0")
    """web, pool, retrieve: SPDX names that are let in; an unknown one only if it is named here,
    as `unknown`.
    """
    licence: str = ""
    """pool, retrieve: SPDX name of what lies at `path`, where no column says it."""
    capabilities: tuple[str, ...] = ()
    """pool, web: which capabilities questions may ask; empty: all of the taxonomy."""
    image_types: tuple[str, ...] = ()
    """pool, web: which types of image are looked for; empty: all of the taxonomy."""
    edit_share: float = Field(default=0.0, ge=0, le=1)
    """pool, web: share of pictures that the image editor may change before a question is
    written.
    """


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
    truth: Truth = "construction"
    options: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    """The conditions that it meets."""
    content: str = ""
    """What the picture says, where the source knows."""
    evidence: tuple[Box, ...] = ()
    """Where the answer stands: (x0, y0, x1, y1) in pixels."""
    licence: str = ""
    """SPDX name of the pictures' licence; empty for what was drawn here."""
    attribution: str = ""
    """`title, author, address`."""
    lineage: tuple[Edit, ...] = ()
    """Edits that the pictures went through, in order."""


@dataclass(frozen=True)
class Want:
    """One place that wants a candidate."""

    cell: PlanCell
    seed: str
    """`<seed>/<round>/<slot>/<attempt>`: what tells this candidate from all others."""


class OpenSource(Protocol):
    """A source at work."""

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        """One candidate for each place, or why there is none, in order. What one place gets does
        not depend on which others are asked for with it.
        """
        ...


class Source(Protocol):
    """Contract of a file under `sources/`: `PLUGIN: Final[Source]`."""

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        """What it can make, one row per capability and image type."""
        ...

    def roles(self, settings: SourceSettings) -> tuple[str, ...]:
        """The agents that it needs."""
        ...

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        """Prepare it. Raises ConfigError or DataError for what it cannot work with."""
        ...


@runtime_checkable
class AloneSource(Source, Protocol):
    """What a source may say beside its contract: that it needs nobody, only the cell and the seed.
    Then an executor may make its candidates elsewhere; what `open` returns can be pickled.
    """

    @property
    def alone(self) -> bool: ...


@runtime_checkable
class ConfiguredSource(Source, Protocol):
    """What a source may say beside its contract whose `path` is a file of settings: what stands
    there.
    """

    def questions(self, settings: SourceSettings) -> SourceSettings:
        """The source that it takes its questions from."""
        ...

    def models(self, settings: SourceSettings) -> Sequence[ModelSettings]:
        """The models that it asks, the one that is to learn left out."""
        ...


sources: Final = Registry[Source]("generation.sources")


@dataclass(frozen=True)
class Maker:
    """A source at work, and what it can make."""

    source: OpenSource
    catalogue: tuple[Makeable, ...]
    alone: bool = False
    """Whether it needs nobody."""


def makers(settings: Sequence[SourceSettings], means: Means) -> list[Maker]:
    """The configured sources, in order, opened."""
    plugins = [(sources.load(s.plugin), s) for s in settings]
    return [Maker(p.open(s, means), p.catalogue(s), _alone(p)) for p, s in plugins]


def _alone(plugin: Source) -> bool:
    return isinstance(plugin, AloneSource) and plugin.alone


def needed(settings: Sequence[SourceSettings]) -> list[str]:
    """The agents without which these sources cannot work. Who has keys written needs a solver too:
    somebody must check them.
    """
    roles = [role for s in settings for role in sources.load(s.plugin).roles(s)]
    return [*dict.fromkeys([*roles, *(["solver"] if "writer" in roles else [])])]


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
