"""What all monitors share, and that each can be loaded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from blindspot.core.monitors import Alarm, Figure
from training.history import RoundHistory
from training.monitor import judged, level, missing, monitors, policies, shown
from training.monitor_settings import MonitorSettings


@given(st.integers(1, 400), st.integers(1, 5))
def test_all_tests_together_err_at_most_alpha(rounds: int, figures: int):
    spent = sum(figures * level(0.05, test, figures) for test in range(1, rounds + 1))
    assert spent <= 0.05


def test_the_defaults_are_all_there_are():
    assert sorted(MonitorSettings().names) == monitors.names()


@pytest.mark.parametrize("name", MonitorSettings().names)
def test_nothing_is_alarming_before_the_first_training(name: str):
    figures = monitors.load(name).figures([RoundHistory(0)], MonitorSettings())
    assert figures
    assert {f.monitor for f in figures} == {name}
    assert not any(isinstance(f, Alarm) for f in figures)


def test_an_alarm_keeps_its_figure():
    figure = Figure(monitor="m", name="n", round=1, value=2.0, said="s")
    alarm = judged(figure, True, "do")
    assert isinstance(alarm, Alarm)
    assert (alarm.value, alarm.todo, alarm.stop) == (2.0, "do", True)
    assert judged(figure, False, "do") is figure


def test_a_rise_is_shown_by_its_size_and_its_test():
    figure = Figure(
        monitor="m", name="n", round=1, value=0.2, threshold=0.1, p=0.01, level=0.02, said="s"
    )
    assert shown(figure)
    for changed in ({"value": 0.1}, {"p": 0.03}, {"p": None}, {"level": None}, {"value": None}):
        assert not shown(figure.model_copy(update=changed))


def test_a_figure_that_is_missing_says_why():
    figure = missing("m", "n", 2, "nobody was asked")
    assert (figure.monitor, figure.name, figure.round) == ("m", "n", 2)
    assert (figure.value, figure.said) == (None, "Not measured: nobody was asked.")


def test_a_policy_is_tested_once_however_many_rounds_were_rolled_back():
    verdicts = (False, True, False, False, True, None)
    history = [RoundHistory(n, accepted=v) for n, v in enumerate(verdicts)]
    assert [policies(history[: n + 1]) for n in range(6)] == [1, 1, 1, 1, 1, 2]
    assert policies([RoundHistory(n) for n in range(4)]) == 3


def test_thresholds_must_make_sense():
    with pytest.raises(ValidationError):
        MonitorSettings(min_gain=0)
