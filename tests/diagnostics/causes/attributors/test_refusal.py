"""Refusals and answers that only sound like one."""

import pytest

from diagnostics.causes.attributors.refusal import PLUGIN


def verdict(make, text: str, reason: str = "stop"):
    sample = make.sample(0)
    said = {"text": text, "finish_reason": reason}
    return PLUGIN.attribute(sample, make.answered(sample, 0.0, completion=said))


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can't help with that.",
        "I am sorry, I cannot identify people.",
        "I cannot view images.",
        "I can’t see the picture you refer to.",
        "I'm unable to process this image.",
        "As an AI language model, I have no eyes.",
        "I must decline this request.",
    ],
)
def test_refusals_are_quoted(make, text: str):
    found = verdict(make, text)
    assert found is not None
    assert found.stage == "refusal"
    assert found.evidence
    assert found.evidence in text


@pytest.mark.parametrize(
    "text",
    ["It cannot be determined from the image.", "no", "The man can't see the dog.", "4", ""],
)
def test_answers_are_none(make, text: str):
    assert verdict(make, text) is None


def test_a_content_filter_is_one(make):
    found = verdict(make, "", "content_filter")
    assert found is not None
    assert found.stage == "refusal"
