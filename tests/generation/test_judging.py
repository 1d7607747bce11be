"""A window goes through the gates in the order of their cost; when an answer comes decides
nothing.
"""

import random
import threading
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.errors import StageError
from generation.gate import Guard, Verdict
from generation.judging import WAVE, Standing, judged, waves


@pytest.fixture
def proposals(kit):
    one = kit.proposal(kit.candidate("counting", "s"))
    return [replace(one, id=f"train/counting/geometric/{i}/0") for i in range(150)]


def number(proposal) -> int:
    return int(proposal.id.split("/")[3])


class Gate:
    """Rejects a share of each wave that depends on who is in it; takes its time."""

    def __init__(self, modulus: int, pause: float = 0.0) -> None:
        self.modulus, self.pause, self.seen = modulus, pause, []

    def judge(self, proposals):
        self.seen.append([number(p) for p in proposals])
        time.sleep(random.uniform(0, self.pause))
        total = sum(map(number, proposals))
        return [Verdict((number(p) + total) % self.modulus > 0, f"{total}") for p in proposals]


def guard(name, gate, at_once=False, guards=lambda cell: True):
    return Guard(name, guards, gate, at_once=at_once)


def run(proposals, pause):
    guards = [
        guard("whole", Gate(7)),
        guard("a", Gate(5, pause), at_once=True),
        guard("b", Gate(3, pause), at_once=True),
        guard("last", Gate(4)),
    ]
    window = [Standing(p, []) for p in proposals]
    passed = [number(s.proposal) for s in judged(guards, window)]
    return passed, [[(seen.gate, seen.admitted, seen.evidence) for seen in s.seen] for s in window]


def test_verdicts_do_not_depend_on_when_answers_come(proposals):
    first = run(proposals, 0.0)
    assert first[0] == sorted(first[0])
    assert 0 < len(first[0]) < len(proposals)
    for _ in range(3):
        assert run(proposals, 0.02) == first


def test_a_gate_sees_only_whom_every_cheaper_gate_admitted(proposals):
    for seen in run(proposals, 0.01)[1]:
        assert [gate for gate, *_ in seen] == ["whole", "a", "b", "last"][: len(seen)]
        assert all(admitted for _, admitted, _ in seen[:-1])


def test_waves_are_judged_at_once_and_the_others_see_the_window_whole(proposals):
    count = len(waves(proposals))
    meeting = threading.Barrier(count, timeout=5)

    class Meeting(Gate):
        def judge(self, proposals):
            meeting.wait()
            return super().judge(proposals)

    whole, met = Gate(10**6), Meeting(10**6)
    judged(
        [guard("whole", whole), guard("met", met, at_once=True)],
        [Standing(p, []) for p in proposals],
    )
    assert whole.seen == [list(range(150))]
    assert sorted(met.seen) == [list(range(50)), list(range(50, 100)), list(range(100, 150))]


def test_the_first_error_ends_the_window(proposals):
    release = threading.Event()

    class Broken(Gate):
        def judge(self, proposals):
            if number(proposals[0]):
                raise StageError("The model", "it is away", "Start it")
            release.wait(10)
            return super().judge(proposals)

    begun = time.monotonic()
    with pytest.raises(StageError, match="it is away"):
        judged([guard("a", Broken(9), at_once=True)], [Standing(p, []) for p in proposals])
    assert time.monotonic() - begun < 5
    release.set()


def test_nobody_is_no_wave():
    assert judged([guard("a", Gate(2), at_once=True)], []) == []


@given(st.integers(0, 2000))
def test_waves_are_neighbours_about_as_many_in_each(count):
    found = waves([Standing(i, []) for i in range(count)])  # type: ignore[arg-type]
    assert [s.proposal for wave in found for s in wave] == list(range(count))
    sizes = [len(wave) for wave in found]
    assert all(0 < size <= WAVE for size in sizes)
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    assert len(sizes) == -(-count // WAVE)
