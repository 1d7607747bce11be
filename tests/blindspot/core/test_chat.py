"""Whatever a server sends becomes a completion or an error with a cause, never anything else."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.chat import BodyError, Secret, completion, refusal
from blindspot.core.records import Completion

NO_KEY = Secret("")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "content": JSON | st.just([{"type": "text", "text": "\ud83d"}]),
        "reasoning": JSON,
        "refusal": JSON,
    },
)
CHOICES = st.fixed_dictionaries({}, optional={"message": FIELDS | JSON, "finish_reason": JSON})
ANSWERS = st.fixed_dictionaries(
    {}, optional={"choices": st.lists(CHOICES | JSON) | JSON, "usage": JSON, "error": JSON}
)


def answer(content: Any, finish: Any = "stop", tokens: Any = 2, **message: Any) -> Any:
    usage = {"prompt_tokens": 7, "completion_tokens": tokens}
    choice = {"finish_reason": finish, "message": {"content": content, **message}}
    return {"choices": [choice], "usage": usage}


def read(answered: Any, max_tokens: int = 5) -> Completion:
    return completion(answered, max_tokens, NO_KEY)


@given(ANSWERS)
def test_any_body_is_read_or_refused(body: dict[str, Any]) -> None:
    try:
        outcome = read(body)
    except BodyError as error:
        outcome = refusal(error, "http://h/v1", "m", NO_KEY).failure
    assert type(outcome).model_validate_json(outcome.model_dump_json()) == outcome


@pytest.mark.parametrize("content", [None, "", "  ", [], 7])
def test_an_empty_answer_is_the_models_own(content: Any) -> None:
    assert read(answer(content)) == read(answer(""))
    assert (read(answer(content)).text, read(answer(content)).finish_reason) == ("", "stop")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choices": []},
        {"choices": None},
        {"choices": [None]},
        {"choices": "red"},
        {"choices": [{"finish_reason": "stop"}]},
        {"choices": [{"finish_reason": "stop", "message": None}]},
    ],
)
def test_a_body_without_a_choice_is_the_servers_failure(body: Any) -> None:
    with pytest.raises(BodyError, match=r"no choice|no message"):
        read(body)


def test_a_body_that_says_what_went_wrong() -> None:
    with pytest.raises(BodyError, match="no choice: the upstream is overloaded"):
        read({"error": {"message": "the upstream is overloaded"}})


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thinking_until_the_tokens_are_used_up(name: str) -> None:
    outcome = read(answer(None, "length", **{name: "Let me see"}))
    assert (outcome.text, outcome.reasoning, outcome.finish_reason) == ("", "Let me see", "length")


def test_a_refusal_is_what_the_model_said() -> None:
    assert read(answer(None, refusal="I will not")).text == "I will not"


def test_a_content_of_parts() -> None:
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "re"}, {"text": "d"}]
    assert read(answer(parts)).text == "red"


@pytest.mark.parametrize(
    ("said", "tokens", "finish"),
    [
        ("stop", 2, "stop"),
        ("end_turn", 2, "stop"),
        ("STOP", 2, "stop"),
        ("tool_calls", 2, "stop"),
        ("length", 2, "length"),
        ("MAX_TOKENS", 2, "length"),
        ("content_filter", 2, "content_filter"),
        ("SAFETY", 2, "content_filter"),
        (None, 2, "stop"),
        (None, 5, "length"),
    ],
)
def test_why_an_answer_ended(said: Any, tokens: int, finish: str) -> None:
    assert read(answer("red", said, tokens)).finish_reason == finish


@pytest.mark.parametrize("said", ["abort", "error", "insufficient_system_resource", "", 7])
def test_an_answer_that_was_broken_off_is_no_answer(said: Any) -> None:
    with pytest.raises(BodyError, match="broken off"):
        read(answer("red", said))


def test_an_answer_that_neither_says_why_it_ended_nor_counts_its_tokens() -> None:
    with pytest.raises(BodyError, match="finish_reason is null"):
        read(answer("red", None, None))


class Told(openai.OpenAIError):
    """An error with these headers."""

    def __init__(self, **headers: str) -> None:
        self.response = SimpleNamespace(headers=headers)


def pause(asked: str) -> float | None:
    return refusal(Told(**{"retry-after": asked}), "http://h/v1", "m", NO_KEY).pause


@pytest.mark.parametrize(
    ("asked", "seconds"), [("2.5", 2.5), ("0", 0), ("-3", None), ("soon", None), ("", None)]
)
def test_retry_after_in_seconds(asked: str, seconds: float | None) -> None:
    assert pause(asked) == seconds


def test_retry_after_as_a_date() -> None:
    now = datetime.now(UTC)
    later = pause(format_datetime(now + timedelta(seconds=100), usegmt=True))
    assert later == pytest.approx(100, abs=5)
    assert pause(format_datetime(now - timedelta(days=1), usegmt=True)) == 0


def test_no_key_hides_nothing() -> None:
    assert NO_KEY.hide("as it is") == "as it is"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=40))
def test_a_key_is_hidden_in_answers_and_messages(key: str) -> None:
    secret = Secret(key)
    assert key not in secret.hide(f"before {key} after")
    outcome = completion(answer(f"<think>{key}</think>ok"), 5, secret)
    assert key not in (outcome.reasoning or "")
