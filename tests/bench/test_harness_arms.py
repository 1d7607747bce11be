"""Every arm as a command, watched from outside."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.endpoint import Call, Fault, Script
from bench.harness_arms import (
    ARMS,
    ArmError,
    Place,
    Server,
    command,
    first_call,
    span,
    watch,
)
from bench.harness_data import Data
from bench.harness_faults import (
    ACCURACY,
    Reported,
    reported,
    script,
)


def test_span_is_from_the_first_arrival_to_the_last_answer(call: Callable[..., Call]):
    calls = [call(1, 5.0, 6.0), call(2, 4.0, 9.5), call(3, 4.5)]
    assert span(calls) == 5.5
    assert span([call(1, 5.0)]) == 0.0


def test_watching_reads_rate_and_cost_from_outside(server: Server, data: Data, tmp_path: Path):
    server.begin(Script(latency=0.02))
    place = Place(tmp_path / "raw", data, concurrency=5)
    run = watch(server, command("raw", place, server.url), place, samples=40)
    assert 20 < run.rate <= 5 / 0.02
    assert run.wall > 40 / 5 * 0.02
    assert 0 <= run.cpu_requesting <= run.cpu + 0.02
    assert run.memory > 5_000_000
    assert json.loads(run.output) == {"answers": 40}


def test_the_first_call_ends_the_command(server: Server, data: Data, tmp_path: Path):
    server.begin(Script(latency=0.5))
    place = Place(tmp_path / "first", data, concurrency=1)
    begun = time.monotonic()
    seconds = first_call(server, command("raw", place, server.url), place)
    assert 0 < seconds < time.monotonic() - begun
    assert [c.answered for c in server.calls()] == [None]
    server.begin(Script())
    with pytest.raises(ArmError, match="asked nothing:\nwhat happened"):
        first_call(server, [sys.executable, "-c", "print('what happened')"], place)


def test_blindspot_leaves_what_failed_out_and_counts_it(server: Server, data: Data, tmp_path: Path):
    made = script(75)
    refused = {n: Fault("refused") for n, f in made.faults.items() if f.attempts is None}
    server.begin(replace(made, latency=0.01, faults=refused))
    place = Place(tmp_path / "ours", data, concurrency=8)
    run = watch(server, command("blindspot", place, server.url), place, samples=60)
    assert sorted({c.sample for c in server.calls()}) == list(range(75))
    said = reported("blindspot", place.folder, run.output)
    assert said == Reported(accuracy=said.accuracy, failures=15, answered=60)
    assert said.accuracy == pytest.approx(ACCURACY, abs=1e-5)


def test_an_arm_that_fails_says_so(server: Server, data: Data, tmp_path: Path):
    server.begin(Script())
    place = Place(tmp_path / "broken", data, concurrency=2)
    line = [sys.executable, "-c", "print('what happened'); raise SystemExit(3)"]
    with pytest.raises(ArmError, match="ended with 3:\nwhat happened"):
        watch(server, line, place, samples=40)


def test_every_arm_has_its_command(data: Data, tmp_path: Path):
    lines = {a: command(a, Place(tmp_path / a, data, 7), "http://x/v1") for a in ARMS}
    assert len({" ".join(line) for line in lines.values()}) == len(ARMS)
    assert "7" in lines["bare"]
    assert "7" in lines["openai"]
    assert "concurrency = 7" in (tmp_path / "blindspot" / "config.toml").read_text()
