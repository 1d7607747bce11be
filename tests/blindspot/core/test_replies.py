"""What is read of a model's reply, and what is not."""

import time

import pytest

from blindspot.core.records import Record
from blindspot.core.replies import last_record


class Verdict(Record):
    correct: bool
    why: dict[str, str] | None = None


@pytest.mark.parametrize(
    ("text", "correct"),
    [
        ('{"correct": true}', True),
        ('```json\n{"correct": false}\n```', False),
        ('First {"correct": true}, no: {"correct": false}.', False),
        ('{"correct": true, "why": {"a": "{b}"}} done', True),
        ('{"correct": true} {"correct": "who knows"}', True),
        ('{{"correct": true}', True),
        ('["{", {"correct": true}]', True),
        ('{"correct": true} {"n": ' + "9" * 5000 + "}", True),
        ('{"a": {"correct": true}}', True),
        ('{"correct": false, "correct": true}', True),
    ],
)
def test_the_last_object_that_validates(text: str, correct: bool) -> None:
    found = last_record(text, Verdict)
    assert found is not None
    assert found.correct is correct


@pytest.mark.parametrize(
    "text",
    [
        "",
        "true",
        "{",
        '{"correct": 1, "other": 2}',
        "{'correct': True}",
        '{"correct":',
        "NaN",
        "[" * 5000,
    ],
)
def test_none_where_there_is_none(text: str) -> None:
    assert last_record(text, Verdict) is None


def test_many_braces_take_no_time() -> None:
    begun = time.monotonic()
    assert last_record("{" * 20_000, Verdict) is None
    assert last_record('{"a":' * 5_000, Verdict) is None
    assert time.monotonic() - begun < 5
