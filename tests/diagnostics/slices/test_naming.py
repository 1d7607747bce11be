"""What slices are called, and that names are checked."""

import numpy as np
import pytest

from diagnostics.answers import answers_of
from diagnostics.labelling.labelled import as_stated
from diagnostics.slices.candidates import Slice
from diagnostics.slices.naming import keywords, medoid, name, separates


def world(make, questions):
    samples = [make.sample(i, question=q) for i, q in enumerate(questions)]
    return answers_of(as_stated(samples), [make.answered(s, 1.0) for s in samples], "diagnosis")


def piece(members, **condition: str) -> Slice:
    return Slice("chart_reading", "chart_graph", np.array(members), condition)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({}, ""),
        ({"bars": "4"}, ", bars = 4"),
        ({"colour": "red", "bars": "4"}, ", bars = 4, colour = red"),
        ({"topic": "angle, side"}, ", topic: angle, side"),
        ({"wording": "how many"}, ", asking “how many”"),
        ({"answer kind": "number"}, ", answer kind = number"),
    ],
)
def test_names(condition: dict[str, str], said: str):
    assert name(piece([0], **condition)) == f"chart reading on chart_graph images{said}"


def test_keywords_are_what_members_say_and_others_do_not(make):
    said = [
        f"tallest bar colour {i % 3}" if i < 40 else f"legend colour {i % 3}" for i in range(90)
    ]
    answers = world(make, said)
    assert set(keywords(piece(range(40)), answers)) == {"tallest", "bar"}
    assert keywords(piece(range(40, 90)), answers) == ("legend",)
    assert keywords(piece(range(90)), answers) == ()


def test_words_of_chance_are_no_keywords(make):
    rng = np.random.default_rng(0)
    words = [f"word{i}" for i in range(200)]
    kept = 0
    for _ in range(20):
        answers = world(make, [" ".join(rng.choice(words, 8)) for _ in range(200)])
        kept += len(keywords(piece(range(60)), answers))
    assert kept <= 6


def test_separates():
    inside, outside = ["a red dog"] * 10 + ["a cat"] * 5, ["blue cat"] * 30
    assert separates(["dog"], inside, outside)
    assert separates(["red", "horse"], inside, outside)
    assert not separates(["cat"], inside, outside)
    assert not separates(["a horse"], ["x"] * 5, ["x"] * 5)


def test_the_medoid_is_the_most_typical_question(make):
    answers = world(make, ["odd one out", "red bar", "red bar left", "red bar left", "blue line"])
    assert medoid(piece(range(5)), answers) == "s000002"
    assert medoid(piece([0, 1]), world(make, ["", ""])) == "s000000"
