"""Order of the rules, and stages of samples."""

from blindspot.core.records import Attribution
from diagnostics.causes.attribution import attributions, stage_of_samples
from diagnostics.causes.attributor import ORDER, attributors, in_order


def test_the_rules_decide_in_the_order_of_the_stages():
    assert in_order(attributors.names()) == [
        "truncated",
        "refusal",
        "format",
        "grader_suspect",
        "calculation",
    ]
    assert in_order(["zebra", "apple", "calculation"]) == ["calculation", "apple", "zebra"]


def test_one_per_failed_prediction_of_the_samples_given(make):
    own, other = make.sample(0), make.sample(1)
    text = {"text": "3 + 2 = 6", "finish_reason": "length"}
    predictions = [
        make.answered(own, 0.0, repeat=1),
        make.answered(own, 0.0, completion=text),
        make.answered(own, 1.0, repeat=2),
        make.failed(own, repeat=3),
        make.answered(other, 0.0),
    ]
    found = attributions([own], predictions)
    assert [(a.repeat, a.stage, a.source) for a in found] == [
        (0, "truncated", "truncated"),
        (1, "unresolved", "none"),
    ]


def test_the_stage_of_a_sample_is_that_of_most_repeats():
    def one(sample_id: str, stage: str) -> Attribution:
        return Attribution(sample_id=sample_id, stage=stage, source="x", confidence=1)

    found = [one("a", "format"), one("a", "refusal"), one("a", "format")]
    found += [one("b", "calculation"), one("b", "refusal"), one("c", "unresolved")]
    assert stage_of_samples(found) == {"a": "format", "b": "refusal", "c": "unresolved"}
    assert ORDER.index("refusal") < ORDER.index("calculation")
