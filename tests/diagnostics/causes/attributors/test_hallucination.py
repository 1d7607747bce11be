"""What is asserted against a target that denies it."""

import pytest

from diagnostics.causes.attributors.hallucination import PLUGIN


def verdict(make, text: str, **fields):
    sample = make.sample(0, **fields)
    said = make.answered(sample, 0.0, answer=None, completion={"text": text})
    return PLUGIN.attribute(sample, said)


@pytest.mark.parametrize(
    ("capability", "target", "text", "hallucinated"),
    [
        ("presence", "no", "Yes, there is a dog. It sleeps.", True),
        ("hallucination_resistance", "no", "Yes", True),
        ("presence", "yes", "No, there is none.", False),
        ("presence", "no", "There may be one.", False),
        ("knowledge", "no", "Yes", False),
    ],
)
def test_yes_to_what_is_not_there(make, capability, target, text, hallucinated):
    found = verdict(make, text, answer_kind="yes_no", capability=capability, target=target)
    assert (found is not None) == hallucinated
    if found:
        assert found.evidence == text.partition(".")[0]


@pytest.mark.parametrize(
    ("text", "hallucinated"),
    [
        ("It is 555-0199.", True),
        ("答案是张伟。", True),
        ("The image does not show it.", False),
        ("无法确定", False),
        ("No se puede determinar.", False),
        ("Perhaps 555-0199, but I am guessing.", False),
    ],
)
def test_an_answer_to_what_the_picture_does_not_say(make, text: str, hallucinated: bool):
    fields = {"answer_kind": "text", "capability": "unanswerable", "target": "Cannot be determined"}
    assert (verdict(make, text, **fields) is not None) == hallucinated


def test_a_count_of_nothing(make):
    zero = {"target": "0", "question": "How many dogs are there?"}
    assert verdict(make, "There are 2 dogs.", **zero) is not None
    assert verdict(make, "There are 2 dogs.", **zero, image_type="chart_graph") is None
    assert verdict(make, "none", **zero) is None
