"""Pictures drawn by program, answers true by construction: the families under `families/`.

A cell is served by the families of its capability and image type. Of its conditions, those that
no such family knows are dropped (they came from a benchmark, not from here); the families that
know most of the rest draw, the seed choosing between them.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from blindspot.core.errors import StageError
from blindspot.core.images import encode
from blindspot.core.records import CellShare, Failure
from blindspot.core.training_set import Makeable
from generation.family import Drawing, Family, draw, families, smallest
from generation.means import Means
from generation.source import Candidate, OpenSource, Source, SourceSettings, Want, merged


class Programmatic:
    """The `programmatic` source."""

    alone = True

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        return merged(
            Makeable(
                capability=f.capability, image_type=f.image_type, conditions=dict(f.conditions)
            )
            for f in _families(settings).values()
        )

    def roles(self, settings: SourceSettings) -> tuple[str, ...]:
        return ()

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        return _Open(settings)


class _Open:
    def __init__(self, settings: SourceSettings) -> None:
        self._size = settings.size
        self._families = _families(settings)

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        return [self._candidate(want.cell.want, want.seed) for want in wants]

    def _candidate(self, cell: CellShare, seed: str) -> Candidate:
        serving = _serving(self._families, cell)
        name = random.Random(f"{seed}/family").choice(list(serving))
        family = serving[name]
        drawing = draw(family, seed, self._size, _known(family, cell.condition))
        return _candidate(drawing, f"programmatic:{name} size={self._size} seed={seed}")


def _families(settings: SourceSettings) -> dict[str, Family]:
    """Those that are named; otherwise all that draw at this size."""
    known = {name: families.load(name) for name in sorted(settings.families or families.names())}
    if settings.families:
        return known
    return {name: f for name, f in known.items() if smallest(f) <= settings.size}


def _serving(available: Mapping[str, Family], cell: CellShare) -> dict[str, Family]:
    """The families that draw a cell, those that know most of its conditions."""
    kin = {
        name: f
        for name, f in available.items()
        if (f.capability, f.image_type) == (cell.capability, cell.image_type)
    }
    if not kin:
        raise StageError(
            f"The cell '{cell.name}'",
            "no drawing family makes it",
            "Add a family, or name it in generation.sources",
        )
    most = max(len(_known(f, cell.condition)) for f in kin.values())
    return {name: f for name, f in kin.items() if len(_known(f, cell.condition)) == most}


def _known(family: Family, condition: Mapping[str, str]) -> dict[str, str]:
    """The conditions that the family can be asked for."""
    return {k: v for k, v in condition.items() if v in family.conditions.get(k, ())}


def _candidate(drawing: Drawing, origin: str) -> Candidate:
    return Candidate(
        images=(encode(drawing.image),),
        question=drawing.question,
        target=drawing.target,
        answer_kind=drawing.answer_kind,
        origin=origin,
        options=drawing.options,
        attributes=dict(drawing.attributes),
        content=drawing.content,
        evidence=drawing.evidence,
    )


PLUGIN: Final[Source] = Programmatic()
