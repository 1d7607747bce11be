"""The mock endpoint: answers, faults, and what it says it saw."""

import json
import time
from dataclasses import asdict
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion

from bench.endpoint import Fault, FaultKind, Script, answer, question, target
from bench.harness_arms import (
    Server,
)
from bench.harness_faults import (
    script,
)


def test_a_script_survives_json():
    made = script(50)
    again = Script.read(json.loads(json.dumps(asdict(made))))
    assert again.faults == made.faults
    assert tuple(again.wrong) == tuple(made.wrong)


def test_an_answer_is_right_or_wrong_by_its_last_number():
    assert answer(7, right=True).endswith(f"Answer: {target(7)}")
    assert not answer(7, right=False).endswith(f" {target(7)}")


def chat(server: Server, number: int) -> ChatCompletion:
    client = openai.OpenAI(base_url=server.url, api_key="bench", max_retries=0)
    with client:
        return client.chat.completions.create(
            model="mock", messages=[{"role": "user", "content": question(number)}]
        )


def test_an_answer_takes_the_latency_and_is_recorded(server: Server):
    server.begin(Script(latency=0.2, wrong=[4]))
    assert chat(server, 3).choices[0].message.content == answer(3, right=True)
    assert chat(server, 4).choices[0].message.content == answer(4, right=False)
    first, second = server.calls()
    assert (first.sample, second.sample, first.fault) == (3, 4, None)
    assert first.answered is not None
    assert 0.2 <= first.answered - first.arrived < 1.0
    assert first.size > len(question(3))
    assert first.digest != second.digest
    assert first.arrived <= time.monotonic()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit", openai.RateLimitError),
        ("server", openai.InternalServerError),
        ("refused", openai.BadRequestError),
        ("drop", openai.APIConnectionError),
        ("garbage", json.JSONDecodeError),
    ],
)
def test_a_fault_hits_its_sample_and_no_other(
    server: Server, kind: FaultKind, error: type[Exception]
):
    server.begin(Script(latency=0.0, faults={1: Fault(kind)}))
    with pytest.raises(error):
        chat(server, 1)
    assert chat(server, 2).choices
    assert [(c.fault, c.answered is None) for c in server.calls()] == [(kind, True), (None, False)]


def test_an_empty_answer_has_no_choices(server: Server):
    server.begin(Script(latency=0.0, faults={1: Fault("empty")}))
    assert chat(server, 1).choices == []


def test_a_passing_fault_ends_and_a_429_says_when(server: Server):
    server.begin(Script(latency=0.0, retry_after=1.5, faults={1: Fault("rate_limit", attempts=2)}))
    for _ in range(2):
        with pytest.raises(openai.RateLimitError) as found:
            chat(server, 1)
        assert found.value.response.headers["retry-after"] == "1.5"
    assert chat(server, 1).choices
    assert [c.fault for c in server.calls()] == ["rate_limit", "rate_limit", None]


def test_a_call_that_names_no_sample_is_answered_and_not_recorded(server: Server):
    server.begin(Script(latency=0.0))
    with openai.OpenAI(base_url=server.url, api_key="bench") as client:
        asked: Any = [{"role": "user", "content": "Say 1."}]
        assert client.chat.completions.create(model="mock", messages=asked).choices
    assert server.calls() == []


def test_waiting_ends_when_so_many_are_answered_or_time_is_up(server: Server):
    server.begin(Script(latency=0.0, faults={2: Fault("refused")}))
    assert not server.wait(started=1, seconds=0.01)
    chat(server, 1)
    with pytest.raises(openai.BadRequestError):
        chat(server, 2)
    assert server.wait(started=2)
    assert server.wait(finished=1)
    assert not server.wait(finished=2, seconds=0.01)
