"""Seen wrongly, where a look is all that is asked."""

import pytest

from diagnostics.causes.attributors.perception import PLUGIN

DOGS = "How many dogs are there?"


def verdict(make, text: str, **fields):
    sample = make.sample(0, **fields)
    said = make.answered(sample, 0.0, answer=None, completion={"text": text})
    return PLUGIN.attribute(sample, said)


@pytest.mark.parametrize(
    ("question", "text", "seen"),
    [
        (DOGS, "There are 6 dogs.", True),
        (DOGS, "7", True),
        (DOGS, "40", False),
        (DOGS, "3 + 4 = 7", False),
        (DOGS, "a few", False),
        ("How many more dogs than cats are there?", "6", False),
        ("How many dogs would be left?", "6", False),
    ],
)
def test_counted_a_few_off(make, question: str, text: str, seen: bool):
    assert (verdict(make, text, question=question, target="5") is not None) == seen


@pytest.mark.parametrize(
    ("fields", "text", "seen"),
    [
        ({"capability": "color", "target": "red"}, "The car is blue.", True),
        ({"capability": "color", "target": "grey"}, "silver", False),
        ({"capability": "color", "target": "red"}, "red and blue", False),
        ({"capability": "color", "target": "red"}, "a truck", False),
        ({"capability": "shape", "target": "square"}, "a circle", True),
        ({"capability": "science", "target": "red"}, "blue", False),
        ({"capability": "color", "target": "red", "image_type": "chart_graph"}, "blue", False),
    ],
)
def test_looks_other(make, fields: dict[str, str], text: str, seen: bool):
    found = verdict(make, text, answer_kind="text", question="Which is it?", **fields)
    assert (found is not None) == seen
    if found:
        assert found.evidence == text


def test_of_a_choice_the_options_are_compared(make):
    fields = {"capability": "color", "answer_kind": "choice", "question": "What color is it?"}
    options = ("red", "grey", "silver", "blue")
    assert verdict(make, "D", target="A", options=options, **fields) is not None
    assert verdict(make, "C", target="B", options=options, **fields) is None


def test_missed(make):
    asked = {"answer_kind": "yes_no", "target": "yes"}
    assert verdict(make, "No, there is none.", capability="presence", **asked) is not None
    assert verdict(make, "No.", capability="hallucination_resistance", **asked) is None


@pytest.mark.parametrize(
    ("box", "seen"),
    [("5, 0, 15, 10", True), ("9, 9, 19, 19", False), ("50, 50, 60, 60", False), ("1, 2", False)],
)
def test_a_box_beside_its_thing(make, box: str, seen: bool):
    """IoU of (0, 0, 10, 10) with (5, 0, 15, 10) is 50 / 150, with (9, 9, 19, 19) 1 / 199."""
    found = verdict(make, box, answer_kind="box", target="0, 0, 10, 10", capability="localisation")
    assert (found is not None) == seen
