"""Any OpenAI-compatible endpoint, through the openai client with its own retries off: there is one
retry policy, this one. It goes through aiohttp, with little more than half the CPU of its default.

Transient failures (time-outs, dropped connections, 408, 409, 429, 5xx, a broken body) are tried
again with full jitter, or after the server's Retry-After, which every request to that address then
waits for; everything else is a failure at once. Each address has its `Throttle`, so fewer requests
are under way while it pushes back.

Several addresses of one model are spread over, the same picture always to the same address, so that
a server's prefix cache can serve it. Where an address does not answer, its requests go to the next
one of each request's own order, which spreads them over all others, and return when it is back.

What only the server decides (pixel limits, the chat template's file) is refused here rather than
ignored. Nothing is logged, and a key stays out of all that is kept.
"""

import asyncio
import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import openai

from blindspot.core.artifact import digest_of
from blindspot.core.chat import BodyError, Refusal, Secret, completion, hush, refusal, send
from blindspot.core.errors import ConfigError
from blindspot.core.images import ImageStore
from blindspot.core.model import Backend, Model, ModelSettings, Request, sampling_arguments
from blindspot.core.probing import probe
from blindspot.core.prompt import parts
from blindspot.core.records import Completion, Failure, Outcome
from blindspot.core.throttle import Throttle

_MAX_PAUSE: Final = 300.0
"""Seconds of Retry-After that are waited for; a server that asks for more ends the request."""
_CONNECT: Final = 10.0
"""Seconds for a connection to stand, where an attempt may take longer."""
_MIME: Final = {"jpg": "jpeg"}


@dataclass
class _Address:
    """One of the model's addresses."""

    url: str
    throttle: Throttle
    client: openai.AsyncOpenAI | None = None


class OpenAIModel:
    """An endpoint, or several of the same model."""

    chunk = 1

    def __init__(self, settings: ModelSettings, images: ImageStore, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self.addresses = settings.base_urls
        self.concurrency = settings.concurrency * len(settings.base_urls)
        self._settings = settings
        self._images = images
        self._secret = Secret(_key(settings))
        self._addresses = [_Address(u, Throttle(settings.concurrency)) for u in settings.base_urls]
        self._abilities: dict[str, Any] | None = None

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """One outcome per request; attempts are made until one answers or none can help."""
        return [await self._one(request) for request in requests]

    async def abilities(self) -> dict[str, Any]:
        """What the first address honours, probed once through a connection of its own."""
        if self._abilities is None:
            async with self._client(self._settings.base_urls[0]) as client:
                self._abilities = await probe(client, self._settings.model, self._secret)
        return self._abilities

    async def rest(self) -> None:
        """Close the connections, which belong to one event loop."""
        for address in self._addresses:
            if address.client is not None:
                await address.client.close()
            address.client = None

    async def _one(self, request: Request) -> Outcome:
        if request.blindfolded:
            why = "attention to pictures is masked by transformers_local alone"
            return Failure(kind="request", message=why, retryable=False)
        try:
            body = self._body(request)
        except OSError as error:
            return Failure(kind="image", message=str(error), retryable=False)
        order = list(_order(request, self._addresses))
        silent: list[_Address] = []
        for attempt in range(1, self._settings.max_attempts + 1):
            address, ticket = await _admitted(order, silent)
            outcome = await self._attempt(address, ticket, body)
            if isinstance(outcome, Completion):
                return outcome
            if not _worth_another(outcome) or attempt == self._settings.max_attempts:
                return outcome.failure
            silent += [address] if outcome.silent else []
            await asyncio.sleep(outcome.delay(attempt))
        raise AssertionError("max_attempts is at least 1")

    async def _attempt(
        self, address: _Address, ticket: int, body: dict[str, Any]
    ) -> Completion | Refusal:
        """One request that has entered its address; what came of it tunes the throttle."""
        throttle = address.throttle
        try:
            if address.client is None:
                address.client = self._client(address.url)
            async with asyncio.timeout(self._settings.timeout):
                answer = await send(address.client, body)
            outcome = completion(answer, body["max_tokens"], self._secret)
        except (openai.OpenAIError, BodyError, TimeoutError) as error:
            outcome = refusal(error, address.url, self._settings.model, self._secret)
            _tell(throttle, ticket, outcome)
        else:
            throttle.served(ticket)
        finally:
            throttle.leave()
        return outcome

    def _body(self, request: Request) -> dict[str, Any]:
        template = self._settings.template_arguments
        return {
            "model": self._settings.model,
            "messages": self._messages(request),
            **sampling_arguments(request.sampling, request.repeat),
            **({"chat_template_kwargs": dict(template)} if template else {}),
            **self._reply_format(request),
        }

    def _reply_format(self, request: Request) -> dict[str, Any]:
        """What holds the reply to its schema, where one is wanted and the server can."""
        schema = request.reply_schema
        if schema is None or not self._settings.reply_schemas:
            return {}
        wanted = {"name": "reply", "strict": True, "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": wanted}}

    def _messages(self, request: Request) -> list[dict[str, Any]]:
        """The turns; a question without pictures is plain text, which every server reads."""
        turn = [self._part(*part) for part in parts(request.prompt, request.images)]
        user = {"role": "user", "content": turn if request.images else request.prompt}
        return [*([{"role": "system", "content": request.system}] if request.system else []), user]

    def _part(self, image: str | None, text: str | None) -> dict[str, Any]:
        if image is None:
            return {"type": "text", "text": text}
        return {"type": "image_url", "image_url": {"url": self._data_url(image)}}

    def _data_url(self, name: str) -> str:
        kind = name.rsplit(".", 1)[-1]
        data = base64.b64encode(self._images.read(name)).decode("ascii")
        return f"data:image/{_MIME.get(kind, kind)};base64,{data}"

    def _client(self, url: str) -> openai.AsyncOpenAI:
        hush()
        seconds = self._settings.timeout
        return openai.AsyncOpenAI(
            base_url=url,
            api_key=self._secret.key or "none",
            max_retries=0,
            timeout=openai.Timeout(seconds, connect=min(seconds, _CONNECT)),
            http_client=openai.DefaultAioHttpClient(),
        )


class _Plugin:
    """Connects to endpoints."""

    def check(self, settings: ModelSettings) -> None:
        if not settings.base_urls or not settings.model:
            missing = "model.base_urls" if not settings.base_urls else "model.model"
            raise ConfigError(missing, "openai_api needs it", f"Set {missing} in the config")
        for url in settings.base_urls:
            _check_address(url)
        _check_key(settings)
        _check_server_side(settings)

    def fingerprint(self, settings: ModelSettings) -> str:
        identity = {"urls": sorted(settings.base_urls), "model": settings.model}
        template = settings.template_arguments
        extra: dict[str, Any] = {"template_arguments": template} if template else {}
        extra |= {} if settings.reply_schemas else {"reply_schemas": False}
        return digest_of({**identity, "epoch": settings.epoch, **extra})

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        return OpenAIModel(settings, images, self.fingerprint(settings))


def _check_address(url: str) -> None:
    """Raise ConfigError for what is no address of a server. Never shows a password or query."""
    try:
        parts = urlsplit(url)
        host, secret = parts.hostname, parts.username is not None or parts.query or parts.fragment
        parts.port  # noqa: B018  (raises ValueError where it is no number)
    except ValueError as error:
        raise ConfigError("An address in model.base_urls", str(error), "Correct it") from error
    if secret:
        raise ConfigError(
            f"model.base_urls: the address of {host}",
            "it holds a user name, password or query, which would stand in logs",
            "Put the key into an environment variable and name it in model.api_key_env",
        )
    if parts.scheme not in ("http", "https") or not host:
        why = "it does not begin with http:// or https:// and a host"
        raise ConfigError(f"model.base_urls: {url}", why, "Write e.g. http://localhost:8000/v1")
    if parts.path.rstrip("/").endswith("/chat/completions"):
        why = "it is the address of one call, not of the server"
        raise ConfigError(f"model.base_urls: {url}", why, "Leave out /chat/completions")


def _check_key(settings: ModelSettings) -> None:
    if not settings.api_key_env:
        return
    what, key = f"The environment variable {settings.api_key_env}", _key(settings)
    if not key:
        why = "model.api_key_env names it and it is not set"
        raise ConfigError(what, why, f"export {settings.api_key_env}=…")
    if not all("!" <= character <= "~" for character in key):
        why = "the key in it holds a space, a line break or a character outside ASCII"
        raise ConfigError(what, why, f"export {settings.api_key_env}=… with the bare key")


def _check_server_side(settings: ModelSettings) -> None:
    """Raise ConfigError for settings that only whoever starts the server can apply."""
    pixels = "e.g. vLLM's --mm-processor-kwargs '{\"max_pixels\": 4194304}'"
    for name, value, where in (
        ("min_pixels", settings.min_pixels, pixels),
        ("max_pixels", settings.max_pixels, pixels),
        ("chat_template", settings.chat_template, "e.g. vLLM's --chat-template FILE"),
    ):
        if value:
            raise ConfigError(
                f"model.{name}",
                "behind openai_api the server decides it, and no request can change it",
                f"Set it where the server is started ({where}) or use the backend vllm_server",
            )


def _key(settings: ModelSettings) -> str:
    return os.environ.get(settings.api_key_env, "") if settings.api_key_env else ""


def _order(request: Request, addresses: Sequence[_Address]) -> Iterator[_Address]:
    """The addresses in the order in which they should serve this request: a permutation decided by
    its first picture, or by its text.
    """
    rest = list(addresses)
    number = 0
    if len(rest) > 1:
        number = int(digest_of(list(request.images[:1]) or [request.prompt])[:16], 16)
    while rest:
        number, place = divmod(number, len(rest))
        yield rest.pop(place)


async def _admitted(order: list[_Address], silent: list[_Address]) -> tuple[_Address, int]:
    """The address that is asked next, entered: the first that is not away and gave this request an
    answer so far. Looks again once there is room, since the address may have gone meanwhile.
    """
    while True:
        address = _first(order, silent)
        ticket = await address.throttle.enter()
        if _first(order, silent) is address:
            return address, ticket
        address.throttle.leave()


def _first(order: list[_Address], silent: list[_Address]) -> _Address:
    if len(order) == 1:
        return order[0]
    return min(order, key=lambda a: (a.throttle.away, any(a is s for s in silent)))


def _tell(throttle: Throttle, ticket: int, refused: Refusal) -> None:
    """What a refusal says about its address."""
    if refused.silent:
        throttle.unanswered(ticket)
    elif refused.overload:
        throttle.pushed_back(ticket, (refused.pause or 0.0) if _worth_another(refused) else 0.0)
    else:
        throttle.served(ticket)


def _worth_another(refused: Refusal) -> bool:
    """Whether another attempt of this run can help."""
    return refused.again and (refused.pause or 0.0) <= _MAX_PAUSE


PLUGIN: Final[Backend] = _Plugin()
