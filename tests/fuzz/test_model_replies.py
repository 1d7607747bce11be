"""Chat endpoints that answer anything at all, and texts of models of every kind."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, get_args

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blindspot.core import probing
from blindspot.core.chat import BodyError, Secret, completion, refusal, send
from blindspot.core.grading import extract, grade
from blindspot.core.model import split_reasoning
from blindspot.core.records import AnswerKind, Completion, Failure, Outcome
from harness import final_answer, latex_guard

KEY = "sk-canary-0123456789abcdefghij"
SECRET = Secret(KEY)
ANSWER = {
    "id": "x",
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {
                "role": "assistant",
                "content": "<think>a red one</think>red",
                "reasoning_content": "hm",
                "refusal": None,
            },
        }
    ],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
}
STREAM = b'data: {"choices": [{"delta": {"content": "r"}}]}\n\ndata: [DONE]\n\n'
REFUSAL = {"error": {"message": f"no such key {KEY}", "type": "x", "param": "seed", "code": None}}
TEXTS = (
    "<think>I count 3.</think>The answer is (B).",
    "Answer: \\boxed{3,000.5} and \\boxed{\\frac{1}{2}}",
    "x0 = 1, [1, 2.5, 3, 4]",
    "**Yes**, because 3 + 2 = 5",
    "The correct option is B. Wait, actually C",
    "red, green and blue",
    "答案是 (A) 140°",
)
KINDS = get_args(AnswerKind)
OPTIONS = st.lists(st.sampled_from(["red", "blue", "", "A", "B)", "\\", "[", "^", "٣", "a" * 500]),
                   max_size=60)  # fmt: skip
fuzzed = settings.get_profile("fuzz")


class Endpoint:
    """A server that answers what it is told, and one client before it."""

    def __init__(self, port: int) -> None:
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.runner = asyncio.Runner()
        self.client = openai.AsyncOpenAI(
            base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY, max_retries=0, timeout=5
        )

    def asked(self, status: int, headers: dict[str, str], body: bytes) -> Outcome:
        """What comes of one request that is answered so."""
        self.answers = [(status, headers, body)]
        return self.runner.run(self._one())

    def abilities(self, body: bytes) -> dict[str, Any]:
        """What a server is found to honour that answers every probe so."""
        self.answers = [(200, {"content-type": "application/json"}, body)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(probing, "_PAUSE", 0.0)  # most of the time would go to waiting
            return self.runner.run(probing.probe(self.client, "m", SECRET))

    async def _one(self) -> Outcome:
        try:
            return completion(await send(self.client, {"model": "m"}), 5, SECRET)
        except (openai.OpenAIError, BodyError, TimeoutError) as error:
            return refusal(error, "http://h/v1", "m", SECRET).failure


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            status, headers, body = one.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    one = Endpoint(server.server_port)
    serve = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serve.start()
    yield one
    one.runner.run(one.client.close())
    one.runner.close()
    server.shutdown()
    serve.join()
    server.server_close()


def check(outcome: Outcome, status: int, body: bytes) -> None:
    """It can be kept, holds no key, and is an answer only where the server gave one."""
    kept = outcome.model_dump_json()
    assert KEY not in kept
    assert type(outcome).model_validate_json(kept) == outcome
    kept.encode()
    if isinstance(outcome, Completion):
        assert status < 300
        assert isinstance(json.loads(body)["choices"][0]["message"], dict)


@settings(fuzzed, max_examples=fuzzed.max_examples * 2)
@given(data=st.data())
def test_answers_of_endpoints(fuzz: Any, endpoint: Endpoint, data: st.DataObject) -> None:
    body = fuzz.json(data, ANSWER).encode("utf-8", "replace")
    kind = data.draw(st.sampled_from(["application/json", "text/html", "text/event-stream", ""]))
    check(endpoint.asked(200, {"content-type": kind}, body), 200, body)


@fuzzed
@given(data=st.data())
def test_refusals_of_endpoints(fuzz: Any, endpoint: Endpoint, data: st.DataObject) -> None:
    status = data.draw(st.sampled_from([301, 400, 401, 404, 408, 422, 429, 500, 503, 529, 599]))
    body = fuzz.json(data, REFUSAL).encode("utf-8", "replace")
    pause = data.draw(st.sampled_from(["", "3", "9" * 5000, "-1", "Fri, 99 Nov 2026", "٣", "nan",
                                       "Sun, 06 Nov 99999 08:49:37 GMT", "1.5.2"]))  # fmt: skip
    headers = {"content-type": "application/json", "retry-after": pause}
    outcome = endpoint.asked(status, headers, body)
    check(outcome, status, body)


@fuzzed
@given(data=st.data())
def test_a_stream_that_nobody_asked_for(fuzz: Any, endpoint: Endpoint, data: st.DataObject) -> None:
    body = fuzz.raw(data, STREAM)
    outcome = endpoint.asked(200, {"content-type": "text/event-stream"}, body)
    assert isinstance(outcome, Failure)


@fuzzed
@given(text=st.data())
def test_reasoning_is_parted_from_the_answer(fuzz: Any, text: st.DataObject) -> None:
    said = fuzz.text(text, text.draw(st.sampled_from(TEXTS)))
    answer, thought = split_reasoning(said)
    assert "</think>" not in answer or said.count("</think>") > 1
    assert len(answer) + len(thought or "") <= len(said)


@settings(fuzzed, max_examples=fuzzed.max_examples * 3)
@given(data=st.data())
def test_grading(fuzz: Any, data: st.DataObject) -> None:
    said = fuzz.text(data, data.draw(st.sampled_from(TEXTS)))
    kind = data.draw(st.sampled_from(KINDS))
    options = tuple(data.draw(OPTIONS))
    target = data.draw(
        st.sampled_from(["A", "3", "yes", "0, 0, 5, 5", "a, b", "", "1e999", "9" * 400])
    )
    found = fuzz.documented(lambda: grade(said, target=target, kind=kind, options=options))
    assert found is not None
    assert 0 <= found.score <= 1
    if found.answer is None:
        assert found.score == 0


@pytest.mark.parametrize("kind", KINDS)
def test_long_texts_take_no_longer(fuzz: Any, kind: AnswerKind) -> None:
    for piece in (
        "1",
        "1 ",
        "1,",
        "answer ",
        "answer is ",
        "\\boxed{",
        "(",
        "A ",
        "yes no ",
        "- ",
        "1.1",
    ):
        said = piece * (200_000 // len(piece))
        fuzz.documented(lambda said=said: extract(said, kind, ("red", "blue")))
        fuzz.documented(lambda said=said: final_answer.agreed(said, final_answer.number))


@fuzzed
@given(data=st.data())
def test_final_answers(fuzz: Any, data: st.DataObject) -> None:
    said = fuzz.text(data, data.draw(st.sampled_from(TEXTS)))
    options = tuple(data.draw(OPTIONS))
    found = fuzz.documented(
        lambda: final_answer.agreed(said, lambda part: final_answer.option(part, options))
    )
    assert found is None or 0 <= found[1] < len(options)
    number = fuzz.documented(lambda: final_answer.agreed(said, final_answer.number))
    assert number is None or number[1].strip()


@fuzzed
@given(data=st.data())
def test_arithmetic_is_worked_out_or_raises_what_its_caller_expects(
    fuzz: Any, data: st.DataObject
) -> None:
    """The scoring reads any `Exception` as "unequal"; no code may run."""
    seed = data.draw(
        st.sampled_from(["3/4 + 2**-2", "(1+2)*3 % 5 // 2", "1 < 2", "2**10**2", "-x"])
    )
    text = fuzz.text(data, seed)
    try:
        latex_guard.refuse(text)
        value = latex_guard.arithmetic(text)
    except Exception:  # noqa: BLE001 the scoring's own `except Exception` stands around it
        return
    assert isinstance(value, int | float | complex)


@settings(fuzzed, max_examples=fuzzed.max_examples // 3)
@given(data=st.data())
def test_probing_an_endpoint(fuzz: Any, endpoint: Endpoint, data: st.DataObject) -> None:
    body = fuzz.json(data, ANSWER).encode("utf-8", "replace")
    found = fuzz.documented(lambda: endpoint.abilities(body))
    assert KEY not in json.dumps(found)
