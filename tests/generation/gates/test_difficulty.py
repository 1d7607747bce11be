"""The policy's own answers decide; an unread one is wrong, a missing one is none."""

import pytest

from blindspot.core.records import CellShare, Completion
from blindspot.core.training_set import PlanCell
from generation.gate import gates
from generation.settings import DifficultySettings

RIGHT, WRONG = Completion(text="3157"), Completion(text="4")


class Policy:
    """Answers by script, from the question's number and the repeat."""

    def __init__(self, rule):
        self.rule = rule
        self.calls = []

    def __call__(self, requests):
        self.calls.append(list(requests))
        return [self.rule(int(r.prompt.split()[-1].strip("?")), r.repeat) for r in requests]


def judged(desk, rule, count=1, **difficulty):
    policy = Policy(rule)
    settings = desk.settings(difficulty=DifficultySettings(**difficulty))
    gate = desk.open("difficulty", ask=policy, settings=settings)
    return gate.judge([desk.proposal(n) for n in range(count)]), policy.calls


def every(period, then=RIGHT, otherwise=WRONG):
    return lambda number, repeat: then if repeat % period == 0 else otherwise


def test_half_right_is_in_the_band(desk):
    (verdict,), calls = judged(desk, every(2))
    assert (verdict.admitted, verdict.cause, verdict.pass_rate) == (True, "", 0.5)
    assert verdict.rollouts == sum(map(len, calls)) <= 16
    assert verdict.evidence.startswith(f"{verdict.rollouts // 2} of {verdict.rollouts} right")


@pytest.mark.parametrize(("answer", "cause"), [(WRONG, "too hard"), (RIGHT, "too easy")])
def test_all_alike_is_not_in_it(desk, answer, cause):
    (verdict,), _ = judged(desk, lambda number, repeat: answer)
    assert (verdict.admitted, verdict.cause) == (False, cause)
    assert verdict.pass_rate == float(answer is RIGHT)


def test_too_few_rollouts_to_be_sure(desk):
    (verdict,), calls = judged(desk, every(2), rollouts=2)
    assert (verdict.admitted, verdict.cause, len(calls)) == (False, "undecided", 1)


@pytest.mark.parametrize(
    "wrong",
    [
        Completion(text="I cannot say"),
        Completion(text=""),
        Completion(text="3157", finish_reason="length"),
    ],
)
def test_what_cannot_be_read_or_was_cut_off_is_wrong(desk, wrong):
    (verdict,), _ = judged(desk, every(2, otherwise=wrong))
    assert (verdict.admitted, verdict.pass_rate) == (True, 0.5)


def test_a_failure_is_no_answer_and_no_pass_rate(desk):
    def fails(number, repeat):
        return desk.timeout if (number, repeat) in ((1, 0), (1, 3)) else RIGHT

    verdicts, calls = judged(desk, fails, count=2)
    lost = verdicts[1]
    assert (lost.admitted, lost.cause, lost.pass_rate) == (False, "no answer", None)
    assert (lost.evidence, lost.rollouts) == ("2 failed: after 120 s", 0)
    assert verdicts[0].cause == "too easy"
    assert all("in 1?" not in r.prompt for call in calls[1:] for r in call)


def test_a_late_failure_is_no_answer_either(desk):
    def fails(number, repeat):
        return desk.timeout if repeat == 5 else every(2)(number, repeat)

    (verdict,), calls = judged(desk, fails, certainty=0.99)
    assert (verdict.cause, len(calls)) == ("no answer", 2)


def test_a_wave_is_asked_four_each_and_then_the_undecided_four_more(desk):
    def rule(number, repeat):
        return WRONG if number else every(2)(number, repeat)

    verdicts, calls = judged(desk, rule, count=3, certainty=0.999)
    assert [r.repeat for r in calls[0]] == [0, 1, 2, 3] * 3
    for number, call in enumerate(calls[1:], start=1):
        assert {r.prompt for r in call} == {"How many are there in 0?"}
        assert [r.repeat for r in call] == [4 * number + i for i in range(4)]
    assert [v.rollouts for v in verdicts] == [16, 4, 4]
    assert all(desk.images.path(name).is_file() for r in calls[0] for name in r.images)


def test_the_same_wave_is_asked_the_same(desk):
    first, second = (judged(desk, every(3), count=5) for _ in range(2))
    assert first == second


def test_nothing_to_judge_is_nothing_asked(desk):
    assert judged(desk, every(2), count=0) == ([], [])


def test_no_key_is_sent(desk):
    _, calls = judged(desk, every(2))
    assert all("3157" not in r.model_dump_json() for call in calls for r in call)


@pytest.mark.parametrize(
    ("split", "weakness", "guarded"),
    [("train", "w", True), ("train", None, False), ("validation", "w", False)],
)
def test_only_training_that_aims_at_a_weakness(split, weakness, guarded):
    want = CellShare(
        capability="a", image_type="b", share=1, quota=1, weakness=weakness, why="weak"
    )
    cell = PlanCell(name="x", split=split, want=want, quota=1, brief="")
    assert gates.load("difficulty").guards(cell) == guarded


def test_it_needs_a_policy_and_can_be_turned_off(desk):
    gate = gates.load("difficulty")
    off = desk.settings(difficulty=DifficultySettings(enabled=False))
    assert gate.enabled(desk.settings())
    assert not gate.enabled(off)
    with pytest.raises(ValueError, match="needs a policy"):
        desk.open("difficulty")
