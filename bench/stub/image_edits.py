"""`POST /v1/images/edits` of the stub server: a multipart form with a picture in, a picture out.

The edit is decided by the picture and the prompt: a coloured bar along the upper edge, and, at a
stated rate, another truth in the strip under it, as when a model that edits a picture changes what
can be counted there.
"""

import base64
import io
import json
import re
from typing import Final

from PIL import Image, ImageDraw

from bench.stub.asked import Malformed, opened
from bench.stub.draws import pick, uniform
from bench.stub.guesses import tempting
from bench.stub.planting import Fact, Payload, bare, plant, read
from bench.stub.script import Script

_NAME: Final = re.compile(rb"content-disposition:[^\r\n]*\bname=\"([^\"]*)\"", re.IGNORECASE)
_BAR: Final = 16
"""The bar is one part in so many of the picture's height."""
_INKS: Final = ("red", "green", "blue", "yellow", "purple", "black")

Form = dict[str, bytes]


def form(body: bytes) -> Form:
    """The fields of a multipart form. Raises Malformed for what is none, or lacks a field."""
    edge, _, _ = body.partition(b"\r\n")
    parts = (b"\r\n" + body).split(b"\r\n" + edge)
    if not edge.startswith(b"--") or len(parts) < 3 or parts[-1].strip() != b"--":
        raise Malformed("the body is no multipart form")
    fields = dict(_field(part) for part in parts[1:-1])
    for name in ("model", "prompt", "image"):
        if not fields.get(name):
            raise Malformed(f"the form has no {name}")
    return fields


def edited(fields: Form, script: Script) -> bytes:
    """The body of the answer. Raises Malformed for what is no picture."""
    image, prompt = opened(fields["image"]), fields["prompt"].decode(errors="replace")
    about = (script.seed, "edit", fields["model"], prompt)
    payload = read(image)
    result = bare(image)
    high = max(2, result.height // _BAR)
    ImageDraw.Draw(result).rectangle((0, 0, result.width, high), fill=pick(_INKS, *about))
    if payload is not None:
        facts = tuple(_changed(fact, about, script) for fact in payload.facts)
        result = plant(result, Payload(facts=facts, words=payload.words))
    return json.dumps({"created": 0, "data": [{"b64_json": _png(result)}]}).encode()


def _changed(fact: Fact, about: tuple[object, ...], script: Script) -> Fact:
    if uniform("changes", *about, fact.item) >= script.knowledge.edit_changes:
        return fact
    return fact.model_copy(update={"answer": tempting(fact, script.seed)})


def _field(part: bytes) -> tuple[str, bytes]:
    head, _, value = part.partition(b"\r\n\r\n")
    found = _NAME.search(head)
    if not found:
        raise Malformed("a part of the form has no name")
    return found[1].decode(errors="replace").removesuffix("[]"), value


def _png(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
