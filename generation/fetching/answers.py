"""What an answer is worth: its status, how long a busy host wants to be left alone, and what its
bytes are, whatever its headers call them.

    >>> check_kind(b"<html>", Get("https://example.org/cat.png"))
    Refused: it is no PNG, JPEG or WebP file
"""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from generation.fetching.policy import Get, Refused

_BUSY: Final = {408, 425, 429, 500, 502, 503, 504}
_NEEDS_KEY: Final = {401, 402, 403}
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_WEBP: Final = (b"RIFF", b"WEBP")


def check_status(status: int, pause: float, request: Get) -> None:
    """Raise Refused for all but 200. A refused key is worth another run, with another key."""
    if status in _BUSY:
        raise Refused(f"it answered {status}", passing=True, pause=pause)
    if status != 200:
        passing = bool(request.secret) and status in _NEEDS_KEY
        raise Refused(f"it answered {status}", passing=passing)


def pause_of(retry_after: str) -> float:
    """Seconds that a Retry-After header asks for: a number, or a date; 0 for anything else."""
    if retry_after.strip().isdecimal():
        return float(retry_after.strip()[:9])
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def check_kind(data: bytes, request: Get) -> None:
    """Raise Refused for what is not what was asked for, and for an answer that repeats a key, which
    would then be kept.
    """
    if any(value.encode() in data for value in request.secret.values() if value):
        raise Refused("its answer repeats the key")
    if request.wanted == "picture" and not _is_picture(data):
        raise Refused("it is no PNG, JPEG or WebP file")
    if request.wanted == "json" and not _is_object(data):
        raise Refused("it is no JSON object")


def _is_picture(data: bytes) -> bool:
    return data.startswith(_PICTURES) or (data[:4], data[8:12]) == _WEBP


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return False
