"""Nothing extracted; the target verbatim is the evidence."""

import pytest

from diagnostics.causes.attributors.format import PLUGIN


def verdict(make, sample, text: str, answer: str | None = None):
    return PLUGIN.attribute(
        sample, make.answered(sample, 0.0, answer=answer, completion={"text": text})
    )


@pytest.mark.parametrize(
    ("text", "evidence"), [("three or so", None), ("all of them, but which 3", "3"), ("", None)]
)
def test_no_answer_without_and_with_the_target(make, text: str, evidence: str | None):
    found = verdict(make, make.sample(0, target="3"), text)
    assert found is not None
    flag = "target present" if evidence else None
    assert (found.stage, found.evidence, found.flag) == ("format", evidence, flag)


def test_of_a_choice_the_right_options_text_counts(make):
    sample = make.sample(0, target="B", answer_kind="choice", options=("red", "Light blue"))
    found = verdict(make, sample, "Something like light BLUE, I would say")
    assert found is not None
    assert found.evidence == "light BLUE"


def test_scripts_without_spaces_have_no_borders_of_words(make):
    sample = make.sample(0, target="B", answer_kind="choice", options=("狗", "猫", "cat"))
    found = verdict(make, sample, "图中应该是猫吧")
    assert found is not None
    assert found.evidence == "猫"


def test_a_strict_benchmark_that_reads_nothing_hides_no_wrong_answer(make):
    sample = make.sample(0, target="no", answer_kind="yes_no", capability="presence")
    assert verdict(make, sample, "Yes, there is a dog.") is None
    found = verdict(make, sample, "No, there is none.")
    assert found is not None
    assert found.flag == "target present"


def test_what_was_read_or_breaks_a_demand_is_none(make):
    sample = make.sample(0, target="B", answer_kind="choice", options=("red", "blue"))
    assert verdict(make, sample, "A", answer="A") is None
    assert verdict(make, sample, "F") is None
