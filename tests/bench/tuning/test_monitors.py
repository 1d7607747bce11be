"""T6 counts an alarm only after its pathology began, and simulates what it says."""

import numpy as np
import pytest

from bench.extent import Extent
from bench.tuning import monitors
from bench.tuning.histories import SUITE, Asked, gaining, generating, rolled_back, saying_yes
from bench.tuning.monitors import HEALTHY, PLANTED, first_alarm, watched
from training.history import RoundHistory
from training.monitor import monitors as plugins


def test_a_set_is_seen_after_the_next_evaluation():
    history = generating((0.0, 0.0), "questions", 0)
    seen = []
    first_alarm(history, lambda rounds: seen.append([bool(r.cells) for r in rounds]) or False)
    assert seen == [[False], [True, False], [True, True, False]]


def test_the_first_alarm_is_named():
    history = [RoundHistory(n) for n in range(4)]
    assert first_alarm(history, lambda rounds: len(rounds) >= 3) == 2
    assert first_alarm(history, lambda rounds: False) is None


def test_a_simulated_suite_has_its_accuracy_and_realistic_turns():
    before, after = gaining([0.5, 0.5], {"mathvision": 6000}, 1)
    scores = [np.array([a.score for a in r.held_out]) for r in (before, after)]
    assert scores[0].mean() == pytest.approx(0.5, abs=0.04)
    assert (scores[0] != scores[1]).mean() == pytest.approx(0.14, abs=0.03)
    assert gaining([0.5, 0.5], {"mathvision": 60}, 1) == gaining([0.5, 0.5], {"mathvision": 60}, 1)


def test_a_round_that_is_rolled_back_leaves_its_evaluation():
    history = gaining([0.5, 0.6, 0.7], {"mathvision": 30}, 0)
    found = rolled_back(history, 1)
    assert [r.number for r in found] == [0, 1, 2, 3]
    assert [r.held_out for r in found] == [history[i].held_out for i in (0, 1, 1, 2)]
    assert [r.accepted for r in found] == [True, False, True, True]


def test_a_lean_adds_yes():
    first, last = saying_yes([Asked(2.0), Asked(2.0, 1.0)], 3000, 0)
    rates = [np.mean([a.answers[0] == "yes" for a in r.answered]) for r in (first, last)]
    assert rates[0] == pytest.approx(0.5, abs=0.04)
    assert rates[1] - rates[0] > 0.1


def test_each_monitor_has_both_kinds():
    for cases in (PLANTED, HEALTHY):
        assert sorted({c.monitor for c in cases}) == plugins.names()
    assert all(c.since is not None for c in PLANTED)
    assert not any(c.since or c.near for c in HEALTHY)
    assert sum(SUITE.values()) == 12797


def test_planted_is_seen_and_healthy_is_not(monkeypatch, tmp_path):
    chosen = [c for c in PLANTED if "all too hard" in c.said or "by 1" in c.said]
    monkeypatch.setattr(monitors, "PLANTED", tuple(chosen))
    monkeypatch.setattr(monitors, "HEALTHY", HEALTHY[:1])
    rows = monitors.measure(Extent(full=False, work=tmp_path))
    assert [r.value for r in rows] == [1.0, 1.0, 0.0]


def test_an_alarm_that_does_not_stop_is_no_detection():
    assert not watched("plateau")([RoundHistory(0)])
