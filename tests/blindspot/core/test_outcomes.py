"""One yes or no, one stage and one category per sample."""

import pytest

from blindspot.core.outcomes import STAGES, heaviest, passed, stage_of_samples
from blindspot.core.records import Attribution, Axis, Label


def attribution(sample_id: str, stage: str) -> Attribution:
    return Attribution(sample_id=sample_id, stage=stage, source="x", confidence=1)


def label(term: str, weight: float, axis: Axis = "capability") -> Label:
    return Label(sample_id="a", axis=axis, term=term, weight=weight, source="x", confidence=1)


@pytest.mark.parametrize(
    ("scores", "right"), [([1.0, 0.0], True), ([0.0, 0.4], False), ([0.5], True), ([0.49], False)]
)
def test_the_mean_over_repeats_decides(scores: list[float], right: bool):
    assert passed(scores) is right


def test_the_stage_of_a_sample_is_that_of_most_repeats():
    found = [attribution("a", s) for s in ("format", "refusal", "format")]
    found += [attribution("b", "calculation"), attribution("b", "refusal")]
    found += [attribution("c", "unresolved")]
    assert stage_of_samples(found) == {"a": "format", "b": "refusal", "c": "unresolved"}
    assert STAGES.index("refusal") < STAGES.index("calculation")


def test_of_equal_weights_the_first_label_decides():
    rows = [label("ocr", 0.4), label("counting", 0.4), label("color", 0.2)]
    rows += [label("diagram", 0.1, "image_type"), label("photo", 0.9, "image_type")]
    assert heaviest(rows) == {("a", "capability"): "ocr", ("a", "image_type"): "photo"}
