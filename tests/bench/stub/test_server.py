import asyncio
import base64
import io
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from PIL import Image
from pydantic import ValidationError

from bench.stub.misbehaving import delay, fault_of, spoilt
from bench.stub.planting import read as planted
from bench.stub.script import Faults, Knowledge, Latency, Script
from bench.stub.server import Stub, stub
from blindspot.core.images import ImageStore, encode
from blindspot.core.model import ModelSettings, Request, Sampling, open_model
from blindspot.core.probing import probe
from blindspot.core.records import Completion, Failure, Outcome
from generation.agents.solver import Solution, Solver, SolverRequest
from generation.replying import read, reply_schema

SURE = Knowledge(solver_error=0.0, validator_error=0.0)


@pytest.fixture(scope="module")
def server() -> Iterator[Stub]:
    with stub() as running:
        yield running


class Desk:
    """Asks the stub server through the product's own backend."""

    def __init__(self, server: Stub, root: Path, kit: Any) -> None:
        self._server, self._images, self._kit = server, ImageStore(root), kit

    def request(self, item: int = 7, max_tokens: int = 256, **changes: Any) -> Request:
        """What a solver is asked about a planted picture."""
        fact = self._kit.fact(item, **changes)
        asked = SolverRequest(pictures=(), question=fact.question, answer_kind=fact.answer_kind)
        return Request(
            prompt=Solver().prompt(asked),
            images=(self._images.put(encode(self._kit.picture(fact))),),
            sampling=Sampling(max_tokens=max_tokens),
            reply_schema=reply_schema(Solution),
        )

    def ask(self, *requests: Request, **settings: Any) -> list[Outcome]:
        """One attempt each, if not told otherwise."""
        plain = {"backend": "openai_api", "model": "m", "max_attempts": 1, "concurrency": 8}
        whole = {**plain, "base_urls": (self._server.url,), **settings}
        model = open_model(ModelSettings.model_validate(whole), self._images)

        async def all_of(requests: Sequence[Request]) -> list[Outcome]:
            try:
                found = await asyncio.gather(*(model.generate([each]) for each in requests))
            finally:
                await model.rest()
            return [outcome for (outcome,) in found]

        return asyncio.run(all_of(requests))


@pytest.fixture
def desk(server: Stub, tmp_path: Path, kit) -> Desk:
    server.script(Script(knowledge=SURE))
    return Desk(server, tmp_path, kit)


def faults(**shares: float) -> Script:
    return Script(knowledge=SURE, faults={"all": Faults(**shares)}, retry_after=0.01)


# what the product makes of each misbehaviour

ON_THE_WAY = [("rate_limit", "rate_limit"), ("server", "server"), ("drop", "connection")]
UNREADABLE = [("truncated", "truncated")] + [
    (kind, "unreadable") for kind in ("refused", "malformed", "unheld")
]


def test_a_good_answer_is_a_completion_with_its_usage(desk: Desk, server: Stub):
    (outcome,) = desk.ask(desk.request())
    assert isinstance(outcome, Completion)
    reply = read(outcome, Solution)
    assert isinstance(reply, Solution)
    assert reply.answer == "3"
    calls = server.calls()
    assert calls.answered == {"solver": 1}
    assert outcome.usage.prompt_tokens == calls.prompt_tokens["solver"] > 256
    assert outcome.usage.completion_tokens == -(-len(outcome.text) // 4)


@pytest.mark.parametrize(("kind", "failure"), ON_THE_WAY)
def test_faults_on_the_way_are_failures_and_unpaid(
    desk: Desk, server: Stub, kind: str, failure: str
):
    server.script(faults(**{kind: 1.0}))
    (outcome,) = desk.ask(desk.request())
    assert isinstance(outcome, Failure)
    assert (outcome.kind, outcome.retryable) == (failure, True)
    calls = server.calls()
    assert (calls.faults, calls.arrived, calls.billed) == ({kind: 1}, {"solver": 1}, 0)


@pytest.mark.parametrize(("kind", "failure"), UNREADABLE)
def test_spoilt_answers_are_completions_that_cannot_be_read_and_are_paid(
    desk: Desk, server: Stub, kind: str, failure: str
):
    server.script(faults(**{kind: 1.0}))
    (outcome,) = desk.ask(desk.request())
    assert isinstance(outcome, Completion)
    assert outcome.finish_reason == ("length" if kind == "truncated" else "stop")
    reply = read(outcome, Solution)
    assert isinstance(reply, Failure)
    assert reply.kind == failure
    calls = server.calls()
    assert calls.faults == {kind: 1}
    assert calls.billed > 256


@pytest.mark.parametrize("kind", ["prose", "fenced"])
def test_wrapped_answers_are_read(desk: Desk, server: Stub, kind: str):
    server.script(faults(**{kind: 1.0}))
    (outcome,) = desk.ask(desk.request())
    assert isinstance(outcome, Completion)
    assert not outcome.text.startswith("{")
    reply = read(outcome, Solution)
    assert isinstance(reply, Solution)
    assert reply.answer == "3"


def test_transient_faults_are_overcome_by_trying_again(desk: Desk, server: Stub):
    server.script(faults(rate_limit=0.3, drop=0.1))
    outcomes = desk.ask(*(desk.request(item) for item in range(20)), max_attempts=8)
    assert all(isinstance(outcome, Completion) for outcome in outcomes)
    calls = server.calls()
    assert calls.answered == {"solver": 20}
    assert calls.faults["rate_limit"] > 0
    assert calls.repeated == sum(calls.faults.values()) == calls.arrived["solver"] - 20
    assert calls.answered_before == 0


def test_an_answer_longer_than_max_tokens_is_cut(desk: Desk):
    (outcome,) = desk.ask(desk.request(max_tokens=4))
    assert isinstance(outcome, Completion)
    assert (outcome.finish_reason, len(outcome.text)) == ("length", 16)


def test_a_slow_answer_is_a_timeout_and_unpaid(desk: Desk, server: Stub):
    server.script(Script(latency={"solver": Latency(seconds=0.5)}))
    (outcome,) = desk.ask(desk.request(), timeout=0.2)
    assert isinstance(outcome, Failure)
    assert outcome.kind == "timeout"
    time.sleep(0.5)  # past the answer that nobody waits for
    calls = server.calls()
    assert (calls.lost, calls.billed, calls.answered) == (1, 0, {})


def test_a_secret_in_a_body_is_refused_and_counted(desk: Desk, server: Stub):
    server.script(Script(canaries=("sk-canary-0123456789",)))
    leaking = desk.request(question="How many sk-canary-0123456789 are there?")
    clean, leaked = desk.ask(desk.request(), leaking.model_copy(update={"images": ()}))
    assert isinstance(clean, Completion)
    assert isinstance(leaked, Failure)
    assert leaked.kind == "request"
    assert "secret" in leaked.message
    assert server.calls().malformed == {"a secret stands in the body": 1}


# what is counted


def test_the_server_counts_what_the_client_is_told(desk: Desk, server: Stub):
    outcomes = desk.ask(*(desk.request(item) for item in range(30)))
    told = [o.usage for o in outcomes if isinstance(o, Completion)]
    calls = server.calls()
    assert len(told) == 30
    assert calls.billed == sum((u.prompt_tokens or 0) + (u.completion_tokens or 0) for u in told)


def test_bodies_that_come_again_are_counted(desk: Desk, server: Stub):
    desk.ask(desk.request())
    desk.ask(desk.request(), desk.request(8))
    calls = server.calls()
    assert (calls.repeated, calls.answered_before) == (1, 1)
    server.script(Script())
    assert server.calls().arrived == {}


def test_peak_is_the_most_requests_at_once(desk: Desk, server: Stub):
    server.script(Script(latency={"all": Latency(seconds=0.15)}))
    desk.ask(*(desk.request(item) for item in range(24)), concurrency=6)
    assert server.calls().peak == 6


def test_waiting_ends_when_so_many_are_answered(desk: Desk, server: Stub):
    assert not server.wait(started=1, seconds=0.05)
    desk.ask(desk.request(), desk.request(8))
    assert server.wait(started=2, finished=2, seconds=0.05)
    assert not server.wait(finished=3, seconds=0.05)


# the other paths


def test_models_are_listed_and_abilities_probed(desk: Desk, server: Stub):
    server.script(Script(models=("a", "b")))

    async def found() -> tuple[list[str], dict[str, Any]]:
        async with openai.AsyncOpenAI(base_url=server.url, api_key="none") as client:
            return [m.id async for m in client.models.list()], await probe(client, "a")

    names, abilities = asyncio.run(found())
    assert names == ["a", "b"]
    assert (abilities["json_schema"], abilities["seed"]) == (True, True)


def edit(server: Stub, image: Image.Image, prompt: str = "brighter") -> Image.Image:
    with openai.OpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
        answer = client.images.edit(model="e", prompt=prompt, image=("a.png", encode(image)))
    assert answer.data is not None
    return Image.open(io.BytesIO(base64.b64decode(answer.data[0].b64_json or "")))


def test_pictures_are_edited_in_the_same_way_every_time(desk: Desk, server: Stub, kit):
    image = kit.picture(kit.fact(), words="w")
    once, again = edit(server, image), edit(server, image)
    assert once.tobytes() == again.tobytes() != image.tobytes()
    assert once.size == image.size
    assert planted(once) == planted(image)
    plain = Image.new("RGB", (40, 30), "white")
    assert edit(server, plain).size == plain.size
    assert server.calls().answered == {"edits": 3}


def test_an_edit_may_change_what_is_true(desk: Desk, server: Stub, kit):
    server.script(Script(knowledge=Knowledge(edit_changes=1.0)))
    found = planted(edit(server, kit.picture(kit.fact())))
    assert found is not None
    assert found.facts[0].answer in ("2", "4")


@pytest.mark.parametrize(
    ("fields", "files", "reason"),
    [
        ({"model": "e"}, {"image": b"x"}, "no prompt"),
        ({"model": "e", "prompt": "p"}, {"mask": b"x"}, "no image"),
        ({"model": "e", "prompt": "p"}, {"image": b"x"}, "cannot be decoded"),
    ],
)
def test_malformed_edits_are_refused(
    desk: Desk, server: Stub, fields: dict[str, str], files: dict[str, bytes], reason: str
):
    said = httpx.post(f"{server.url}/images/edits", data=fields, files=files)
    assert said.status_code == 400
    assert reason in said.json()["error"]["message"]
    assert sum(server.calls().malformed.values()) == 1


def test_what_is_no_path_or_no_script_is_refused(desk: Desk, server: Stub):
    root = server.url.removesuffix("/v1")
    assert httpx.get(f"{root}/v1/nothing").status_code == 404
    assert httpx.post(f"{root}/script", json={"oops": 1}).status_code == 400
    assert httpx.post(f"{server.url}/images/edits", content=b"no form").status_code == 400


# arithmetic of misbehaviour


def test_faults_have_their_shares_and_each_attempt_is_another_draw():
    shares = Faults(rate_limit=0.2, server=0.1, prose=0.3)
    found = [fault_of(shares, "solver", True, "body", attempt) for attempt in range(4000)]
    for kind, share in (("rate_limit", 0.2), ("server", 0.1), ("prose", 0.3), (None, 0.4)):
        assert abs(found.count(kind) / 4000 - share) < 0.035
    plain = [fault_of(shares, "policy", False, "body", attempt) for attempt in range(200)]
    assert "prose" not in plain
    assert "rate_limit" in plain
    with pytest.raises(ValidationError, match="more than 1"):
        Faults(drop=0.6, prose=0.5)


def test_latency_is_fixed_or_log_normal():
    assert {delay(Latency(seconds=2.0), n) for n in range(9)} == {2.0}
    drawn = sorted(delay(Latency(seconds=2.0, spread=0.5), n) for n in range(2001))
    assert drawn[1000] == pytest.approx(2.0, rel=0.07)
    assert drawn[1682] == pytest.approx(2.0 * 1.6487, rel=0.1)  # one deviation up: e^0.5


def test_truncation_halves():
    assert spoilt("truncated", '{"answer": "3"}', 100) == ('{"answe', "length")
