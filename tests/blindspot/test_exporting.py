"""Checkpoints that leave a run, with their card, and folders sent to a hub that speaks its
protocol on this machine.
"""

import base64
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.acceptance import Acceptance
from blindspot.core.artifact import Draft, write_text
from blindspot.core.run_folder import RunFolder

OID = "a" * 40
WEIGHTS = b"weights"


@dataclass
class Hub:
    """What a hub was sent."""

    url: str = ""
    created: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    refuse: bool = False


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    state = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.answer(*_replied(state, self.path, body))

        def do_GET(self) -> None:
            self.answer(404, {"error": "no such thing"})

        def answer(self, status: int, told: dict[str, Any]) -> None:
            text = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", state.url)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def _replied(state: Hub, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
    if state.refuse:
        return 403, {"error": "You may not write here"}
    if path == "/api/repos/create":
        state.created.append(json.loads(body))
        return 200, {"url": f"{state.url}/me/model", "id": "me/model"}
    if "/preupload/" in path:
        files = [
            {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False, "oid": None}
            for f in json.loads(body)["files"]
        ]
        return 200, {"files": files}
    if path == "/api/validate-yaml":
        return 200, {"errors": [], "warnings": []}
    for line in body.decode().splitlines():
        told = json.loads(line)
        if told["key"] == "file":
            state.files[told["value"]["path"]] = base64.b64decode(told["value"]["content"])
    return 200, {"commitUrl": f"{state.url}/me/model/commit/{OID}", "commitOid": OID}


@pytest.fixture
def run(blindspot, config: Path, tmp_path: Path) -> RunFolder:
    """A run whose round 0 trained; its round 1 has an evaluation with the same answers."""
    folder = RunFolder(tmp_path / "mine")
    assert blindspot("evaluate", config, "--out", folder.root)[0] == 0
    here = folder.round(0)
    draft = Draft(here.checkpoint, "checkpoint", {"seed": 3}, {"policy": "p" * 12})
    (draft.path / "model.safetensors").write_bytes(WEIGHTS)
    write_text(draft.path / "metrics.jsonl", "{}\n")
    draft.publish(
        counts={"steps": 40, "samples": 720},
        facts={
            "optimiser": "grpo",
            "published_step": 30,
            "autonomy": {"level": "none", "generated_by": "program"},
            "samples_per_cell": {"shape/geometric": 720},
        },
    )
    judged(folder, accepted=True, why="2 strong categories held")
    shutil.copytree(here.evaluation, folder.round(1).evaluation)
    return folder


def judged(folder: RunFolder, accepted: bool, why: str) -> None:
    """Another verdict of the gate."""
    place = folder.round(0).acceptance
    shutil.rmtree(place, ignore_errors=True)
    verdict = Acceptance(accepted=accepted, why=why, margin=0.05, categories=(), validation=None)
    draft = Draft(place, "acceptance", {}, {})
    write_text(draft.path / "acceptance.json", verdict.model_dump_json())
    draft.publish()


def test_a_checkpoint_leaves_with_its_card(blindspot, run: RunFolder, tmp_path: Path) -> None:
    out = tmp_path / "given"
    code, said, err = blindspot("export", run.root, "--format", "checkpoint", "--out", out)
    assert code == 0, err
    assert said.splitlines()[-1] == str(out)
    assert {p.name for p in out.iterdir()} == {"README.md", "model.safetensors"}
    card = (out / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: transformers\n")
    assert "trained by grpo: 40 steps, 720 samples, seed 3; published is step 30" in card
    assert "The round's gate accepted it: 2 strong categories held" in card
    assert "| overall | 56 | 57.1 | 57.1 | +0.0 (-6.4 … +6.4) |" in card
    assert "| shape/geometric | 720 |" in card


def test_what_was_refused_was_not_measured(run: RunFolder, blindspot, tmp_path: Path) -> None:
    judged(run, accepted=False, why="color/geometric fell")
    given = ("export", run.root, "--format", "checkpoint", "--out", tmp_path / "given")
    assert blindspot(*given)[0] == 0
    card = (tmp_path / "given" / "README.md").read_text()
    assert "The round's gate refused it: color/geometric fell" in card
    assert "These weights have not been evaluated on a benchmark." in card


def test_a_round_without_a_checkpoint(blindspot, run: RunFolder, tmp_path: Path) -> None:
    where = run.root / "round-1"
    code, _, err = blindspot("export", where, "--format", "checkpoint", "--out", tmp_path / "g")
    assert code == 2
    assert "No checkpoint of round 1" in err
    assert not (tmp_path / "g").exists()


def test_nothing_is_written_over(blindspot, run: RunFolder) -> None:
    given = ("export", run.root, "--format", "checkpoint", "--out", run.round(0).checkpoint)
    code, _, err = blindspot(*given)
    assert code == 2
    assert "something is there already" in err


def test_a_hub_gets_the_whole_folder(blindspot, run: RunFolder, tmp_path: Path, hub: Hub) -> None:
    out = tmp_path / "given"
    push = ("--push-to-hub", "me/model", "--private")
    code, said, err = blindspot("export", run.root, "--format", "checkpoint", "--out", out, *push)
    assert code == 0, err
    assert said.splitlines()[-1] == f"{hub.url}/me/model"
    [created] = hub.created
    assert (created["name"], created["organization"]) == ("model", "me")
    assert created["visibility"] == "private"
    assert hub.files["model.safetensors"] == WEIGHTS
    assert hub.files["README.md"] == (out / "README.md").read_bytes()


def test_a_hub_that_refuses(blindspot, run: RunFolder, tmp_path: Path, hub: Hub) -> None:
    hub.refuse = True
    out = tmp_path / "given"
    push = ("--push-to-hub", "me/model")
    code, _, err = blindspot("export", run.root, "--format", "checkpoint", "--out", out, *push)
    assert code == 1
    assert "The hub did not take me/model" in err
    assert "You may not write here" in err
    assert "hf_secret" not in err
    assert (out / "README.md").is_file()


def test_a_name_that_no_hub_takes(blindspot, run: RunFolder, tmp_path: Path, hub: Hub) -> None:
    out = tmp_path / "given"
    push = ("--push-to-hub", "me/my model")
    code, _, err = blindspot("export", run.root, "--format", "checkpoint", "--out", out, *push)
    assert code == 2
    assert "Give OWNER/NAME" in err
