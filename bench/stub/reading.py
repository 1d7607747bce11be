"""What a request's words say, whatever the prompt around them: quoted JSON values, the question,
the options, orders.

Prompts are somebody else's and change. So a question is found by its own words, options by their
letters, and quoted data by being JSON; no line of a prompt is known here.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from bench.stub.asked import Asked
from bench.stub.planting import Fact

_OPENS: Final = re.compile(r"[\[{\"]")
_LINE: Final = re.compile(r"^([A-Z])\. (.+)$", re.MULTILINE)
_ORDER: Final = re.compile(
    r"ignore\b[^.:;]{0,60}\binstructions?\b[^:\"]{0,40}?\b(?:reply|answer|say|choose)\b"
    r"(?: with| that)?:? *(.+)",
    re.IGNORECASE | re.DOTALL,
)
_DECODER: Final = json.JSONDecoder()


@lru_cache(maxsize=512)
def values(text: str) -> tuple[Any, ...]:
    """Every JSON string, array and object that stands in no other, in order."""
    found: list[Any] = []
    place = _OPENS.search(text)
    while place:
        try:
            value, end = _DECODER.raw_decode(text, place.start())
            found.append(value)
        except (ValueError, RecursionError):  # prose, or JSON that is not closed
            end = place.end()
        place = _OPENS.search(text, end)
    return tuple(found)


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names of fields left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)


@lru_cache(maxsize=512)
def words(text: str) -> str:
    """All words, quoted ones too, in lower case and with single spaces."""
    return " ".join(" ".join([text, *strings(values(text))]).casefold().split())


def fact_asked(asked: Asked) -> Fact | None:
    """The fact of one of the pictures that the request asks for; None where they do not tell."""
    heard = words(asked.text)
    facts = [f for p in asked.pictures if p for f in p.facts if _plain(f.question) in heard]
    return max(facts, key=lambda fact: len(fact.question), default=None)


def options(text: str) -> tuple[str, ...]:
    """The options of a choice, in order: of an object with the keys A, B, …, or of such lines."""
    for value in values(text):
        if isinstance(value, dict) and _is_lettered("".join(value)):
            return tuple(str(option) for option in value.values())
    lines = _LINE.findall(text)
    return tuple(o for _, o in lines) if _is_lettered("".join(k for k, _ in lines)) else ()


def records(text: str, *names: str) -> list[dict[str, Any]]:
    """The objects of the first list whose objects all have these fields."""
    for value in values(text):
        rows = value if isinstance(value, list) else []
        if rows and all(isinstance(r, dict) and r.keys() >= set(names) for r in rows):
            return rows
    return []


def dictionaries(text: str) -> list[dict[str, str]]:
    """Objects of texts by term; options by letter are none."""
    return [
        value
        for value in values(text)
        if isinstance(value, dict)
        and value
        and all(isinstance(each, str) for each in value.values())
        and not _is_lettered("".join(value))
    ]


def order(asked: Asked) -> str | None:
    """What a text in a picture or a quoted text tells a model to reply; None where none does."""
    pictured = [payload.words for payload in asked.pictures if payload]
    for said in [*pictured, *strings(values(asked.text))]:
        if found := _ORDER.search(said):
            return found[1].strip().strip(".\"'")
    return None


def first(texts: Sequence[Any], plain: str) -> str:
    """The first text among JSON values."""
    return next((text for text in texts if isinstance(text, str) and text), plain)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_lettered(keys: str) -> bool:
    return len(keys) > 1 and "ABCDEFGHIJKLMNOPQRSTUVWXYZ".startswith(keys)
