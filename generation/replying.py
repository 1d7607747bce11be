"""From a typed reply to what a model is asked for, and back.

    reply_schema(Solution)                     the JSON Schema that a model is held to
    read(Completion("… {…}"), Solution)        Solution(answer="B")
    read(Completion("B"), Solution)            Failure(unreadable: there is no JSON object in it)
    repair(request, "B", "there is no …")      the same question, with what was wrong

A reply that was cut off, filtered or cannot be read is a failure with its cause, even where its
beginning looks like an answer.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from blindspot.core.model import Request
from blindspot.core.records import Completion, Failure, Outcome, Record
from blindspot.core.replies import last_record
from generation.prompting import quoted

Reply = TypeVar("Reply", bound=Record)

REPAIR: Final = Path(__file__).with_suffix(".txt").read_text()
_PROSE: Final = {"title", "description", "default"}
"""What a schema says for people; it would change a call's identity with every rewording."""
_LONGEST: Final = 400
"""Characters of what was wrong with a reply."""
_DECODER: Final = json.JSONDecoder()


@cache
def reply_schema(kind: type[Record]) -> dict[str, Any]:
    """The schema of a reply as servers with strict schemas want it: every field required, none
    beside them, no defaults. Not to be changed: everybody is given the same.
    """
    return _strict(kind.model_json_schema())


def read(outcome: Outcome, kind: type[Reply]) -> Reply | Failure:
    """The reply that a model gave, or why there is none."""
    if isinstance(outcome, Failure):
        return outcome
    if outcome.finish_reason == "content_filter":
        return Failure(kind="request", message="a filter withheld the reply", retryable=False)
    if outcome.finish_reason == "length":
        return Failure(kind="truncated", message=_cut(outcome), retryable=False)
    reply = last_record(outcome.text, kind)
    return reply if reply is not None else _unreadable(outcome.text, kind)


def repair(request: Request, said: str, fault: str) -> Request:
    """The request again, with what was replied and what was wrong with it."""
    prompt = REPAIR.format(prompt=request.prompt, reply=quoted(said), fault=quoted(fault))
    return request.model_copy(update={"prompt": prompt})


def _strict(node: dict[str, Any]) -> dict[str, Any]:
    kept = {key: _inner(key, value) for key, value in node.items() if key not in _PROSE}
    if "properties" in kept:
        kept |= {"required": list(kept["properties"]), "additionalProperties": False}
    return kept


def _inner(key: str, value: Any) -> Any:
    if key in ("properties", "$defs"):
        return {name: _strict(schema) for name, schema in value.items()}
    if isinstance(value, list):
        return [_strict(each) if isinstance(each, dict) else each for each in value]
    return _strict(value) if isinstance(value, dict) else value


def _cut(completion: Completion) -> str:
    return (
        f"the reply was cut off after {completion.usage.completion_tokens or 'max_tokens'} tokens"
    )


def _unreadable(text: str, kind: type[Record]) -> Failure:
    return Failure(kind="unreadable", message=_fault(text, kind)[:_LONGEST], retryable=False)


def _fault(text: str, kind: type[Record]) -> str:
    """What keeps the last object of a text from being a reply."""
    found = _last_object(text)
    if found is None:
        return "there is no JSON object in it" if text.strip() else "it is empty"
    try:
        kind.model_validate(found)
    except ValidationError as error:
        faults = [(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]
        return " ".join("; ".join(f"'{place}': {why}" for place, why in faults).split())
    raise AssertionError("an object that validates was read")


def _last_object(text: str) -> Any:
    """The last JSON object that stands in no other, or None."""
    found, start = None, text.find("{")
    while start != -1:
        try:
            found, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, too deep
            end = start + 1
        start = text.find("{", end)
    return found
