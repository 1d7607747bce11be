"""A plateau is shown, never assumed from a lack of evidence."""

from dataclasses import replace

import pytest

from blindspot.core.monitors import Alarm
from training.monitor_settings import MonitorSettings
from training.monitors.plateau import PLUGIN, overall

SETTINGS = MonitorSettings(patience=1, min_gain=0.02)


def flipped(right: int, n: int, won: int, lost: int) -> tuple[list[str], list[str]]:
    """`right` of n are right at first; then `lost` of these are wrong and `won` others right."""
    before = ["1"] * right + ["0"] * (n - right)
    after = ["0"] * lost + ["1"] * (right - lost) + ["1"] * won + ["0"] * (n - right - won)
    return before, after


def one(history, settings=SETTINGS):
    (figure,) = PLUGIN.figures(history, settings)
    return figure


def test_nothing_gained_on_many_samples_is_a_plateau(rounds):
    history = rounds(*flipped(1000, 2000, 40, 40), targets=["1"] * 2000, half="held_out")
    figure = one(history)
    assert isinstance(figure, Alarm)
    assert figure.stop
    assert figure.value == pytest.approx(0)
    # hand-worked: eighty turned, and two more for safety: sqrt(82)/2000 = .00453
    assert figure.interval == pytest.approx((-1.96 * 0.00453, 1.96 * 0.00453), rel=0.003)


def test_nothing_gained_on_few_samples_is_not(rounds):
    history = rounds(*flipped(20, 40, 3, 3), targets=["1"] * 40, half="held_out")
    figure = one(history)
    assert not isinstance(figure, Alarm)
    assert "no plateau is shown" in figure.said


def test_a_gain_is_none_and_a_loss_is_one(rounds):
    gain = rounds(*flipped(1000, 2000, 100, 40), targets=["1"] * 2000, half="held_out")
    loss = rounds(*flipped(1000, 2000, 40, 100), targets=["1"] * 2000, half="held_out")
    assert not isinstance(one(gain), Alarm)
    assert isinstance(one(loss), Alarm)


def test_the_diagnosis_half_is_not_looked_at(rounds):
    history = rounds(*flipped(1000, 2000, 40, 40), targets=["1"] * 2000)
    assert one(history).value is None


def test_it_waits_for_its_patience(rounds):
    flat = flipped(1000, 2000, 40, 40)
    history = rounds(*flat, *flat, targets=["1"] * 2000, half="held_out")
    assert one(history[:3], MonitorSettings()).value is None
    assert isinstance(one(history, MonitorSettings()), Alarm)


def test_rounds_that_were_rolled_back_are_counted(rounds):
    """Three rounds were trained and two refused; round 3 has no verdict yet."""
    same = ["1"] * 1000 + ["0"] * 1000
    history = rounds(same, same, same, same, targets=["1"] * 2000, half="held_out")
    verdicts = (False, True, False, None)
    judged = [replace(r, accepted=v) for r, v in zip(history, verdicts, strict=True)]
    said = one(judged, MonitorSettings()).said
    assert "+0.0 points since round 0 (2 of 3 rounds were rolled back); that is" in said
    assert "rolled back" not in one(history, MonitorSettings()).said


def test_every_benchmark_weighs_the_same(answered):
    small = [(answered("a", "0", benchmark="small"), answered("a", "1", benchmark="small"))]
    large = [(answered(f"b{i}", "1"), answered(f"b{i}", "1")) for i in range(9)]
    assert overall([*small, *large]).value == pytest.approx(0.5)


def test_one_picture_shows_nothing(rounds):
    flat = flipped(1000, 2000, 40, 40)
    history = rounds(*flat, targets=["1"] * 2000, half="held_out", cluster="one")
    assert not isinstance(one(history), Alarm)


def test_few_samples_of_which_none_turned_show_nothing(rounds):
    few = rounds(["1"] * 40, ["1"] * 40, targets=["1"] * 40, half="held_out")
    many = rounds(["1"] * 400, ["1"] * 400, targets=["1"] * 400, half="held_out")
    assert not isinstance(one(few), Alarm)
    assert isinstance(one(many), Alarm)
