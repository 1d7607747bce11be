"""The supervision of a server, against a small one that behaves, dies or keeps silent as vLLM
may.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from blindspot.core import orphans, serving
from blindspot.core.errors import StageError
from blindspot.core.records import Failure

Fake = Any
"""The checkpoint and its server of conftest.py."""


def test_the_server_survives_a_rest_and_serves_the_next_stage(fake: Fake) -> None:
    settings = fake.settings()
    assert fake.texts(fake.ask(settings, 3)) == ["red"] * 3
    assert fake.texts(fake.ask(settings, 6)) == ["red"] * 6
    [pid] = fake.pids
    assert fake.lives(pid)
    assert json.loads(fake.record.read_text())["pid"] == pid
    serving._servers.popitem()[1].stop()
    assert not fake.lives(pid)
    assert not fake.record.exists()


def test_what_the_ledger_knows_starts_no_server(fake: Fake) -> None:
    fake.ask(fake.settings(), 3)
    for server in serving._servers.values():
        server.stop()
    fake.ask(fake.settings(), 3)
    assert len(fake.pids) == 1


def test_another_model_takes_the_place(fake: Fake) -> None:
    fake.ask(fake.settings(), 2)
    fake.ask(fake.settings(dtype="bfloat16"), 2)
    first, second = fake.pids
    assert (fake.lives(first), fake.lives(second)) == (False, True)


def test_a_server_that_dies_at_its_start(fake: Fake) -> None:
    with pytest.raises(StageError, match="ended while starting") as caught:
        fake.ask(fake.settings("dies_at_start"), 5)
    assert "ValueError: no room for the cache" in caught.value.why
    assert "root cause above" not in caught.value.why
    assert str(fake.root / "run" / "vllm_server.log") in caught.value.way_out
    assert len(fake.pids) == 1
    assert not fake.record.exists()


def test_a_server_that_never_gets_healthy(fake: Fake) -> None:
    with pytest.raises(StageError, match=r"not healthy after 0.5 s"):
        fake.ask(fake.settings("never_healthy", start_timeout=0.5), 5)
    assert fake.log.count("vllm_server: ") == 1
    assert not any(map(fake.lives, fake.pids))
    assert not fake.record.exists()


def test_a_server_that_dies_is_started_again_and_asked_again(fake: Fake) -> None:
    outcomes = fake.ask(fake.settings("dies_after_3", concurrency=1), 8)
    assert fake.texts(outcomes) == ["red"] * 8
    assert len(fake.pids) == 3
    assert "EngineDeadError" in fake.log


def test_a_server_that_keeps_dying(fake: Fake) -> None:
    outcomes = fake.ask(fake.settings("dies_after_1", concurrency=1), 8)
    answered = 1 + serving.MAX_RESTARTS
    assert fake.texts(outcomes) == ["red"] * answered + ["connection"] * (8 - answered)
    assert isinstance(outcomes[-1], Failure)
    assert "EngineDeadError: the engine is dead" in outcomes[-1].message
    assert outcomes[-1].retryable


def test_many_at_once_start_one_server(fake: Fake) -> None:
    outcomes = fake.ask(fake.settings("dies_after_20", concurrency=16), 64)
    assert fake.texts(outcomes) == ["red"] * 64
    assert len(fake.pids) <= 1 + serving.MAX_RESTARTS


CHILD = """
import asyncio, os, sys
from blindspot.core.serving import Launch, server
from pathlib import Path

run, *command = sys.argv[1:]
launch = Launch(
    name="vllm_server",
    identity="x",
    command=lambda port: [*command, "tiny", "--port", str(port)],
    environment=os.environ,
    timeout=20,
)
assert asyncio.run(server(launch, Path(run)).ready())
print("serves", flush=True)
sys.stdin.read()
"""


def child(fake: Fake) -> "subprocess.Popen[str]":
    """A process of its own that has a server and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, fake.root / "run", *fake.settings().server_command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "serves\n"
    return process


def test_the_server_of_a_killed_run_is_stopped_at_the_next_start(
    fake: Fake, capsys: pytest.CaptureFixture[str]
) -> None:
    with child(fake) as killed:
        killed.send_signal(signal.SIGKILL)
    [orphan] = fake.pids
    assert fake.lives(orphan)
    assert fake.texts(fake.ask(fake.settings())) == ["red"]
    assert not fake.lives(orphan)
    assert f"a killed run left, process {orphan}" in capsys.readouterr().err
    assert json.loads(fake.record.read_text())["pid"] == fake.pids[1]


@pytest.mark.parametrize("number", [signal.SIGINT, None])
def test_the_server_ends_with_the_process(fake: Fake, number: signal.Signals | None) -> None:
    with child(fake) as process:
        if number is not None:
            process.send_signal(number)
    [pid] = fake.pids
    assert not fake.lives(pid)
    assert not fake.record.exists()


def test_the_server_of_a_living_process_is_left_alone(fake: Fake) -> None:
    with child(fake) as process:
        with pytest.raises(StageError, match=f"the process {process.pid} has one running"):
            fake.ask(fake.settings())
        [pid] = fake.pids
        assert fake.lives(pid)


@pytest.mark.parametrize("change", [{"born": "another boot/1"}, {"pid": 2**22 + 1}, {"born": ""}])
def test_a_process_that_was_not_noted_is_never_killed(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    note = tmp_path / "server.json"
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        orphans.note(note, other.pid, 1)
        noted = json.loads(note.read_text()) | {"owner": 2**22 + 2}
        note.write_text(json.dumps(noted | change))
        orphans.clear(note, "a server")
        assert other.poll() is None
        assert not note.exists()
        other.kill()
