"""Forms that a question asks for, and answers that break them."""

import pytest

from diagnostics.causes.demands import breach, demands_few_words

OPTIONS = ("red", "blue", "green", "black")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The answer is (F).", "(F)"),
        ("e", "e"),
        ("A and B", "A and B"),
        ("Both B and D.", "Both B and D"),
        ("A, B and C are all right.", "A, B and C"),
        ("None of the above", "None of the above"),
        ("Yes", "Yes"),
        ("B", None),
        ("(C) green", None),
        ("A and C are wrong, so B", None),
        ("", None),
        ("a cat", None),
    ],
)
def test_choice(make, text: str, found: str | None):
    sample = make.sample(0, target="A", answer_kind="choice", options=OPTIONS)
    assert breach(sample, text) == found


def test_options_that_say_so_themselves(make):
    fields = {"target": "B", "answer_kind": "choice"}
    none = make.sample(0, options=("red", "none of the above"), **fields)
    assert breach(none, "None of the above") is None
    polar = make.sample(0, options=("Yes", "No"), **fields)
    assert breach(polar, "Yes") is None


@pytest.mark.parametrize(
    ("kind", "fields", "text", "broken"),
    [
        ("yes_no", {"target": "no"}, "3", True),
        ("yes_no", {"target": "no"}, "Yes", False),
        ("number", {}, "There are several.", True),
        ("number", {}, "很多", True),
        ("number", {}, "Yes.", True),
        ("number", {}, "three", False),
        ("number", {}, "4", False),
        ("text", {"target": "red", "question": "What color is it?"}, "Yes.", True),
        ("text", {"target": "red", "question": "Is it red or blue?"}, "Yes.", False),
        ("text", {"target": "NO ENTRY", "question": "What does the sign say?"}, "No", False),
        ("text", {"target": "red", "capability": "color"}, "7", True),
        ("text", {"target": "Route 7", "capability": "recognition"}, "7", False),
        ("box", {"target": "1, 2, 3, 4"}, "Yes", True),
    ],
)
def test_other_kinds(make, kind: str, fields: dict[str, str], text: str, broken: bool):
    sample = make.sample(0, answer_kind=kind, **fields)
    assert (breach(sample, text) is not None) == broken


@pytest.mark.parametrize(
    ("prompt", "few"),
    [
        ("Answer the question using a single word or phrase.", True),
        ("Please answer directly with only the letter of the correct option.", True),
        ("Answer with a number only.", True),
        ("What is the only color that appears once?", False),
        ("Think step by step.", False),
    ],
)
def test_few_words(make, prompt: str, few: bool):
    assert demands_few_words(make.sample(0, prompt=prompt)) == few
