"""Broken demands that explain a zero."""

import pytest

from diagnostics.causes.attributors.instruction import PLUGIN

SHORT = "What is it?\nAnswer the question using a single word or phrase."


def verdict(make, text: str, **fields):
    sample = make.sample(0, **fields)
    said = make.answered(sample, 0.0, answer=text, completion={"text": text})
    return PLUGIN.attribute(sample, said)


def test_a_breach_is_quoted(make):
    found = verdict(
        make, "The answer is (F).", answer_kind="choice", target="A", options=("x", "y")
    )
    assert found is not None
    assert (found.stage, found.evidence) == ("instruction", "(F)")


@pytest.mark.parametrize(
    ("text", "target", "kind", "evidence"),
    [
        ("The animal in the picture is clearly a dog.", "dog", "text", "dog"),
        ("There are 14 bars in the chart.", "14", "number", "14"),
        ("The animal in the picture is not a dog.", "dog", "text", None),
        ("It is a cat rather than a dog.", "dog", "text", None),
        ("It is a cat or a dog.", "dog", "text", None),
        ("There are 15 bars in the chart.", "14", "number", None),
        ("a dog", "dog", "text", None),
    ],
)
def test_the_right_answer_in_too_many_words(make, text, target, kind, evidence):
    found = verdict(make, text, prompt=SHORT, target=target, answer_kind=kind)
    assert (found.evidence if found else None) == evidence


def test_nobody_asked_for_few_words(make):
    text = "The animal in the picture is clearly a dog."
    assert verdict(make, text, prompt="What is it?", target="dog", answer_kind="text") is None
