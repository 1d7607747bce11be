"""A question keeps its meaning in every form, and the test errs as often as it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.agents.solver import Solution
from generation.solving import KNOWN, MOST, form, guessable, knows
from generation.source import Candidate


def asked(kind, target, *options):
    return Candidate((b"",), "Which?", target, kind, "test", "agents", options)


def rates(p, chance):
    """Exact probability of being called known, and expected turns, of answers right with p."""
    open_, known, turns = {(0, 0): 1.0}, 0.0, 0.0
    for _ in range(MOST):
        after: dict[tuple[int, int], float] = {}
        for (right, n), mass in open_.items():
            turns += mass
            for hit, part in ((1, mass * p), (0, mass * (1 - p))):
                said = knows(right + hit, n + 1, chance)
                known += part if said else 0
                if said is None:
                    after[right + hit, n + 1] = after.get((right + hit, n + 1), 0) + part
        open_ = after
    return known, turns


@pytest.mark.parametrize(
    ("chance", "by_chance", "missed", "turns", "turns_known"),
    [
        (1 / 2, 0.035, 0.245, 5.3, 8.2),
        (1 / 3, 0.048, 0.096, 3.3, 4.3),
        (1 / 4, 0.024, 0.177, 1.8, 3.3),
        (0.1, 0.013, 0.154, 1.3, 2.1),
        (0.02, 0.02, 0.15, 1, 1),
    ],
)
def test_the_stated_error_rates(chance, by_chance, missed, turns, turns_known):
    known, n = rates(chance, chance)
    assert (known, n) == (pytest.approx(by_chance, abs=6e-4), pytest.approx(turns, abs=0.06))
    known, n = rates(KNOWN, chance)
    assert (1 - known, n) == (pytest.approx(missed, abs=6e-4), pytest.approx(turns_known, abs=0.06))


def test_more_right_answers_never_argue_against_knowledge():
    order = {False: 0, None: 1, True: 2}
    for n in range(1, MOST + 1):
        said = [order[knows(right, n, 0.25)] for right in range(n + 1)]
        assert said == sorted(said)


def test_a_guess_as_good_as_knowledge_shows_nothing():
    assert knows(12, 12, KNOWN) is False
    assert knows(12, 12, 0.99) is False


@given(st.integers(2, 6), st.integers(0, 5), st.integers(0, 20))
def test_options_move_and_the_right_one_stays_right(count, place, turn):
    options = tuple(f"thing {i}" for i in range(count))
    key = "ABCDEF"[place % count]
    put = form(asked("choice", key, *options), (), turn)
    assert set(put.request.options) - {"it cannot be told"} == set(options)
    wanted = options[place % count]
    assert put.request.options["ABCDEFG".index(put.target)] == wanted
    right = [x for x in "ABCDEFG" if put.is_right(Solution(answer=x))]
    assert right == [put.target]
    assert put.is_right(Solution(answer=wanted))


def test_the_key_stands_everywhere_once():
    candidate = asked("choice", "b", "ant", "bee", "cat")
    targets = [form(candidate, (), turn).target for turn in range(8)]
    assert targets == ["B", "A", "C", "B", "A", "D", "C", "B"]
    options = [form(candidate, (), turn).request.options for turn in range(8)]
    assert len(set(options)) == 7
    assert options[3] == ("ant", "bee", "cat", "it cannot be told")


@pytest.mark.parametrize(
    "option", ["None of the above", "both of these", "A and B", "all of the options"]
)
def test_options_that_speak_of_others_stay(option):
    candidate = asked("choice", "A", "ant", "bee", option)
    assert form(candidate, (), 1).request.options == ("ant", "bee", option)


def test_yes_and_no_become_a_choice_of_both():
    candidate = asked("yes_no", "No")
    forms = [form(candidate, ("p.png",), turn) for turn in range(6)]
    assert [f.request.answer_kind for f in forms] == ["yes_no", *["choice"] * 5]
    assert [f.target for f in forms] == ["No", "B", "A", "B", "A", "C"]
    assert len({f.request.options for f in forms}) == 6
    assert all(f.is_right(Solution(answer="no")) for f in forms)
    assert not any(f.is_right(Solution(answer="yes")) for f in forms)
    assert forms[1].request.pictures == ("p.png",)


def test_no_answer_is_never_right():
    assert not form(asked("text", "none"), ()).is_right(Solution(answer=None))


def test_what_a_guess_is_worth():
    assert guessable(asked("choice", "A", "a", "b", "c", "d"), 0.1) == 0.25
    assert guessable(asked("yes_no", "yes"), 0.1) == 0.5
    assert guessable(asked("text", "x"), 0.1) == 0.1
