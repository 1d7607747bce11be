"""A chat request as the stub server takes it: checked as strictly as the strictest server, its
pictures read, its words searched.

    {"model": "m", "messages": […], "max_tokens": 512, "response_format": {…}}
    →  Asked(role="solver", model="m", text="Answer the question. …", pictures=(Payload(…),), …)

Nothing but the body is looked at. What is not well-formed raises `Malformed` with the reason.
"""

import base64
import binascii
import io
import json
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from PIL import Image

from bench.stub.planting import Payload, read
from bench.stub.schemas import open_ends, role_of
from bench.stub.script import Role

_DATA_URL: Final = re.compile(r"data:image/(png|jpeg|webp);base64,", re.IGNORECASE)
_KINDS: Final = ("PNG", "JPEG", "WEBP")
_TURNS: Final = ("system", "developer", "user", "assistant")
_PIXELS: Final = 64_000_000
_REMEMBERED: Final = 4096
"""Pictures whose payload is kept: the same one is sent to several models, and as often as there are
rollouts.
"""


class Malformed(Exception):
    """Why a request is refused."""


@dataclass(frozen=True)
class Asked:
    """One well-formed request."""

    role: Role
    model: str
    text: str
    """All words of all turns."""
    pictures: tuple[Payload | None, ...]
    """What each picture carries; None for one that carries nothing."""
    max_tokens: int
    schema: Mapping[str, Any] | None = None
    """Of the reply; None for a plain completion."""
    draw: str = "greedy"
    """What tells draws of the same request apart."""


class Pictures:
    """Data URLs and what the pictures in them carry."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Payload | None] = OrderedDict()

    def read(self, url: str) -> Payload | None:
        """What a picture carries. Raises Malformed for what is no picture."""
        key = blake2b(url.encode(), digest_size=16).digest()
        if key not in self._known:
            self._known[key] = read(_decoded(url))
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]


def take(body: bytes, pictures: Pictures) -> Asked:
    """A request's body, read. Raises Malformed."""
    raw = _object(body)
    model, turns = raw.get("model"), raw.get("messages")
    if not isinstance(model, str) or not model:
        raise Malformed("model is missing")
    if not isinstance(turns, list) or not turns:
        raise Malformed("messages are missing")
    parts = [part for turn in turns for part in _parts(turn)]
    text = "\n".join(part["text"] for part in parts if part["type"] == "text")
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    schema = _schema(raw.get("response_format"))
    return Asked(
        role=role_of(schema) if schema is not None else "policy",
        model=model,
        text=text,
        pictures=tuple(pictures.read(url) for url in urls),
        max_tokens=_max_tokens(raw),
        schema=schema,
        draw=_draw(raw),
    )


def opened(data: bytes) -> Image.Image:
    """A PNG, JPEG or WebP. Raises Malformed for anything else."""
    try:
        image = Image.open(io.BytesIO(data), formats=_KINDS)
        if image.width * image.height > _PIXELS:
            raise Malformed("a picture has too many pixels")
        image.load()
    except Malformed:
        raise
    except Exception as error:  # a corrupt file makes Pillow's decoders raise anything at all
        raise Malformed("a picture cannot be decoded") from error
    return image


def _object(body: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is no JSON") from error
    if not isinstance(raw, dict):
        raise Malformed("the body is no JSON object")
    return raw


def _parts(turn: Any) -> list[dict[str, Any]]:
    """The parts of one turn; plain text is one part."""
    if not isinstance(turn, dict) or turn.get("role") not in _TURNS:
        raise Malformed("a message has no known role")
    content = turn.get("content")
    if isinstance(content, str) and content:
        return [{"type": "text", "text": content}]
    if not isinstance(content, list) or not content:
        raise Malformed("a message has no content")
    for part in content:
        _check_part(part)
    return content


def _check_part(part: Any) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in ("text", "image_url"):
        raise Malformed("a part is neither text nor image_url")
    if kind == "text" and not (isinstance(part.get("text"), str) and part["text"]):
        raise Malformed("a text part has no text")
    place = part.get("image_url")
    if kind == "image_url" and not (isinstance(place, dict) and isinstance(place.get("url"), str)):
        raise Malformed("an image_url part has no url")


def _decoded(url: str) -> Image.Image:
    found = _DATA_URL.match(url)
    if not found:
        remote = url[:8].casefold().startswith(("http:", "https:"))
        raise Malformed("a remote picture" if remote else "a picture is no data URL of its kind")
    try:
        data = base64.b64decode(url[found.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("a picture is no base64") from error
    image = opened(data)
    if (image.format or "").casefold() != found[1].casefold():
        raise Malformed("a picture is not of the kind that its URL says")
    return image


def _schema(wanted: Any) -> Mapping[str, Any] | None:
    """The schema of the reply. Raises Malformed where it would not hold a model to anything."""
    if wanted is None:
        return None
    held = wanted.get("json_schema") if isinstance(wanted, dict) else None
    if not isinstance(held, dict) or wanted.get("type") != "json_schema":
        raise Malformed("response_format is no json_schema")
    schema = held.get("schema")
    if not isinstance(held.get("name"), str) or not isinstance(schema, dict):
        raise Malformed("json_schema has no name or no schema")
    if held.get("strict") is not True:
        raise Malformed("json_schema is not strict")
    if schema.get("type") != "object":
        raise Malformed("the schema is not of an object")
    if ends := open_ends(schema):
        raise Malformed(f"the schema is open: {ends[0]}")
    return schema


def _max_tokens(raw: Mapping[str, Any]) -> int:
    asked = raw.get("max_tokens", raw.get("max_completion_tokens"))
    if not isinstance(asked, int) or isinstance(asked, bool) or asked < 1:
        raise Malformed("max_tokens is missing or not positive")
    return asked


def _draw(raw: Mapping[str, Any]) -> str:
    """A greedy model says the same under every seed."""
    return str(raw.get("seed", "")) if raw.get("temperature", 1.0) else "greedy"
