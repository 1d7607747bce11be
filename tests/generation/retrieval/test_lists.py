"""Ranked lists: questions of two answers take turns, and nothing is lost or moved otherwise."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generation.retrieval.lists import alternating


def test_one_answer_does_not_fill_the_top() -> None:
    page = np.arange(6)
    answers = dict(enumerate(["no", "no", "no", "yes", "yes", "no"]))
    assert alternating(page, answers).tolist() == [0, 3, 1, 4, 2, 5]


def test_other_candidates_stay_where_they_are() -> None:
    page = np.array([9, 1, 8, 2, 7, 3])
    assert alternating(page, {1: "no", 2: "no", 3: "yes"}).tolist() == [9, 1, 8, 3, 7, 2]
    assert alternating(page, {}).tolist() == page.tolist()


@given(st.lists(st.sampled_from(["yes", "no", ""]), max_size=40))
def test_nothing_is_lost_and_each_answer_keeps_its_order(said: list[str]) -> None:
    page = np.arange(100, 100 + len(said))
    answers = {100 + i: answer for i, answer in enumerate(said) if answer}
    dealt = alternating(page, answers).tolist()
    assert sorted(dealt) == page.tolist()
    for answer in ("yes", "no"):
        own = [n for n in dealt if answers.get(n) == answer]
        assert own == sorted(own)
    turns = Counter(answers[n] for n in dealt[: len(dealt) // 2] if n in answers)
    rarer = min(Counter(answers.values()).values(), default=0)
    assert (
        abs(turns["yes"] - turns["no"]) <= 1
        or min(turns["yes"], turns["no"]) == rarer
        or (len(set(answers.values())) < 2)
    )
