"""Nothing extracted; the target verbatim is the evidence."""

from diagnostics.causes.attributors.format import PLUGIN


def test_no_answer_without_and_with_the_target(make):
    sample = make.sample(0, target="3")
    for text, evidence in [("three or so", None), ("3 or 4", "3"), ("33", None)]:
        said = make.answered(sample, 0.0, answer=None, completion={"text": text})
        verdict = PLUGIN.attribute(sample, said)
        assert verdict is not None
        assert (verdict.stage, verdict.evidence) == ("format", evidence)


def test_of_a_choice_the_right_options_text_counts(make):
    sample = make.sample(0, target="B", answer_kind="choice", options=("red", "Light blue"))
    said = make.answered(sample, 0.0, answer=None, completion={"text": "B-ish: light BLUE, or red"})
    verdict = PLUGIN.attribute(sample, said)
    assert verdict is not None
    assert verdict.evidence == "light BLUE"


def test_an_answer_that_was_read_is_none(make):
    sample = make.sample(0)
    assert PLUGIN.attribute(sample, make.answered(sample, 0.0)) is None
