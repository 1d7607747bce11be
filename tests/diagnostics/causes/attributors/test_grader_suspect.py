"""Equal after normalisation, scored wrong all the same."""

import pytest

from diagnostics.causes.attributors.grader_suspect import PLUGIN


@pytest.mark.parametrize(
    ("answer", "target", "suspect"),
    [
        ("The Eiffel-Tower.", "eiffel tower", True),
        ("1,000", "1000.0", True),
        ("$5.00", "5", True),
        ("1.5", "15", False),
        ("-5", "5", False),
        ("a cat", "a dog", False),
        ("3 cm", "3cm", True),
        ("...", "!!!", False),
    ],
)
def test_text(make, answer: str, target: str, suspect: bool):
    sample = make.sample(0, target=target, answer_kind="text")
    said = make.answered(sample, 0.0, answer=answer, completion={"text": f"It is {answer}"})
    verdict = PLUGIN.attribute(sample, said)
    assert (verdict is not None) == suspect
    if verdict:
        assert (verdict.stage, verdict.evidence) == ("grader_suspect", answer)


def test_the_right_options_text_instead_of_its_letter(make):
    sample = make.sample(0, target="B", answer_kind="choice", options=("red", "blue"))
    assert PLUGIN.attribute(sample, make.answered(sample, 0.0, answer="Blue")) is not None
    assert PLUGIN.attribute(sample, make.answered(sample, 0.0, answer="A")) is None


@pytest.mark.parametrize(
    ("prompt", "text", "suspect"),
    [
        ("How many?", "There are 14 bars", True),
        ("How many? Answer with a single word.", "There are 14 bars", False),
        ("How many?", "There are 15 bars", False),
    ],
)
def test_the_core_grader_reads_it_right(make, prompt: str, text: str, suspect: bool):
    sample = make.sample(0, target="14", prompt=prompt)
    said = make.answered(sample, 0.0, answer=text, completion={"text": text})
    assert (PLUGIN.attribute(sample, said) is not None) == suspect


@pytest.mark.parametrize(
    ("text", "suspect"), [("无法判断", True), ("It is not shown.", True), ("John", False)]
)
def test_undetermined_in_other_words(make, text: str, suspect: bool):
    sample = make.sample(0, target="Cannot be determined", answer_kind="text")
    said = make.answered(sample, 0.0, answer=text, completion={"text": text})
    assert (PLUGIN.attribute(sample, said) is not None) == suspect
