"""What an OpenAI-compatible server says, read: a body becomes a `Completion`, an error a `Refusal`.

The request goes through the openai client's `post` and comes back as plain JSON; its typed
`chat.completions.create` walks through every message and every answer without checking them, which
costs more than sending them. So the body is checked here, and nothing in it is trusted:

- No choice, no message, HTML, half a JSON: the server's failure. Nothing was answered.
- A choice whose content is null or empty: an empty answer. The model said nothing (or thought until
  its tokens were used up), which is its own wrong answer, not a failure. A refusal is its text.
- `finish_reason`: servers write it differently, so the known words are mapped. `tool_calls` is the
  model's own turn, ended by itself with a call that nobody offered: what text there is, is the
  answer. Null or missing is decided by the tokens that were counted, and is the server's failure
  where none were. Any other word (`error`, `abort` …) is an answer that the server broke off: a
  failure, never a clean stop.
"""

import json
import logging
import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from urllib.parse import quote

import openai

from blindspot.core.model import split_reasoning
from blindspot.core.records import Completion, Failure, FailureKind, Usage

FinishReason = Literal["stop", "length", "content_filter"]
Answer = dict[str, Any]

_WORDS: Final[dict[FinishReason, str]] = {
    "stop": "stop eos eos_token stop_sequence end_turn tool_calls function_call tool_use",
    "length": "length max_tokens model_length max_length",
    "content_filter": "content_filter safety",
}
_FINISH: Final[dict[str, FinishReason]] = {
    word: reason for reason, words in _WORDS.items() for word in words.split()
}
_OVERLOAD: Final = (429, 503, 504, 529)
_FINAL: Final = (400, 413, 422)
_ABOUT_IT: Final = re.compile(
    r"context|too (?:long|large|many)|token|image|picture|media", re.IGNORECASE
)
"""A refusal of this very question; any other may be of a setting that somebody corrects."""
_FIELD: Final = re.compile(
    r"\b(seed|max_tokens|top_p|chat_template_kwargs)\b|(?<=['\"`])(temperature|stop)(?=['\"`])"
)
_TITLE: Final = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_LOGS: Final = ("openai", "aiohttp", "httpx", "httpx2", "httpcore", "httpcore2")
DELAYS: Final = (0.5, 30.0)
"""Seconds before a second attempt, and before any; the first doubles with every attempt."""
_LONGEST: Final = 400
"""Characters of a failure's message that are kept, after the key was taken out."""
_GUARDED: Final = 16
"""Characters from which a key is taken out of answers too; a shorter one ("none", "EMPTY") is no
secret, and may well be the answer.
"""


class BodyError(Exception):
    """An answer with status 200 that is no chat completion."""


@dataclass(frozen=True)
class Refusal:
    """Why one attempt brought no completion, and what that means for the next."""

    failure: Failure
    """What is recorded if no attempt brings more."""
    again: bool
    """Whether trying again now can help."""
    pause: float | None
    """Seconds that the server asks to be left alone; None where it does not say."""
    overload: bool
    """Whether the server pushed back."""
    silent: bool
    """Whether nothing came back at all."""

    def delay(self, attempt: int) -> float:
        """Seconds until the next attempt: full jitter, or what the server asks for."""
        if self.pause is not None:
            return self.pause
        first, most = DELAYS
        return random.uniform(0, min(most, first * 2**attempt))


class Secret:
    """A key, and how it stays out of texts. No key hides nothing."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._forms = {key, quote(key), quote(key, safe=""), json.dumps(key)[1:-1]} - {""}

    def hide(self, text: str) -> str:
        """The text with `…` in the key's place, however it is escaped."""
        for form in self._forms:
            text = text.replace(form, "…")
        return text

    def hide_in_answer(self, text: str) -> str:
        """The same for a model's words, where the key is long enough to be one."""
        return self.hide(text) if len(self.key) >= _GUARDED else text


def hush() -> None:
    """Hold the client's logs at INFO: below that, as with OPENAI_LOG=debug, they hold headers and
    bodies, in which a server may repeat the key.
    """
    for log in map(logging.getLogger, _LOGS):
        if log.getEffectiveLevel() < logging.INFO:
            log.setLevel(logging.INFO)


async def send(client: openai.AsyncOpenAI, body: dict[str, Any]) -> Answer:
    """The decoded answer to one chat request. Raises openai.OpenAIError for what went wrong on the
    way, BodyError for a body that is no JSON object.
    """
    try:
        reply = await client.post("/chat/completions", body=body, cast_to=object)
        decoded = json.loads(reply) if isinstance(reply, str) else reply
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise BodyError(f"the answer is no JSON ({error})") from error
    if not isinstance(decoded, dict):
        raise BodyError(f"the answer is no JSON object but {decoded!r}")
    return decoded


def completion(answer: Answer, max_tokens: int, secret: Secret) -> Completion:
    """The first choice of an answer. Raises BodyError where there is none."""
    choices = answer.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        raise BodyError(f"the answer has no choice{_hint(answer)}")
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise BodyError(f"the first choice has no message{_hint(answer)}")
    usage = _usage(answer.get("usage"))
    finish = _finish(choices[0].get("finish_reason"), usage.completion_tokens, max_tokens)
    said = _text(message.get("content")) or _text(message.get("refusal"))
    text, thought = split_reasoning(secret.hide_in_answer(said))
    served = secret.hide_in_answer(reasoning(message))
    return Completion(text=text, reasoning=served or thought, finish_reason=finish, usage=usage)


def reasoning(message: Answer) -> str:
    """What the server keeps apart as reasoning; servers disagree about the field's name."""
    return _text(message.get("reasoning_content")) or _text(message.get("reasoning"))


def refusal(error: Exception, url: str, model: str, secret: Secret) -> Refusal:
    """What an error of one attempt means."""
    kind, again, later = _classify(error)
    said = _one_line(secret.hide(_sentence(error, url, model)))
    status = getattr(error, "status_code", None)
    silent = kind in ("timeout", "connection")
    return Refusal(
        failure=Failure(kind=kind, message=said, retryable=later),
        again=again,
        pause=_asked_pause(error),
        overload=silent or status in _OVERLOAD,
        silent=silent,
    )


def _classify(error: Exception) -> tuple[FailureKind, bool, bool]:
    """Kind, whether to try again now, whether a later run should ask again."""
    if isinstance(error, openai.APIStatusError):
        return _classify_status(error)
    if _is_late(error):
        return "timeout", True, True
    if isinstance(error, openai.APIConnectionError):
        return "connection", True, True
    return "server", True, True


def _is_late(error: Exception) -> bool:
    """Whether the server took too long. The client also calls it a time-out where a connection
    cannot be made or is cut off, and its HTTP libraries have no common class for that.
    """
    connecting = "Connect" in type(error.__cause__).__name__
    late = isinstance(error, openai.APITimeoutError) and not connecting
    return late or isinstance(error, TimeoutError)


def _classify_status(error: openai.APIStatusError) -> tuple[FailureKind, bool, bool]:
    status = error.status_code
    if status == 429:
        return "rate_limit", error.code != "insufficient_quota", True
    if status in (401, 403) or (status == 400 and "api key" in _said(error).lower()):
        return "auth", False, True
    if status in (408, 409) or status >= 500:
        return "server", True, True
    return "request", False, not (status in _FINAL and _ABOUT_IT.search(_said(error)))


def _sentence(error: Exception, url: str, model: str) -> str:
    """`http://h/v1 answered 404 for the model 'm': The model does not exist`."""
    if isinstance(error, openai.APIStatusError):
        said = _said(error)
        where = f"{url} answered {error.status_code} for the model {model!r}: "
        return where + said + _refused_field(error, said)
    if _is_late(error):
        return f"{url} did not answer in time"
    if isinstance(error, openai.APIConnectionError):
        cause = str(error.__cause__ or "")
        return f"{url}: Connection error" + (f" ({cause})" if cause else "")
    return f"{url}: {str(error).rstrip('.')}"


def _said(error: openai.APIStatusError) -> str:
    """The words of an error's body, whatever shape the server gives it."""
    body: Any = error.body
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body
    text = str(body or error.message)
    if title := _TITLE.search(text):
        return f"a web page, {title[1].strip()!r}"
    return text


def _refused_field(error: openai.APIStatusError, said: str) -> str:
    """Names the field that a server refuses; it is sent because the answer depends on it."""
    if error.status_code not in (400, 422) or "context" in said.lower():
        return ""
    field = _FIELD.search(f"'{error.param}' {said}")
    return f" (it refuses the field {field[0]}, which is never left out)" if field else ""


def _asked_pause(error: Exception) -> float | None:
    """Seconds by Retry-After, which may be a number or a date; None without a readable one."""
    response = getattr(error, "response", None)
    asked = response.headers.get("retry-after", "").strip() if response is not None else ""
    if re.fullmatch(r"\d+(\.\d+)?", asked):
        return float(asked)
    try:
        date = parsedate_to_datetime(asked)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _finish(reason: Any, counted: int, max_tokens: int) -> FinishReason:
    """Why the answer ended, in our words. Raises BodyError where the server broke it off."""
    if reason is None and counted:
        return "length" if counted >= max_tokens else "stop"
    if reason is None:
        raise BodyError("the answer does not say why it ended (finish_reason is null)")
    if known := _FINISH.get(str(reason).lower()):
        return known
    raise BodyError(f"the answer was broken off (finish_reason {str(reason)!r})")


def _usage(usage: Any) -> Usage:
    counts = usage if isinstance(usage, dict) else {}
    names = ("prompt_tokens", "completion_tokens")
    return Usage(**{n: c for n in names if isinstance(c := counts.get(n), int) and 0 < c < 2**31})


def _text(content: Any) -> str:
    """A field's text: a string, or the text parts of a list; without halves of characters, which
    JSON can carry and a file cannot.
    """
    if isinstance(content, list):
        parts = [p.get("text") for p in content if isinstance(p, dict)]
        content = "".join(p for p in parts if isinstance(p, str))
    if not isinstance(content, str):
        return ""
    return content if content.isascii() else content.encode(errors="replace").decode()


def _hint(answer: Answer) -> str:
    """What a body without a choice says instead."""
    error = answer.get("error")
    said = error.get("message") if isinstance(error, dict) else error
    return f": {said}" if said else ""


def _one_line(text: str) -> str:
    return " ".join(text.encode(errors="replace").decode().split())[:_LONGEST]
