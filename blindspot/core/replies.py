"""What a model was asked to reply in JSON: the last object in its text that is the wanted record.

"Let me see … ```json\\n{\\"correct\\": true}\\n```"     the record
"{\\"correct\\": \\"maybe\\"}"                           None: it does not validate
"""

import json
from typing import Any, TypeVar

from pydantic import ValidationError

from blindspot.core.records import Record

R = TypeVar("R", bound=Record)
_DECODER = json.JSONDecoder()


def last_record(text: str, kind: type[R]) -> R | None:
    """The last JSON object that validates as `kind`, wherever it stands in the text; None where
    there is none. Objects inside of that object are not looked at; of a key that stands in it
    twice, the last counts.
    """
    found, start = None, text.find("{")
    while start != -1:
        value, end = _object(text, start)
        record = _validated(value, kind)
        found = record or found
        start = text.find("{", end if record else start + 1)
    return found


def _object(text: str, start: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, too deep
        return None, start + 1


def _validated(value: Any, kind: type[R]) -> R | None:
    try:
        return kind.model_validate(value)
    except ValidationError:
        return None
