"""The pass rate decides; an unread answer is wrong, a failure is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import Completion, Failure
from generation.gate import gates
from generation.gates.difficulty import verdict
from generation.settings import DifficultySettings
from generation.source import Candidate

BAND = DifficultySettings(low=0.2, high=0.9, rollouts=8)
ASKED = Candidate((b"",), "How many?", "3", "number", "test")
TIMEOUT = Failure(kind="timeout", message="after 120 s", retryable=True)


def answers(*texts: str):
    return [Completion(text=text) for text in texts]


@pytest.mark.parametrize(
    ("right", "admitted", "cause"),
    [
        (0, False, "too hard"),
        (1, False, "too hard"),
        (2, True, ""),
        (7, True, ""),
        (8, False, "too easy"),
    ],
)
def test_the_band(right, admitted, cause):
    found = verdict(ASKED, answers(*["3"] * right, *["4"] * (8 - right)), BAND)
    assert (found.admitted, found.cause, found.pass_rate) == (admitted, cause, right / 8)
    assert found.rollouts == 8


def test_an_answer_that_cannot_be_read_is_wrong():
    found = verdict(ASKED, answers(*["3"] * 4, *["I cannot say"] * 4), BAND)
    assert found.pass_rate == 0.5


def test_a_failure_is_no_answer_and_no_pass_rate():
    found = verdict(ASKED, [*answers(*["3"] * 4), *[TIMEOUT] * 4], BAND)
    assert (found.admitted, found.cause, found.pass_rate) == (False, "no answer", None)
    assert found.evidence == "4 failed: after 120 s"


@given(st.lists(st.booleans(), min_size=1, max_size=16), st.floats(0, 1), st.floats(0, 1))
def test_admitted_exactly_within_the_band(right, a, b):
    band = DifficultySettings(low=min(a, b), high=max(a, b))
    found = verdict(ASKED, answers(*("3" if r else "4" for r in right)), band)
    assert found.admitted == (band.low <= sum(right) / len(right) <= band.high)


def test_a_wave_is_one_call_with_stored_pictures(kit, world):
    calls = []

    def ask(requests):
        calls.append(requests)
        return answers(*(str(r.repeat % 2) for r in requests))

    gate = gates.load("difficulty").open(kit.surroundings(world.folder, ask=ask))
    wave = [kit.proposal(kit.candidate("counting", f"s{i}")) for i in range(3)]
    assert len(gate.judge(wave)) == 3
    assert [len(c) for c in calls] == [24]
    assert [r.repeat for r in calls[0][:9]] == [0, 1, 2, 3, 4, 5, 6, 7, 0]
    assert all(world.folder.images.path(n).is_file() for r in calls[0] for n in r.images)
    assert gate.judge([]) == []
    assert len(calls) == 1
