"""Where pictures are looked for on the web: the contract of the files under `searches/`.

    wikimedia.request("market stall", …)  →  Get("https://commons.wikimedia.org/w/api.php?…")
    wikimedia.found({"query": …})         →  [Found("https://…/Stall.jpg", "Stall", licence=…), …]

A search asks nobody itself; `generation.fetching` does. What comes back is a stranger's: fields may
be missing, of another kind or of any length, and none is more than data.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, Final, Protocol

from blindspot.core.errors import ConfigError
from blindspot.core.records import Failure
from blindspot.core.registry import Registry
from generation.fetching.policy import Get, Got
from generation.licences import UNKNOWN

PAGE: Final = 20
"""Pictures that one search asks for."""
_TEXT: Final = 500
"""Characters of a text that are kept."""
_MARKUP: Final = 2_000
"""Characters of markup that are read: the parser takes time with their square where they open tag
after tag and close none, a second at 10,000, and a reply has a hundred such texts.
"""
_TAGS: Final = 30
_SIDE: Final = 100_000


@dataclass(frozen=True)
class Found:
    """One picture that a search found, in the words of whoever filed it."""

    url: str
    """Where the picture itself is; what tells it from all others."""
    title: str = ""
    author: str = ""
    page: str = ""
    """The page that shows it."""
    licence: str = UNKNOWN
    """SPDX name."""
    tags: tuple[str, ...] = ()
    width: int = 0
    """Pixels, 0 where it is not known."""
    height: int = 0
    """Pixels, 0 where it is not known."""
    smaller: str = ""
    """Where a rendering of it is that is large enough to be read; empty where there is none."""


class Search(Protocol):
    """Contract of a file under `searches/`: `PLUGIN: Final[Search]`."""

    def check(self) -> None:
        """Raise ConfigError for what it lacks, before anything is spent."""
        ...

    def request(self, query: str, licences: Sequence[str]) -> Get:
        """What to ask for a query; `licences`, SPDX names, are those that will be let in."""
        ...

    def found(self, answer: Mapping[str, Any]) -> list[Found]:
        """The pictures in an answer, the best first; what cannot be read is left out."""
        ...


searches: Final = Registry[Search]("generation.searches")


def read(search: Search, came: Got | Failure) -> list[Found] | Failure:
    """The pictures of an answer, or why there is none."""
    return came if isinstance(came, Failure) else search.found(json.loads(came.data))


def key_of(variable: str) -> str:
    """The key in an environment variable, empty where it is not set. Raises ConfigError for one
    that no header can carry; the message does not show it.
    """
    key = os.environ.get(variable, "")
    if not all("!" <= character <= "~" for character in key):
        why = "the key in it holds a space, a line break or a character outside ASCII"
        way_out = f"export {variable}=… with the bare key"
        raise ConfigError(f"The environment variable {variable}", why, way_out)
    return key


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, or of an object's values; at most a page."""
    inner = list(value.values()) if isinstance(value, dict) else value
    return [row for row in inner[:PAGE] if isinstance(row, dict)] if isinstance(inner, list) else []


def text(value: Any) -> str:
    """A text in one line, shortened, without characters that nobody sees; empty for anything else.
    JSON can hold halves of characters, which no file and no request can.
    """
    whole = value[:_MARKUP] if isinstance(value, str) else ""
    seen = "".join(character if character.isprintable() else " " for character in whole)
    return " ".join(seen.split())[:_TEXT]


def address(value: Any) -> str:
    """An https address; empty for anything else. Whether it is fetched is for the fetcher."""
    whole = value.strip() if isinstance(value, str) else ""
    return whole if whole.startswith("https://") and whole.isprintable() else ""


def pixels(value: Any) -> int:
    """A side in pixels; 0 for anything else."""
    is_side = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _SIDE
    return value if is_side else 0


def tags(values: Any) -> tuple[str, ...]:
    """Texts of a list; empty for anything else."""
    some = values[:_TAGS] if isinstance(values, list) else []
    return tuple(tag for tag in map(text, some) if tag)


def plain(markup: Any) -> str:
    """The text of HTML, in one line, shortened; empty for anything else."""
    reader = _Reader()
    if isinstance(markup, str):
        reader.feed(markup[:_MARKUP])
        reader.close()
    return text("".join(reader.parts))


class _Reader(HTMLParser):
    """Gathers what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        self.parts.append(" " if tag in ("br", "p", "div", "li", "td", "tr") else "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if self._hidden <= 0:
            self.parts.append(data)
