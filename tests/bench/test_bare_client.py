"""The client that the harness is held against."""

import asyncio
from typing import Any

import pytest

from bench.bare_client import ask, ask_raw
from bench.endpoint import Call, Script
from bench.harness_arms import (
    Server,
)
from bench.harness_data import Data


@pytest.mark.parametrize("asked", [ask, ask_raw])
def test_the_bare_client_asks_every_sample_once(server: Server, data: Data, asked: Any):
    server.begin(Script(latency=0.01))
    pictures = sorted(data.pictures.iterdir())[:20]
    answers = asyncio.run(asked(server.url, pictures, 4))
    assert len(answers) == 20
    calls = server.calls()
    assert sorted(c.sample for c in calls) == list(range(20))
    assert 1 < most_at_once(calls) <= 4


def most_at_once(calls: list[Call]) -> int:
    ends = [(c.arrived, 1) for c in calls] + [(c.answered or 0.0, -1) for c in calls]
    now, most = 0, 0
    for _, step in sorted(ends):
        now += step
        most = max(most, now)
    return most
