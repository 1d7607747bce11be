"""A user's own pictures without labels; agents plan what to ask of them, and write it.

A cell ranks the pool by its gap text and deals it out to its slots; of the pictures that fall to
a place it takes the one that fits the planner's topic best, and the writer asks about it. So no two
places of a cell share a picture. The price: a topic searches a slot's share of the pool, not all of
it. One in five pictures serves `validation` and `canary` alone.

    [[generation.sources]]
    plugin = "pool"
    path = "pictures"                 # a folder, or parquet with a column `image`
    licence = "CC0-1.0"

Two cells may ask of the same picture, each its own question. Pictures are found by what is written
of them: a pool without captions, tags or telling names is dealt in an order that means nothing.
"""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from blindspot.core import taxonomy
from blindspot.core.records import Failure
from blindspot.core.training_set import Makeable
from generation.agents.planner import Topic
from generation.means import Means
from generation.retrieval import pictures, stored
from generation.retrieval.index import Index
from generation.retrieval.lists import Ranked, hybrid
from generation.retrieval.matching import is_held
from generation.retrieval.pictures import Picture
from generation.retrieval.places import choice, place
from generation.source import Candidate, OpenSource, Source, SourceSettings, Want, merged

if TYPE_CHECKING:
    from generation.writing import Pictured

NO_MORE: Final = "the pool holds no further picture for this cell"


class Pool:
    """The `pool` source."""

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        terms = taxonomy.load(None)
        capabilities = settings.capabilities or tuple(terms.capabilities)
        image_types = settings.image_types or tuple(terms.image_types)
        return merged(
            Makeable(capability=capability, image_type=image_type)
            for capability, image_type in product(capabilities, image_types)
        )

    def roles(self, settings: SourceSettings) -> tuple[str, ...]:
        return ("planner", "writer", *(("image_editor",) if settings.edit_share else ()))

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        return _Open(settings, means)


class _Open:
    def __init__(self, settings: SourceSettings, means: Means) -> None:
        self._settings, self._means = settings, means
        self._pictures = pictures.load(settings.path)
        held = [is_held(each.id) for each in self._pictures]
        self._training = {True: np.flatnonzero(~np.array(held)), False: np.flatnonzero(held)}
        self._index = Index([each.text for each in self._pictures])
        self._lists: dict[str, Ranked] = {}

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        from generation.briefing import topics
        from generation.writing import write

        planned = topics(wants, self._means)
        chosen = [self._chosen(w, topic) for w, topic in zip(wants, planned, strict=True)]
        ideas = [topic.idea if isinstance(topic, Topic) else "" for topic in planned]
        return write(wants, self._pictured(chosen), self._settings, self._means, ideas)

    def _chosen(self, want: Want, topic: Topic | Failure) -> Picture | Failure:
        """Of the pictures that a place is dealt, the one that fits its topic best."""
        if isinstance(topic, Failure):
            return topic
        ranked = self._list(want)
        own = np.array([ranked[at] for at in choice(place(want), ranked.total)], dtype=np.int64)
        if not len(own):
            return Failure(kind="request", message=NO_MORE, retryable=False)
        fit = self._index.search(f"{topic.subject}\n{topic.idea}", own).relevance
        return self._pictures[own[int(np.argmax(fit.round(12)))]]

    def _list(self, want: Want) -> Ranked:
        key = want.cell.model_dump_json()
        if key not in self._lists:
            among = self._training[want.cell.split == "train"]
            self._lists[key] = hybrid(self._index, want.cell, among, [(0, 0)] * len(among))
        return self._lists[key]

    def _pictured(self, chosen: Sequence[Picture | Failure]) -> list["Pictured | Failure"]:
        """The chosen pictures in clean bytes, as the writer gets them."""
        from generation.decoding import cleaned
        from generation.writing import Pictured

        found = stored.read([each.picture for each in chosen if isinstance(each, Picture)])
        read = iter(cleaned(found))
        pictured: list[Pictured | Failure] = []
        for each in chosen:
            if isinstance(each, Failure):
                pictured.append(each)
                continue
            data = next(read)
            if isinstance(data, Failure):
                pictured.append(data)
                continue
            licence = each.licence or self._settings.licence
            origin = f"pool:{each.id}"
            pictured.append(Pictured(data, each.caption, licence, each.attribution, origin))
        return pictured


PLUGIN: Final[Source] = Pool()
