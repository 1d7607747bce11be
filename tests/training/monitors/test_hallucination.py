"""Yes beyond the targets, wrong yes, and one wrong answer each time."""

from dataclasses import replace

import pytest

from blindspot.core.monitors import Alarm
from training.monitor_settings import MonitorSettings
from training.monitors.hallucination import PLUGIN, confidently_wrong

TARGETS = ["yes", "no"] * 100
RIGHT = list(TARGETS)


def with_yes(wrong: int) -> list[str]:
    """All right but so many that are "yes" and should be "no"."""
    noes = [i for i, target in enumerate(TARGETS) if target == "no"][:wrong]
    return ["yes" if i in noes else said for i, said in enumerate(RIGHT)]


def alarms(history) -> dict[str, Alarm]:
    found = PLUGIN.figures(history, MonitorSettings())
    assert [f.name for f in found] == ["yes rate", "wrong yes", "confidently wrong"]
    return {f.name: f for f in found if isinstance(f, Alarm)}


def test_more_and_more_yes(rounds):
    found = alarms(rounds(RIGHT, with_yes(30), targets=TARGETS, kind="yes_no"))
    assert set(found) == {"yes rate", "wrong yes"}
    assert found["wrong yes"].value == pytest.approx(0.3)
    assert found["yes rate"].value == pytest.approx(0.15)
    # hand-worked: thirty pictures rose and none fell, .5^30; the level is .05/3/(1·2)
    assert found["wrong yes"].p == pytest.approx(0.5**30)
    assert found["wrong yes"].level == pytest.approx(0.05 / 6)


def test_a_handful_is_noise(rounds):
    assert not alarms(rounds(RIGHT, with_yes(5), targets=TARGETS, kind="yes_no"))


def test_a_lean_that_was_always_there_does_not_alarm(rounds):
    lean = with_yes(40)
    assert not alarms(rounds(lean, lean, lean, targets=TARGETS, kind="yes_no"))


def test_a_lean_to_no_that_goes_is_none(rounds):
    shy = ["no"] * 200
    assert not alarms(rounds(shy, RIGHT, targets=TARGETS, kind="yes_no"))


def test_what_cannot_be_read_is_no_yes(rounds):
    assert not alarms(rounds(RIGHT, [""] * 200, targets=TARGETS, kind="yes_no"))


def test_more_questions_of_one_picture_are_one_vote(rounds):
    history = rounds(RIGHT, with_yes(30), targets=TARGETS, kind="yes_no", cluster="one")
    assert not alarms(history)


def test_sure_of_what_is_wrong(rounds):
    wavering, sure = [("0", "1", "2", "0")] * 100, [("0", "0", "0", "0")] * 100
    assert set(alarms(rounds(wavering, sure, targets=["1"] * 100))) == {"confidently wrong"}


def test_surer_and_better_is_healthy(rounds):
    wavering = [("0", "1", "2", "0")] * 100
    sure = [("0",) * 4] * 30 + [("1",) * 4] * 70
    assert not alarms(rounds(wavering, sure, targets=["1"] * 100))


def test_confidence_needs_repeats(rounds, answered):
    figures = PLUGIN.figures(rounds(["0"], ["0"], targets=["1"]), MonitorSettings())
    assert figures[2].value is None
    assert "no repeats" in figures[2].said
    assert confidently_wrong(answered("a", ("0", "0")))
    assert not confidently_wrong(answered("a", ("", "")))
    assert not confidently_wrong(answered("a", ("0", "2")))


def test_the_first_round_is_measured_against_nothing(rounds):
    assert not alarms(rounds(with_yes(90), targets=TARGETS, kind="yes_no"))


def test_a_round_that_was_rolled_back_spends_no_level(rounds):
    """One policy was taken in four rounds: its test is the first."""
    said = [RIGHT, RIGHT, RIGHT, RIGHT, with_yes(30)]
    history = rounds(*said, targets=TARGETS, kind="yes_no")
    taken = (False, False, False, True, None)
    judged = [replace(r, accepted=v) for r, v in zip(history, taken, strict=True)]
    assert alarms(judged)["wrong yes"].level == pytest.approx(0.05 / 6)
    assert alarms(history)["wrong yes"].level == pytest.approx(0.05 / 3 / 20)


def test_two_graders_are_not_compared(rounds):
    history = rounds(RIGHT, targets=TARGETS, kind="yes_no")
    other = rounds(RIGHT, with_yes(90), targets=TARGETS, kind="yes_no", grader="other")
    assert not alarms([history[0], other[1]])
