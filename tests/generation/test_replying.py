import json
from typing import Any

import jsonschema
import pytest

from blindspot.core.model import Request, Sampling
from blindspot.core.prompt import IMAGE
from blindspot.core.records import Completion, Failure, Record, Usage
from generation.agent import agents
from generation.agents.planner import Topics
from generation.agents.solver import Solution
from generation.agents.writer import Writing
from generation.replying import read, repair, reply_schema

WRITTEN = {
    "seen": "left",
    "usable": True,
    "question": "How many?",
    "answer_kind": "number",
    "options": [],
    "target": "3",
}


class Titled(Record):
    """Fields whose names are words of JSON Schema."""

    title: str
    default: int = 3
    """Left out by some."""


def objects_in(schema: Any) -> list[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema
    below = [o for each in inner if isinstance(each, dict | list) for o in objects_in(each)]
    is_object = isinstance(schema, dict) and schema.get("type") == "object"
    return [*([schema] if is_object else []), *below]


@pytest.mark.parametrize("role", agents.names())
def test_schemas_are_strict(role: str) -> None:
    schema = reply_schema(agents.load(role).reply)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert objects_in(schema)
    for each in objects_in(schema):
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])
    assert not {"default", "title", "description"} & set(str(schema).split("'"))


def test_what_a_schema_admits() -> None:
    schema = reply_schema(Writing)
    jsonschema.validate(WRITTEN, schema)
    for wrong in ({"answer_kind": "essay"}, {"more": 1}, {"options": "A"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(WRITTEN | wrong, schema)
    jsonschema.validate({"topics": [{"subject": "a", "idea": "b"}]}, reply_schema(Topics))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"answer": "B"}, reply_schema(Solution))


def test_fields_may_be_called_as_schemas_call_theirs() -> None:
    assert reply_schema(Titled) == {
        "type": "object",
        "properties": {"title": {"type": "string"}, "default": {"type": "integer"}},
        "required": ["title", "default"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(WRITTEN),
        f"Let me see {{x}} …\n```json\n{json.dumps(WRITTEN, indent=1)}\n```",
        f"{json.dumps({**WRITTEN, 'target': '2'})}\nNo: {json.dumps(WRITTEN)}",
    ],
)
def test_the_last_object_is_read(text: str) -> None:
    assert read(Completion(text=text), Writing) == Writing.model_validate(WRITTEN)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("B", "there is no JSON object in it"),
        ('{"answer": "B"', "there is no JSON object in it"),
        ('{"answer": 3}', "'answer': Input should be a valid string"),
        ('{"working": "hm"}', "'answer': Field required"),
        ('{"answer": "B", "sure": 1}', "'sure': Extra inputs are not permitted"),
        ('{"answer": "B", "a\\nb": 1}', "'a b': Extra inputs are not permitted"),
        ('[{"answer": []}]', "'answer': Input should be a valid string"),
        ("{" * 5000, "there is no JSON object in it"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, says: str) -> None:
    failure = Failure(kind="unreadable", message=says, retryable=False)
    assert read(Completion(text=text), Solution) == failure


def test_a_long_fault_is_cut() -> None:
    text = json.dumps({"answer": "B", "x" * 5000: 1})
    failure = read(Completion(text=text), Solution)
    assert isinstance(failure, Failure)
    assert len(failure.message) == 400


def test_what_was_cut_off_or_filtered_is_never_an_answer() -> None:
    whole = json.dumps({"answer": "B"})
    usage = Usage(completion_tokens=9)
    cut = read(Completion(text=whole, finish_reason="length", usage=usage), Solution)
    message = "the reply was cut off after 9 tokens"
    assert cut == Failure(kind="truncated", message=message, retryable=False)
    filtered = read(Completion(text=whole, finish_reason="content_filter"), Solution)
    message = "a filter withheld the reply"
    assert filtered == Failure(kind="request", message=message, retryable=False)


def test_a_failure_stays_what_it_is() -> None:
    failure = Failure(kind="timeout", message="slow", retryable=True)
    assert read(failure, Solution) is failure


def test_a_repair_quotes_the_reply_and_names_the_fault() -> None:
    sampling = Sampling(temperature=1.0, seed=5)
    request = Request(prompt="Q {x}", images=("p.png",), sampling=sampling, reply_schema={"a": 1})
    made = repair(request, f'{IMAGE} {{y}}"\nNow say', "'answer': Field required")
    assert made == request.model_copy(update={"prompt": made.prompt})
    assert made.prompt.startswith("Q {x}\n\nYou were asked this before")
    assert r'(JSON): "\u003cimage> {y}\"\nNow say"' in made.prompt
    assert "(JSON): \"'answer': Field required\"" in made.prompt
