import base64
import io
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from blindspot.core.errors import ConfigError, DataError, UnknownNameError
from blindspot.core.images import encode
from blindspot.core.model import Model, ModelSettings, Request
from blindspot.core.records import Completion, Failure, Outcome
from blindspot.core.run_folder import RunFolder
from generation import staff as module
from generation.agent import AgentSettings, AgentsSettings
from generation.agents.solver import PLUGIN as SOLVER
from generation.agents.solver import Solution, SolverRequest
from generation.means import Consults
from generation.replying import repair, reply_schema
from generation.staff import Staff

GOOD = Completion(text='{"working": "", "answer": "B"}')
BAD = Completion(text='{"answer": 3}')
FAULT = "'answer': Input should be a valid string"
CUT = Completion(text='{"answer": "B"}', finish_reason="length")
FILTERED = Completion(text="", finish_reason="content_filter")
SLOW = Failure(kind="timeout", message="slow", retryable=True)
B = Solution(answer="B")


def question(words: str) -> SolverRequest:
    return SolverRequest(pictures=(), question=words, answer_kind="text")


def unreadable(message: str) -> Failure:
    return Failure(kind="unreadable", message=message, retryable=False)


@dataclass
class Asker:
    """Answers by the question's words, and remembers what it was asked."""

    answers: dict[str, Outcome]
    repaired: Outcome = GOOD
    batches: list[tuple[list[Request], str, list[str]]] = field(default_factory=list)

    def __call__(
        self, model: Model, requests: Sequence[Request], role: str, cells: Sequence[str]
    ) -> list[Outcome]:
        self.batches.append((list(requests), role, list(cells)))
        return [self._one(request.prompt) for request in requests]

    def _one(self, prompt: str) -> Outcome:
        if "what you replied cannot be read" in prompt:
            return self.repaired
        return next(answer for words, answer in self.answers.items() if f'"{words}"' in prompt)


def answers(path: Path, *lines: dict[str, Any]) -> ModelSettings:
    """A replay model that knows these lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return ModelSettings(backend="replay", checkpoint=str(path))


def solving(*models: ModelSettings, **how: Any) -> AgentsSettings:
    return AgentsSettings(solvers=tuple(AgentSettings(model=model, **how) for model in models))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path / "run")


@pytest.fixture
def model(tmp_path: Path) -> ModelSettings:
    return answers(tmp_path / "none.jsonl", {"prompt": "*", "text": ""})


def consult(staff: Consults, *words: str, **more: Any) -> list[Solution | Failure]:
    cells = [f"cell {word}" for word in words]
    return staff.consult("solver", SOLVER, [question(word) for word in words], cells, **more)


def test_a_batch_is_answered_in_order(folder: RunFolder, model: ModelSettings) -> None:
    told = {"good": GOOD, "cut": CUT, "filtered": FILTERED, "slow": SLOW}
    asker = Asker(told)
    read = consult(Staff(solving(model), folder, asker), "slow", "good", "cut", "filtered", "good")
    kinds = [r.kind if isinstance(r, Failure) else r for r in read]
    assert kinds == ["timeout", B, "truncated", "request", B]
    assert read[0] is SLOW
    [(requests, role, cells)] = asker.batches
    assert (len(requests), role) == (5, "solver")
    assert cells == ["cell slow", "cell good", "cell cut", "cell filtered", "cell good"]


def test_what_cannot_be_read_is_repaired_once_and_together(
    folder: RunFolder, model: ModelSettings
) -> None:
    asker = Asker({"good": GOOD, "bad": BAD, "empty": Completion(text="")})
    read = consult(Staff(solving(model), folder, asker), "bad", "good", "empty")
    assert read == [B, B, B]
    (first, _, _), (again, role, cells) = asker.batches
    assert (role, cells) == ("solver", ["cell bad", "cell empty"])
    assert again == [repair(first[0], BAD.text, FAULT), repair(first[2], "", "it is empty")]


@pytest.mark.parametrize(
    ("repaired", "kind"),
    [(BAD, "unreadable"), (CUT, "truncated"), (FILTERED, "request"), (SLOW, "timeout")],
)
def test_there_is_no_second_repair(
    folder: RunFolder, model: ModelSettings, repaired: Outcome, kind: str
) -> None:
    asker = Asker({"bad": BAD}, repaired)
    [failure] = consult(Staff(solving(model), folder, asker), "bad")
    assert isinstance(failure, Failure)
    assert failure.kind == kind
    assert len(asker.batches) == 2


def test_how_it_is_asked(folder: RunFolder, model: ModelSettings) -> None:
    asker = Asker({"good": GOOD})
    consult(Staff(solving(model, temperature=0.5, max_tokens=7), folder, asker), "good")
    [([request], _, _)] = asker.batches
    assert request.prompt == SOLVER.prompt(question("good"))
    assert request.reply_schema == reply_schema(Solution)
    sampling = request.sampling
    assert (sampling.temperature, sampling.max_tokens, sampling.seed) == (0.5, 7, 0)


def test_seeds_make_equal_requests_different_calls(folder: RunFolder, model: ModelSettings) -> None:
    asker = Asker({"good": GOOD})
    seeds = ["0/0/a", "0/0/b", "0/0/a"]
    staff = Staff(solving(model), folder, asker)
    consult(staff, "good", "good", "good", seeds=seeds)
    [(requests, _, _)] = asker.batches
    one, other, same = requests
    assert one == same != other
    assert one.sampling.seed == int(sha256(b'"0/0/a"').hexdigest()[:8], 16) % 2**31
    assert all(0 < r.sampling.seed < 2**31 for r in requests)
    with pytest.raises(ValueError, match="shorter"):
        consult(staff, "good", "good", seeds=["a"])


def test_a_model_is_opened_when_it_is_needed_and_once(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[ModelSettings] = []
    genuine = module.open_model
    monkeypatch.setattr(module, "open_model", lambda s, i: (opened.append(s), genuine(s, i))[1])
    one = answers(tmp_path / "1.jsonl", {"prompt": "*", "text": GOOD.text})
    two = answers(tmp_path / "2.jsonl", {"prompt": "*", "text": '{"answer": "C"}'})
    staff = Staff(solving(one, two, one), folder)
    assert consult(staff) == []
    assert opened == []
    replies = [consult(staff, "x", member=member) for member in (0, 1, 2, 0)]
    assert replies == [[B], [Solution(answer="C")], [B], [B]]
    assert opened == [one, two]
    assert staff.solvers == 3


def test_nothing_is_asked_twice(folder: RunFolder, tmp_path: Path) -> None:
    """Repairs included: a second run of the same finds all of it in the ledger."""
    first = SOLVER.prompt(question("bad"))
    turn = Request(prompt=first)
    model = answers(
        tmp_path / "a.jsonl",
        {"prompt": first, "text": BAD.text},
        {"prompt": repair(turn, BAD.text, FAULT).prompt, "text": GOOD.text},
        {"prompt": SOLVER.prompt(question("cut")), "text": "{", "finish_reason": "length"},
    )
    before = consult(Staff(solving(model), folder), "bad", "cut", "bad")
    assert [r if isinstance(r, Solution) else r.kind for r in before] == [B, "truncated", B]
    assert folder.ledger.counts() == {"calls": 3, "asked_again": 0, "failures": 0}
    assert consult(Staff(solving(model), folder), "bad", "cut", "bad") == before
    assert folder.ledger.counts() == {"calls": 3, "asked_again": 0, "failures": 0}


def test_a_question_without_an_answer_is_a_failure(folder: RunFolder, tmp_path: Path) -> None:
    known = {"prompt": SOLVER.prompt(question("known")), "text": GOOD.text}
    staff = Staff(solving(answers(tmp_path / "a.jsonl", known)), folder)
    unknown = Failure(kind="request", message="no recorded answer", retryable=False)
    assert consult(staff, "known", "unknown") == [B, unknown]


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ("writer", r"generation\.agents\.writer: .*Add \[generation\.agents\.writer\.model\]"),
        ("solver", r"generation\.agents\.solvers: .*Add \[\[generation\.agents\.solvers\]\]"),
    ],
)
def test_a_role_that_is_not_filled(folder: RunFolder, role: str, says: str) -> None:
    staff = Staff(AgentsSettings(), folder)
    with pytest.raises(ConfigError, match=says):
        staff.check([role])
    with pytest.raises(ConfigError, match=says):
        staff.consult(role, SOLVER, [], [])
    assert staff.solvers == 0


def test_a_solver_too_many(folder: RunFolder, model: ModelSettings) -> None:
    with pytest.raises(ConfigError, match=r"generation\.agents\.solvers\[1\]"):
        consult(Staff(solving(model), folder), "x", member=1)


def test_a_role_that_does_not_exist(folder: RunFolder) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'writer'"):
        Staff(AgentsSettings(), folder).check(["writter"])


def test_settings_are_checked_before_anything_is_spent(
    folder: RunFolder, model: ModelSettings, tmp_path: Path
) -> None:
    gone = ModelSettings(backend="replay", checkpoint=str(tmp_path / "gone.jsonl"))
    staff = Staff(solving(model, gone), folder)
    with pytest.raises(DataError, match=r"^generation\.agents\.solvers\[1\]: .*no such file"):
        staff.check(["solver"])
    bare = AgentsSettings(writer=AgentSettings(model=ModelSettings(backend="openai_api")))
    with pytest.raises(ConfigError, match=r"^generation\.agents\.writer: model\.base_urls"):
        Staff(bare, folder).check(["writer"])
    Staff(solving(model), folder).check(["solver", "solver"])
    assert not folder.root.exists()


def test_who_is_asked_is_said(
    folder: RunFolder, model: ModelSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert consult(Staff(solving(model), folder), "x") == [unreadable("it is empty")]
    assert capsys.readouterr().err.count("Asking the solver: 1/1") == 2


class _Solving(BaseHTTPRequestHandler):
    """Says the colour of the picture that it is sent; the first time not as JSON."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        turn = body["messages"][0]["content"]
        data = turn[0]["image_url"]["url"].partition("base64,")[2]
        pixel = Image.open(io.BytesIO(base64.b64decode(data))).getpixel((0, 0))
        colour = "red" if pixel == (255, 0, 0) else "blue"
        held = body["response_format"]["json_schema"]["schema"]["required"]
        again = "what you replied cannot be read" in turn[1]["text"]
        said = json.dumps(dict.fromkeys(held, colour)) if again else colour
        choice = {"index": 0, "finish_reason": "stop", "message": {"content": said}}
        reply = json.dumps({"choices": [choice]}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(reply)))
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def endpoint() -> Iterator[ModelSettings]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Solving)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    yield ModelSettings(backend="openai_api", base_urls=(url,), model="m")
    server.shutdown()
    server.server_close()


def test_pictures_schema_and_repair_reach_an_endpoint(
    folder: RunFolder, endpoint: ModelSettings
) -> None:
    colours = ("red", "blue", "red")
    names = [folder.images.put(encode(Image.new("RGB", (4, 4), colour))) for colour in colours]
    requests = [
        SolverRequest(pictures=(name,), question="Which <image> colour?", answer_kind="text")
        for name in names
    ]
    read = Staff(solving(endpoint), folder).consult("solver", SOLVER, requests, ["c"] * 3)
    assert read == [Solution(working=colour, answer=colour) for colour in colours]
    assert folder.ledger.counts()["calls"] == 4
