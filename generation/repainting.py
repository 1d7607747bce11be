"""Edits by a model: any OpenAI-compatible `/v1/images/edits` endpoint, asked with a picture and a
prompt.

    repainted(["Make it night."], ["3f…a.png"], cells, settings, folder)  →  [b"\\x89PNG…"]

An endpoint is not a pure function, so this is no file under `edits/`. It is asked as a model is
asked: what came back lies in the image store and its name in the run's ledger, so a killed run pays
for nothing twice but what was under way, and equal requests are made once. A reply is taken in
base64 only and goes through `generation.decoding`; an address in its place is refused, since
fetching it would lead wherever the server likes. For the same reason no redirect is followed, which
also keeps the key at its server. Tried again is only what a server turned away; a time-out or a
lost connection may be billed.

What a model painted must be looked at again: no answer known before holds for it.
"""

import asyncio
import base64
import binascii
import json
import os
from collections.abc import Sequence
from typing import Any, Final

import openai

from blindspot.core.asking import ask
from blindspot.core.chat import BodyError, Refusal, Secret, hush, refusal
from blindspot.core.errors import ConfigError, DataError
from blindspot.core.images import ImageStore
from blindspot.core.model import Request, Sampling
from blindspot.core.records import Completion, Failure, Outcome, Record, Usage
from blindspot.core.run_folder import RunFolder
from generation.agent import Asker
from generation.decoding import MAX_BYTES, decoded
from generation.repaint import RepaintSettings, fingerprint

ROLE: Final = "image_editor"
"""Whose budget it counts against."""

_ATTEMPTS: Final = 4
_PATIENCE: Final = 30.0
"""Seconds at most between two attempts, whatever the server asks for."""


class Painted(Record):
    """What came back: the text of the `Completion` that the ledger keeps. A picture that is of no
    use was paid for all the same.
    """

    image: str | None = None
    """Name of the clean picture in the image store."""
    failure: Failure | None = None
    """Why there is none."""


class Painter:
    """The endpoint as a `Model`: a request's prompt and its one picture in, `Painted` out. Each
    picture counts as one token of a completion, at `RepaintSettings.prices`.
    """

    chunk = 1

    def __init__(self, settings: RepaintSettings, images: ImageStore) -> None:
        self.fingerprint = fingerprint(settings)
        self.concurrency = settings.concurrency
        self._settings = settings
        self._images = images
        self._secret = Secret(_key(settings))
        self._client: openai.AsyncOpenAI | None = None

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """One outcome per request, in order."""
        return [await self._one(request) for request in requests]

    async def rest(self) -> None:
        """Close the connections, which belong to one event loop."""
        if self._client is not None:
            await self._client.close()
        self._client = None

    async def abilities(self) -> dict[str, Any]:
        """Nothing is probed: the smallest request costs a picture."""
        return {}

    async def _one(self, request: Request) -> Outcome:
        for attempt in range(1, _ATTEMPTS + 1):
            outcome = await self._attempt(request)
            if not isinstance(outcome, Refusal):
                return outcome
            if attempt == _ATTEMPTS or not outcome.again:
                return outcome.failure
            await asyncio.sleep(min(_PATIENCE, outcome.delay(attempt)))
        raise AssertionError("there is at least one attempt")

    async def _attempt(self, request: Request) -> Outcome | Refusal:
        """One request; a Refusal where the server pushed back, which it does not bill."""
        asked = self._settings.base_url, self._settings.model, self._secret
        try:
            async with asyncio.timeout(self._settings.timeout):
                first = _first(await self._body(request))
        except openai.APIStatusError as error:
            return refusal(error, *asked)
        except (openai.OpenAIError, BodyError, TimeoutError) as error:
            return refusal(error, *asked).failure
        except OSError as error:  # of the image store
            return Failure(kind="image", message=str(error), retryable=False)
        painted = await asyncio.to_thread(self._painted, first)
        return Completion(text=painted.model_dump_json(), usage=Usage(completion_tokens=1))

    def _painted(self, first: dict[str, Any]) -> "Painted":
        """What a reply holds; its picture lies in the image store before the ledger names it."""
        data = _picture(first)
        clean = decoded([data])[0] if isinstance(data, bytes) else data
        if isinstance(clean, Failure):
            return Painted(failure=clean)
        return Painted(image=self._images.put(clean))

    async def _body(self, request: Request) -> Any:
        """The server's reply. Servers that only know base64 refuse to be asked for it."""
        try:
            return await self._sent(request, response_format="b64_json")
        except openai.BadRequestError as error:
            if "response_format" not in str(error):
                raise
            return await self._sent(request)

    async def _sent(self, request: Request, **extra: Any) -> Any:
        path = self._images.path(request.images[0])
        mime = {"png": "image/png", "webp": "image/webp"}.get(path.suffix[1:], "image/jpeg")
        if self._client is None:
            self._client = self._connected()
        reply = await self._client.images.with_raw_response.edit(
            image=(f"picture{path.suffix}", path.read_bytes(), mime),
            prompt=request.prompt,
            model=self._settings.model,
            n=1,
            **extra,
        )
        try:
            return json.loads(reply.http_response.content)
        except (ValueError, RecursionError) as error:
            raise BodyError(f"the answer is no JSON ({error})") from error

    def _connected(self) -> openai.AsyncOpenAI:
        hush()
        return openai.AsyncOpenAI(
            base_url=self._settings.base_url,
            api_key=self._secret.key or "none",
            max_retries=0,
            timeout=self._settings.timeout,
            http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False),
        )


def repainted(
    prompts: Sequence[str],
    pictures: Sequence[str],
    cells: Sequence[str],
    settings: RepaintSettings,
    folder: RunFolder,
    asker: Asker | None = None,
) -> list[bytes | Failure]:
    """What the endpoint makes of each picture (a name in the image store), in clean bytes, in
    order. `asker` decides about budgets, as for agents. Raises ConfigError for a key that is not
    set, StageError where the endpoint cannot be reached at all.
    """
    check(settings)
    painter = Painter(settings, folder.images)
    pairs = zip(prompts, pictures, strict=True)
    one = Sampling(max_tokens=1)
    requests = [Request(prompt=prompt, images=(name,), sampling=one) for prompt, name in pairs]
    outcomes = (
        asker(painter, requests, ROLE, cells) if asker else ask(painter, requests, folder.ledger)
    )
    return [_bytes(folder.images, outcome) for outcome in outcomes]


def check(settings: RepaintSettings) -> None:
    """Raise ConfigError where the key is named and not set."""
    if settings.api_key_env and not _key(settings):
        what = f"The environment variable {settings.api_key_env}"
        why = "the api_key_env of repaint names it and it is not set"
        raise ConfigError(what, why, f"export {settings.api_key_env}=…")


def _first(body: Any) -> dict[str, Any]:
    """The entry of the one picture in a reply. Raises BodyError where there is none."""
    data = body.get("data") if isinstance(body, dict) else None
    first = data[0] if isinstance(data, list) and data else None
    if not isinstance(first, dict):
        raise BodyError("the answer has no picture")
    return first


def _picture(first: dict[str, Any]) -> bytes | Failure:
    text = first.get("b64_json")
    if not isinstance(text, str):
        why = "the server sent no base64 picture" + (", but an address" if "url" in first else "")
        return _unreadable(f"{why}; once it sends b64_json, raise epoch")
    if len(text) > MAX_BYTES:
        return _unreadable(f"the server sent a picture of {len(text):,} characters")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        return _unreadable(f"the server sent no base64 ({error})")


def _unreadable(why: str) -> Failure:
    return Failure(kind="unreadable", message=why, retryable=False)


def _bytes(images: ImageStore, outcome: Outcome) -> bytes | Failure:
    if isinstance(outcome, Failure):
        return outcome
    painted = Painted.model_validate_json(outcome.text)
    if painted.image is None:
        return painted.failure or _unreadable("the ledger names no picture")
    try:
        return images.read(painted.image)
    except (OSError, DataError) as error:
        return Failure(
            kind="image", message=f"it was painted and cannot be read ({error})", retryable=False
        )


def _key(settings: RepaintSettings) -> str:
    return os.environ.get(settings.api_key_env, "") if settings.api_key_env else ""
