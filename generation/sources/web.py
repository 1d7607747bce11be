"""Freely licensed pictures of the web; agents plan what to look for, choose, and write.

    counting/natural_scene  →  planner: "a market stall"  →  seeker: queries  →  searches: offers
      →  seeker: offers 3, 0  →  fetched, decoded  →  (image editor)  →  writer  →  a candidate

    [[generation.sources]]
    plugin = "web"
    searches = ["openverse", "wikimedia"]
    licences = ["CC0-1.0", "CC-BY-4.0"]

A place is served by its own topic alone, whoever else is served; at its next attempt it takes the
next of the offers that the seeker chose, and after three attempts another topic. One in five
pictures, told by address, serves `validation` and `canary` alone. Two topics may find the same
picture: the `duplicate` gate decides on it. What a page says of a picture reaches agents as quoted
data, and names no file.
"""

from collections.abc import Sequence
from itertools import product
from typing import Final

from blindspot.core import taxonomy
from blindspot.core.errors import ConfigError
from blindspot.core.records import Failure
from blindspot.core.training_set import Makeable
from generation.agents.planner import Topic
from generation.briefing import topics
from generation.decoding import cleaned
from generation.fetching.fetcher import Fetcher
from generation.fetching.policy import Get, Got, Policy
from generation.means import Means
from generation.search import Found, Search, searches
from generation.seeking import Seeker
from generation.source import Candidate, OpenSource, Source, SourceSettings, Want, merged
from generation.writing import Pictured, write

POLICY: Final = Policy()
GROUP: Final = 64
"""Pictures that are fetched and decoded at once, so that few are in memory twice."""


class Web:
    """The `web` source."""

    def catalogue(self, settings: SourceSettings) -> tuple[Makeable, ...]:
        terms = taxonomy.load(None)
        capabilities = settings.capabilities or tuple(terms.capabilities)
        image_types = settings.image_types or tuple(terms.image_types)
        return merged(
            Makeable(capability=capability, image_type=image_type)
            for capability, image_type in product(capabilities, image_types)
        )

    def roles(self, settings: SourceSettings) -> tuple[str, ...]:
        editor = ("image_editor",) if settings.edit_share else ()
        return ("planner", "image_seeker", *editor, "writer")

    def open(self, settings: SourceSettings, means: Means) -> OpenSource:
        return _Open(settings, means, _searches(settings))


class _Open:
    def __init__(self, settings: SourceSettings, means: Means, asked: Sequence[Search]) -> None:
        self._settings, self._means = settings, means
        self._fetcher = Fetcher(means.folder, POLICY)
        self._seeker = Seeker(means, self._fetcher, asked, settings.licences)

    def candidates(self, wants: Sequence[Want]) -> list[Candidate | Failure]:
        planned = topics(wants, self._means)
        found = self._seeker.pictures(wants, planned)
        pictured = [
            picture
            for first in range(0, len(found), GROUP)
            for picture in self._pictured(found[first : first + GROUP])
        ]
        ideas = [topic.idea if isinstance(topic, Topic) else "" for topic in planned]
        return write(wants, pictured, self._settings, self._means, ideas)

    def _pictured(self, found: Sequence[Found | Failure]) -> list[Pictured | Failure]:
        """The pictures in clean bytes, as the writer gets them."""
        places = [each for each in found if isinstance(each, Found)]
        fetched = iter(self._fetcher.get([Get(each.smaller or each.url) for each in places]))
        came = [each if isinstance(each, Failure) else next(fetched) for each in found]
        clean = cleaned([each.data if isinstance(each, Got) else each for each in came])
        return [_described(each, data) for each, data in zip(found, clean, strict=True)]


def _searches(settings: SourceSettings) -> list[Search]:
    if not settings.searches:
        way_out = "Name openverse, wikimedia or serper in `searches` of generation.sources"
        raise ConfigError("The source 'web'", "it has no search", way_out)
    found = [searches.load(name) for name in settings.searches]
    for search in found:
        search.check()
    return found


def _described(found: Found | Failure, data: bytes | Failure) -> Pictured | Failure:
    if isinstance(found, Failure):
        return found
    if isinstance(data, Failure):
        return data
    caption = "\n".join(filter(None, [found.title, ", ".join(found.tags)]))
    where = (found.page or found.url).replace(" ", "%20")
    return Pictured(data, caption, found.licence, attribution(found, where), f"web:{where}")


def attribution(found: Found, where: str) -> str:
    """`title, author, address`. An author has no comma there, so that the three can be told apart.

    >>> attribution(Found("", "Stall, at dawn", "Doe, Jo"), "https://example.org/1")
    'Stall, at dawn, Doe Jo, https://example.org/1'
    """
    author = " ".join(found.author.replace(",", " ").split())
    return f"{found.title or 'untitled'}, {author or 'author not named'}, {where}"


PLUGIN: Final[Source] = Web()
