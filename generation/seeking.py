"""From a topic to one picture of the web: queries, searches in turn, the seeker's choice.

    "a market stall"  →  "market stall fruit"  →  openverse: 5 offers, wikimedia: 7
                      →  the seeker chooses 3, 0, 8  →  the first try gets 3, the second 0

A place's searches are asked one after the other until there are enough offers, all places at once.
An offer is a picture whose licence is let in, which is large enough as far as that is known, and
which lies on the side of the data (training, measuring) that the place belongs to. A number that
the seeker was not offered is no choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Protocol

from blindspot.core.images import MAX_PIXELS
from blindspot.core.records import Failure
from generation.agents.image_seeker import PLUGIN as SEEKER
from generation.agents.image_seeker import Offer, SeekerRequest, Seeking
from generation.agents.planner import Topic
from generation.briefing import topic_seed, tried
from generation.fetching.policy import Get, Got
from generation.means import Means
from generation.retrieval.matching import is_held
from generation.search import Found, Search, read, text
from generation.source import Want

QUERIES: Final = 3
QUERY: Final = 200
"""Characters of a query."""
ENOUGH: Final = 8
"""Offers after which no further search is asked."""
SHOWN: Final = 16
"""Offers that the seeker chooses from, at most."""
LEAST_SIDE: Final = 200
"""Pixels; smaller pictures cannot be read."""
NO_PICTURE: Final = "the searches found no picture that may be used"
NO_CHOICE: Final = "of the pictures found none suits, or none is left"


class Fetches(Protocol):
    """`generation.fetching.fetcher.Fetcher`, or anything else in a test."""

    def get(self, requests: Sequence[Get]) -> list[Got | Failure]: ...


@dataclass
class _Seek:
    """One place on its way to a picture."""

    want: Want
    topic: Topic
    asks: list[tuple[Search, Get]] = field(default_factory=list)
    """Searches that were not asked yet, in turn."""
    offers: dict[str, Found] = field(default_factory=dict)
    """By address."""
    failed: Failure | None = None

    def request(self) -> SeekerRequest:
        """Without offers it asks for queries, with offers for a choice."""
        return SeekerRequest(
            subject=self.topic.subject,
            idea=self.topic.idea,
            image_type=self.want.cell.want.image_type,
            offers=tuple(_offer(n, each) for n, each in enumerate(self.shown)),
        )

    @property
    def shown(self) -> list[Found]:
        return list(self.offers.values())[:SHOWN]

    def take(self, came: list[Found] | Failure, licences: set[str]) -> None:
        """What one search answered."""
        if isinstance(came, Failure):
            self.failed = came
            return
        held = self.want.cell.split != "train"
        for each in came:
            if _is_usable(each, licences) and is_held(each.url.partition("?")[0]) == held:
                self.offers.setdefault(each.url, each)


@dataclass(frozen=True)
class Seeker:
    """Finds pictures for topics."""

    means: Means
    fetcher: Fetches
    searches: Sequence[Search]
    licences: Sequence[str]

    def pictures(
        self, wants: Sequence[Want], topics: Sequence[Topic | Failure]
    ) -> list[Found | Failure]:
        """What each place gets, or why it gets nothing, in order. Two consultations."""
        found: list[Found | Failure | _Seek] = [
            topic if isinstance(topic, Failure) else _Seek(want, topic)
            for want, topic in zip(wants, topics, strict=True)
        ]
        seeks = [each for each in found if isinstance(each, _Seek)]
        self._ask_queries(seeks)
        self._ask_searches(seeks)
        chosen = iter(self._choices(seeks))
        return [next(chosen) if isinstance(each, _Seek) else each for each in found]

    def _ask_queries(self, seeks: Sequence[_Seek]) -> None:
        for seek, reply in zip(seeks, self._consult(seeks), strict=True):
            if isinstance(reply, Failure):
                seek.failed = reply
                continue
            queries = [text(query)[:QUERY] for query in reply.queries[:QUERIES]]
            pairs = product([query for query in queries if query], self.searches)
            seek.asks = [(search, search.request(q, self.licences)) for q, search in pairs]
            if not seek.asks:
                why = "the image seeker named no query"
                seek.failed = Failure(kind="unreadable", message=why, retryable=False)

    def _ask_searches(self, seeks: Sequence[_Seek]) -> None:
        licences = {name.casefold() for name in self.licences}
        while due := [s for s in seeks if s.asks and len(s.offers) < ENOUGH]:
            asked = [seek.asks.pop(0) for seek in due]
            came = self.fetcher.get([request for _, request in asked])
            for seek, (search, _), answer in zip(due, asked, came, strict=True):
                seek.take(read(search, answer), licences)

    def _choices(self, seeks: Sequence[_Seek]) -> list[Found | Failure]:
        offered = [seek for seek in seeks if seek.offers]
        replies = iter(self._consult(offered))
        return [
            _chosen(seek, next(replies)) if seek.offers else seek.failed or _nothing(NO_PICTURE)
            for seek in seeks
        ]

    def _consult(self, seeks: Sequence[_Seek]) -> list[Seeking | Failure]:
        if not seeks:
            return []
        return self.means.staff.consult(
            "image_seeker",
            SEEKER,
            [seek.request() for seek in seeks],
            [seek.want.cell.name for seek in seeks],
            seeds=[topic_seed(seek.want) for seek in seeks],
        )


def _offer(number: int, found: Found) -> Offer:
    return Offer(
        number=number,
        title=found.title,
        tags=found.tags,
        width=found.width,
        height=found.height,
    )


def _is_usable(found: Found, licences: set[str]) -> bool:
    sides = [side for side in (found.width, found.height) if side]
    is_huge = not found.smaller and found.width * found.height > MAX_PIXELS
    is_readable = all(side >= LEAST_SIDE for side in sides) and not is_huge
    return is_readable and found.licence.casefold() in licences


def _chosen(seek: _Seek, reply: Seeking | Failure) -> Found | Failure:
    """The offer that the seeker's choice and the number of the try give."""
    if isinstance(reply, Failure):
        return reply
    shown = seek.shown
    suits = [n for n in dict.fromkeys(reply.chosen) if 0 <= n < len(shown)]
    own = suits[tried(seek.want) :]
    return shown[own[0]] if own else _nothing(NO_CHOICE)


def _nothing(why: str) -> Failure:
    return Failure(kind="request", message=why, retryable=False)
