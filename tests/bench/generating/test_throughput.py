"""G1's arithmetic, on looks at a server that are made up, and its arms against a real stub."""

import asyncio

import pytest

from bench.generating.clients import bare, checked, cost, per_item
from bench.generating.throughput import Seen, speed
from bench.stub.script import Script
from bench.stub.server import stub


def seen(*looks: tuple[float, int, int]) -> list[Seen]:
    return [Seen(*look) for look in looks]


def test_speed_runs_from_the_first_call_to_the_last_answer():
    looks = seen((0, 0, 0), (1, 4, 0), (2, 8, 4), (3, 8, 8), (9, 8, 8))
    found = speed(looks, concurrency=4)
    assert (found.calls, found.seconds) == (8, 2)
    assert (found.busy, found.idle) == (1.0, 0.0)


def test_gaps_between_batches_are_seen():
    looks = seen((0, 4, 0), (1, 4, 4), (2, 4, 4), (3, 5, 4), (4, 5, 5))
    found = speed(looks, concurrency=4)
    assert (found.seconds, found.busy, found.idle) == (4, 0.25, 0.5)


def test_without_a_call_there_is_no_speed():
    with pytest.raises(ValueError, match="no call"):
        speed(seen((0, 0, 0), (1, 0, 0)), concurrency=4)


def bodies(count: int) -> list[dict[str, object]]:
    turns = [[{"role": "user", "content": f"Answer question {i}."}] for i in range(count)]
    return [{"model": "m", "messages": turn, "max_tokens": 8} for turn in turns]


def test_the_scripts_beside_it_make_every_call_once():
    with stub() as server:
        assert asyncio.run(bare(server.url, bodies(20), 8)) == 20
        assert (server.calls().answered["policy"], server.calls().repeated) == (20, 0)
        server.script(Script())
        assert per_item(server.url, bodies(20), 8, chain=3) == 20
        assert (server.calls().answered["policy"], server.calls().repeated) == (20, 0)
        server.script(Script())
        spent = asyncio.run(checked(server.url, bodies(20), 1, budget=cost(20, 0)))
        counted = server.calls()
        assert counted.answered["policy"] < 20
        assert spent >= cost(20, 0)
        billed = cost(counted.prompt_tokens["policy"], counted.completion_tokens["policy"])
        assert spent == pytest.approx(billed)
