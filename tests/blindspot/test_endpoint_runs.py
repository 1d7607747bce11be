"""`blindspot evaluate` against endpoints: interrupted, refusing, and repeating the key."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from blindspot.core.evaluation import Evaluation
from blindspot.core.images import encode

CANARY = "sk-canary-0123456789abcdefghij"
ENTRY = [sys.executable, "-c", "from blindspot.cli import main; main()"]
ROWS = 24


@pytest.fixture
def config(tmp_path: Path, stub: Any) -> Path:
    """Twenty-four questions for the stub, four at a time, with a key from the environment."""
    rows = [
        {
            "id": f"s{i}",
            "question": f"q{i}",
            "target": "red",
            "image": {"bytes": encode(Image.new("RGB", (4, 4), (i, 0, 0))), "path": None},
        }
        for i in range(ROWS)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "b.parquet")
    path = tmp_path / "config.toml"
    path.write_text(
        f'name = "mine"\n[model]\nbackend = "openai_api"\nmodel = "m"\nbase_urls = ["{stub.url}"]\n'
        'api_key_env = "CANARY"\nconcurrency = 4\nmax_attempts = 1\n'
        '[[evaluation.benchmarks]]\nname = "b"\npath = "b.parquet"\n'
    )
    return path


def evaluate(config: Path, *more: str) -> "subprocess.Popen[str]":
    command = [*ENTRY, "evaluate", str(config), "--out", str(config.parent / "run"), *more]
    return subprocess.Popen(
        command,
        env=os.environ | {"CANARY": CANARY},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heeds_interrupts,
    )


def _heeds_interrupts() -> None:
    """What a shell starts in the background does not, nor what that starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def calls(config: Path) -> int:
    file = config.parent / "run" / "ledger.sqlite"
    if not file.exists():
        return 0
    with closing(sqlite3.connect(file)) as db:
        return db.execute("select count(*) from calls").fetchone()[0]


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_cleanly_and_the_next_run_asks_the_rest(
    config: Path, stub: Any, kind: signal.Signals
) -> None:
    stopped = threading.Event()

    def hangs_in_the_end(attempt: int, body: dict[str, Any]) -> Any:
        if len(stub.bodies) > 8:
            stopped.wait(60)
        return stub.answer("red")

    stub.reply = hangs_in_the_end
    process = evaluate(config)
    deadline = time.monotonic() + 60
    while len(stub.bodies) < 9 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(kind)
    _, err = process.communicate(timeout=30)
    stopped.set()
    assert process.returncode == 130, err
    assert "Run the same command again: it continues" in err
    assert "Traceback" not in err
    before, kept = len(stub.bodies), calls(config)
    assert 0 < kept < ROWS
    stub.reply = lambda attempt, body: stub.answer("red")
    again = evaluate(config)
    _, err = again.communicate(timeout=60)
    assert again.returncode == 0, err
    probes = sum("q" not in str(body["messages"][-1]) for body in stub.bodies[before:])
    assert len(stub.bodies) - before - probes <= ROWS - kept
    assert Evaluation(config.parent / "run" / "round-0" / "evaluation").metrics().coverage == 1


@pytest.mark.parametrize("ignored", [False, True])
def test_a_polite_kill_breaks_into_no_coroutine(ignored: bool) -> None:
    """Neither where Ctrl-C is ignored, as by a script's background job."""
    program = f"""
import asyncio, os, signal
from blindspot.cli import _heed_kills
if {ignored}:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
_heed_kills()
async def work():
    if {ignored}:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0.1)
    os.kill(os.getpid(), signal.SIGTERM)
    sum(range(100_000))
    print("whole")
    await asyncio.sleep(60)
try:
    asyncio.run(work())
except KeyboardInterrupt:
    print("stopped")
"""
    command = [sys.executable, "-c", program]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=60, preexec_fn=_heeds_interrupts
    )
    assert ran.stdout.split() == ["whole", "stopped"], ran.stderr


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (401, 1, "Set the environment variable that api_key_env names"),
        (404, 1, "base_urls"),
        (400, 1, "Correct what the server names"),
    ],
)
def test_refusals_end_in_a_sentence_and_the_key_is_nowhere(
    config: Path, stub: Any, status: int, code: int, sentence: str
) -> None:
    stub.reply = lambda attempt, body: stub.error(status, f"no: key {CANARY} for you")
    process = evaluate(config)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert sentence in err
    assert "Traceback" not in err
    assert stub.keys == {f"Bearer {CANARY}"}
    written = [p.read_bytes() for p in config.parent.rglob("*") if p.is_file()]
    assert not any(CANARY.encode() in text for text in [out.encode(), err.encode(), *written])


def test_a_key_that_an_answer_repeats_is_nowhere(config: Path, stub: Any) -> None:
    stub.reply = lambda attempt, body: stub.answer(f"red {CANARY}")
    process = evaluate(config)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    written = [p.read_bytes() for p in config.parent.rglob("*") if p.is_file()]
    assert not any(CANARY.encode() in text for text in [out.encode(), err.encode(), *written])


def test_what_the_server_honours_stands_in_the_manifest(config: Path, stub: Any) -> None:
    process = evaluate(config)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    manifest = Evaluation(config.parent / "run" / "round-0" / "evaluation").artifact.manifest
    abilities = manifest.facts["model"]["abilities"]
    assert abilities["unknown_fields"] is True
    assert abilities["json_schema"] is False
