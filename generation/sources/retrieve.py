"""Samples that people labelled, retrieved from supporting data by what a model cannot do (S2).

For each cell the rows whose labels do not contradict it are ranked: by labels and conditions that
agree, then by hybrid search for the cell's gap text (terms, definitions, conditions, brief, missing
skills, questions that failed), then for diversity, yes/no questions by turns of their answers.
Places are dealt the list from its top; one in five rows serves `validation` and `canary` alone.

    [[generation.sources]]
    plugin = "retrieve"
    path = "support.parquet"          # as an own benchmark
    licence = "CC-BY-4.0"

Two cells of one split may be dealt the same row, since no cell knows of others; the `duplicate`
gate then admits one. What this does not do: write or change a question, or find words of one
language by those of another.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from blindspot.core.records import Failure
from blindspot.core.training_set import Makeable, PlanCell
from generation.means import Means
from generation.retrieval import labelled, stored
from generation.retrieval.index import Index
from generation.retrieval.labelled import Row
from generation.retrieval.lists import Ranked, hybrid, shuffled
from generation.retrieval.matching import agreement, categories, is_held, parts, suggested
from generation.retrieval.places import dealt, place
from generation.retrieval.tables import tables
from generation.source import Candidate, OpenSource, Source, SourceSettings, Want, merged

NO_MORE: Final = "the supporting data hold no further sample for this cell"


class Retrieve:
    """The `retrieve` source."""

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        data = labelled.load(tables("retrieve", settings.path), pictures=False)
        return merged(categories(data, settings.capabilities, settings.image_types))

    def roles(self, settings: SourceSettings) -> tuple[str, ...]:
        return ()

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        return _Open(settings, means.seed)


class _Open:
    def __init__(self, settings: SourceSettings, seed: int) -> None:
        self._settings, self._seed = settings, seed
        self._data = labelled.load(tables("retrieve", settings.path))
        self._held = [is_held(part) for part in parts([row.bonds for row in self._data.rows])]
        self._index = Index([row.text for row in self._data.rows])
        self._lists: dict[str, Ranked] = {}

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        from generation.decoding import cleaned

        rows = [self._row(want) for want in wants]
        shown = [p for row in rows if isinstance(row, Row) for p in row.pictures]
        read = iter(cleaned(stored.read(shown)))
        return [
            row
            if isinstance(row, Failure)
            else self._candidate(row, [next(read) for _ in row.pictures])
            for row in rows
        ]

    def _row(self, want: Want) -> Row | Failure:
        """The row that a place is dealt."""
        ranked = self._list(want)
        at = dealt(place(want), ranked.total)
        if at is None:
            why = f"{NO_MORE}; {self._data.unusable}" if self._data.unusable else NO_MORE
            return Failure(kind="request", message=why, retryable=False)
        return self._data.rows[ranked[at]]

    def _list(self, want: Want) -> Ranked:
        key = want.cell.model_dump_json()
        if key not in self._lists:
            self._lists[key] = self._ranked(want)
        return self._lists[key]

    def _ranked(self, want: Want) -> Ranked:
        cell, rows = want.cell, self._data.rows
        fit = self._fit(cell)
        among = np.array(list(fit), dtype=np.int64)
        if self._settings.ranking == "random":
            seed = f"{self._seed}/{cell.split}/{cell.name}"
            return shuffled(seed, among, [rows[i].id for i in fit])
        answers = {i: rows[i].target.casefold() for i in fit if rows[i].answer_kind == "yes_no"}
        return hybrid(self._index, cell, among, list(fit.values()), answers)

    def _fit(self, cell: PlanCell) -> dict[int, tuple[int, int]]:
        """The rows that may serve a cell, and how far they agree with it."""
        rows, want, conditions = self._data.rows, cell.want, self._data.conditions
        asked = suggested(rows, "capability", want.capability)
        seen = suggested(rows, "image_type", want.image_type)
        agreed = {
            i: agreement(row, want, conditions, (asked[i], seen[i]))
            for i, row in enumerate(rows)
            if self._held[i] == (cell.split != "train")
        }
        return {i: tier for i, tier in agreed.items() if tier is not None}

    def _candidate(self, row: Row, pictures: Sequence[bytes | Failure]) -> Candidate | Failure:
        lost = next((each for each in pictures if isinstance(each, Failure)), None)
        if lost is not None:
            message = f"a picture of the row '{row.id}': {lost.message}"
            return lost.model_copy(update={"message": message})
        return Candidate(
            images=tuple(each for each in pictures if isinstance(each, bytes)),
            question=row.question,
            target=row.target,
            answer_kind=row.answer_kind,
            origin=f"retrieve:{row.id}",
            truth="dataset",
            options=row.options,
            attributes={k: v for k, v in row.attributes.items() if k in self._data.conditions},
            content=row.content,
            evidence=row.evidence,
            licence=row.licence or self._settings.licence,
            attribution=row.attribution,
            lineage=row.lineage,
        )


PLUGIN: Final[Source] = Retrieve()
