"""What a server honours of the OpenAI protocol, found out instead of believed: some servers ignore
fields silently, some refuse them, and "OpenAI-compatible" says neither.

    {"seed": true, "json_schema": false, "n": "refused: …", "logprobs": "unknown: …",
     "unknown_fields": true, "reasoning": false}

`true`: accepted and, where the answer can show it, obeyed. `false`: answered as if the field had
not been there. `refused`: the server said no. `unknown`: the question failed or its answer was cut
too early to tell; a failed probe is never `false`. For `seed` and `unknown_fields` the answer shows
nothing, so `true` means accepted. `reasoning` is true where the server put reasoning into a field
of its own.
"""

import asyncio
import json
from collections.abc import Callable
from itertools import count
from typing import Any, Final

import openai

from blindspot.core.chat import Answer, BodyError, Secret, reasoning, refusal, send

Ability = bool | str

_TOKENS: Final = 64
_SECONDS: Final = 120.0
_ATTEMPTS: Final = 4
"""Of each question: what fails on the way says nothing of the server's abilities."""
_PAUSE: Final = 10.0
"""Seconds at most between two attempts, whatever the server asks for."""
_WORD: Final = "quixotry"
"""No model says it unasked."""
_SCHEMA: Final = {
    "type": "object",
    "properties": {"word": {"type": "string", "enum": [_WORD]}},
    "required": ["word"],
    "additionalProperties": False,
}
_WANTED: Final = json.dumps({"word": _WORD}, separators=(",", ":"))
_REFUSING: Final = (400, 422, 501)


async def probe(
    client: openai.AsyncOpenAI, model: str, secret: Secret | None = None
) -> dict[str, Any]:
    """Each ability of the server behind the client. Sends at most six requests, of a few words and
    up to 64 tokens each: a plain one, and where that is answered five more at once; each again
    where it failed on the way.
    """
    ask = _Asker(client, model, secret or Secret(client.api_key))
    plain = await ask(_reasons)
    if isinstance(plain, str):
        why = plain.partition(": ")[2]
        return dict.fromkeys([*_PROBES, "reasoning"], f"unknown: a plain question failed: {why}")
    found = await asyncio.gather(*(ask(read, **fields) for fields, read in _PROBES.values()))
    return {**dict(zip(_PROBES, found, strict=True)), "reasoning": plain}


class _Asker:
    """Asks one small question and reads from the answer what it shows."""

    def __init__(self, client: openai.AsyncOpenAI, model: str, secret: Secret) -> None:
        self._client, self._model, self._secret = client, model, secret

    async def __call__(self, read: Callable[[list[Answer]], Ability], **fields: Any) -> Ability:
        messages = [{"role": "user", "content": "Say hello."}]
        body = {"model": self._model, "messages": messages, "max_tokens": _TOKENS, **fields}
        for attempt in count():
            try:
                async with asyncio.timeout(_SECONDS):
                    return read(_choices(await send(self._client, body)))
            except (openai.OpenAIError, BodyError, TimeoutError) as error:
                why = refusal(error, str(self._client.base_url), self._model, self._secret)
                if not why.again or attempt + 1 == _ATTEMPTS:
                    refused = getattr(error, "status_code", None) in _REFUSING
                    return f"{'refused' if refused else 'unknown'}: {why.failure.message}"
                await asyncio.sleep(min(_PAUSE, why.delay(attempt)))
        raise AssertionError("the last attempt returns")


def _choices(answer: Answer) -> list[Answer]:
    """The choices, each with a message. Raises BodyError where there are none."""
    choices = answer.get("choices")
    found = [c for c in choices if isinstance(c, dict)] if isinstance(choices, list) else []
    if not found or not all(isinstance(c.get("message"), dict) for c in found):
        raise BodyError("the answer has no choice")
    return found


def _accepts(choices: list[Answer]) -> Ability:
    return True


def _reasons(choices: list[Answer]) -> Ability:
    return bool(reasoning(choices[0]["message"]))


def _is_two(choices: list[Answer]) -> Ability:
    return len(choices) == 2


def _has_logprobs(choices: list[Answer]) -> Ability:
    logprobs = choices[0].get("logprobs")
    return isinstance(logprobs, dict) and bool(logprobs.get("content"))


def _obeys(choices: list[Answer]) -> Ability:
    """Whether the answer is what the schema asks for, or was on the way to it when it was cut."""
    said = str(choices[0]["message"].get("content") or "")
    compact = "".join(said.split())
    if compact == _WANTED:
        return True
    if choices[0].get("finish_reason") != "length":
        return False
    if not compact:
        return "unknown: the answer was cut before it began"
    return _WANTED.startswith(compact)


_PROBES: Final[dict[str, tuple[dict[str, Any], Callable[[list[Answer]], Ability]]]] = {
    "seed": ({"seed": 1}, _accepts),
    "json_schema": (
        {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "word", "strict": True, "schema": _SCHEMA},
            }
        },
        _obeys,
    ),
    "n": ({"n": 2, "temperature": 1.0}, _is_two),
    "logprobs": ({"logprobs": True}, _has_logprobs),
    "unknown_fields": ({"blindspot_unknown_field": True}, _accepts),
}
