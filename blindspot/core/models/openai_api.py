"""Any OpenAI-compatible endpoint, through the openai client with its own retries off: there is one
retry policy, this one.

Transient failures (time-outs, dropped connections, 408, 409, 429, 5xx) are tried again with full
jitter, or after the server's Retry-After; everything else is a failure at once. Several addresses
of one model are spread over, the same picture always to the same address, so that a server's prefix
cache can serve it.
"""

import asyncio
import base64
import os
import random
from collections.abc import Sequence
from typing import Any, Final

import openai

from blindspot.core.artifact import digest_of
from blindspot.core.errors import ConfigError
from blindspot.core.images import ImageStore
from blindspot.core.model import (
    Backend,
    Model,
    ModelSettings,
    Request,
    sampling_arguments,
    split_reasoning,
)
from blindspot.core.records import Completion, Failure, FailureKind, Outcome, Usage

_BASE_DELAY: Final = 0.5
_MAX_DELAY: Final = 30.0
_MIME: Final = {"jpg": "jpeg"}
_FINISH: Final = {"length": "length", "content_filter": "content_filter"}


class OpenAIModel:
    """An endpoint, or several of the same model."""

    chunk = 1

    def __init__(self, settings: ModelSettings, images: ImageStore, fingerprint: str) -> None:
        self.fingerprint = fingerprint
        self.concurrency = settings.concurrency
        self._settings = settings
        self._images = images
        self._clients: list[openai.AsyncOpenAI] = []

    async def generate(self, requests: Sequence[Request]) -> list[Outcome]:
        """One outcome per request; attempts are made until one answers or none can help."""
        return [await self._one(request) for request in requests]

    async def abilities(self) -> dict[str, Any]:
        """Not probed yet."""
        return {}

    async def rest(self) -> None:
        """Close the connections, which belong to one event loop."""
        for client in self._clients:
            await client.close()
        self._clients = []

    async def _one(self, request: Request) -> Outcome:
        if not self._clients:
            self._clients = [_client(self._settings, url) for url in self._settings.base_urls]
        client = self._clients[_route(request, len(self._clients))]
        try:
            messages = self._messages(request)
        except OSError as error:
            return Failure(kind="image", message=str(error), retryable=False)
        for attempt in range(1, self._settings.max_attempts + 1):
            try:
                return _completion(await self._send(client, messages, request))
            except openai.OpenAIError as error:
                failure, wait = _failure(error, attempt, client.api_key)
                if wait is None or attempt == self._settings.max_attempts:
                    return failure
                await asyncio.sleep(wait)
        raise AssertionError("max_attempts is at least 1")

    async def _send(self, client: openai.AsyncOpenAI, messages: list[Any], request: Request) -> Any:
        return await client.chat.completions.create(
            model=self._settings.model,
            messages=messages,
            **sampling_arguments(request.sampling, request.repeat),
        )

    def _messages(self, request: Request) -> list[Any]:
        pictures = [
            {"type": "image_url", "image_url": {"url": self._data_url(name)}}
            for name in request.images
        ]
        user = {"role": "user", "content": [*pictures, {"type": "text", "text": request.prompt}]}
        return [*([{"role": "system", "content": request.system}] if request.system else []), user]

    def _data_url(self, name: str) -> str:
        kind = name.rsplit(".", 1)[-1]
        data = base64.b64encode(self._images.path(name).read_bytes()).decode()
        return f"data:image/{_MIME.get(kind, kind)};base64,{data}"


class _Plugin:
    """Connects to endpoints."""

    def check(self, settings: ModelSettings) -> None:
        if not settings.base_urls or not settings.model:
            missing = "model.base_urls" if not settings.base_urls else "model.model"
            raise ConfigError(missing, "openai_api needs it", f"Set {missing} in the config")
        if settings.api_key_env and not os.environ.get(settings.api_key_env):
            raise ConfigError(
                f"The environment variable {settings.api_key_env}",
                "model.api_key_env names it and it is not set",
                f"export {settings.api_key_env}=…",
            )

    def fingerprint(self, settings: ModelSettings) -> str:
        return digest_of(
            {"urls": sorted(settings.base_urls), "model": settings.model, "epoch": settings.epoch}
        )

    def open(self, settings: ModelSettings, images: ImageStore) -> Model:
        return OpenAIModel(settings, images, self.fingerprint(settings))


def _client(settings: ModelSettings, url: str) -> openai.AsyncOpenAI:
    key = os.environ.get(settings.api_key_env, "") if settings.api_key_env else ""
    return openai.AsyncOpenAI(
        base_url=url, api_key=key or "none", max_retries=0, timeout=settings.timeout
    )


def _route(request: Request, count: int) -> int:
    """Which address serves this request: decided by its first picture, or by its text."""
    return int(digest_of(list(request.images[:1]) or [request.prompt])[:8], 16) % count


def _completion(response: Any) -> Completion:
    """The first choice. An answer without choices is the server's failure."""
    if not getattr(response, "choices", None):
        raise openai.APIError("the response has no choices", request=None, body=None)  # type: ignore[arg-type]
    choice = response.choices[0]
    text, reasoning = split_reasoning(choice.message.content or "")
    served = getattr(choice.message, "reasoning_content", None)
    usage = response.usage
    return Completion(
        text=text,
        reasoning=served or reasoning,
        finish_reason=_FINISH.get(choice.finish_reason, "stop"),  # type: ignore[arg-type]
        usage=Usage(
            prompt_tokens=getattr(usage, "prompt_tokens", 0) or 0,
            completion_tokens=getattr(usage, "completion_tokens", 0) or 0,
        ),
    )


def _failure(error: openai.OpenAIError, attempt: int, key: str) -> tuple[Failure, float | None]:
    """The failure, and the seconds to wait before the next attempt; None where none can help."""
    kind, transient, later = _classify(error)
    message = _one_line(str(error).replace(key, "…")) or type(error).__name__
    failure = Failure(kind=kind, message=message, retryable=later)
    return failure, (_delay(error, attempt) if transient else None)


def _classify(error: openai.OpenAIError) -> tuple[FailureKind, bool, bool]:
    """Kind, whether to try again now, whether a later run should ask again."""
    if isinstance(error, openai.APITimeoutError):
        return "timeout", True, True
    if isinstance(error, openai.APIConnectionError):
        return "connection", True, True
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        if status == 429:
            return "rate_limit", True, True
        if status in (401, 403):
            return "auth", False, True
        if status in (408, 409) or status >= 500:
            return "server", True, True
        return "request", False, False
    return "server", True, True


def _delay(error: openai.OpenAIError, attempt: int) -> float:
    """Full jitter, or what Retry-After asks for."""
    response = getattr(error, "response", None)
    asked = response.headers.get("retry-after", "") if response is not None else ""
    if asked.replace(".", "", 1).isdigit():
        return min(float(asked), _MAX_DELAY)
    return random.uniform(0, min(_MAX_DELAY, _BASE_DELAY * 2**attempt))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


PLUGIN: Final[Backend] = _Plugin()
