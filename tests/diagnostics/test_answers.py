"""Scores per sample; failures are left out and counted."""

import pytest

from blindspot.core.errors import DataError
from diagnostics.answers import answers_of
from diagnostics.labelling.labelled import as_stated


def test_a_score_is_the_mean_of_scored_repeats(make):
    one, two, three = (make.sample(i) for i in range(3))
    predictions = [
        make.answered(one, 1.0),
        make.answered(one, 0.0, repeat=1),
        make.failed(one, repeat=2),
        make.failed(two, "rate_limit"),
        make.failed(two, "timeout", repeat=1),
    ]
    answers = answers_of(as_stated([three, two, one]), predictions, "diagnosis")
    assert [s.id for s in answers.samples] == [one.id]
    assert answers.scores.tolist() == [0.5]
    assert answers.repeats.tolist() == [2]
    assert answers.passed.tolist() == [1.0]
    assert answers.excluded == {"rate_limit": 1, "never asked": 1}


def test_weights_and_coverage_are_means_over_benchmarks(make):
    samples = [make.sample(i, "ocr", "map", benchmark="big") for i in range(8)]
    samples += [make.sample(8 + i, benchmark="small") for i in range(2)]
    answers = answers_of(as_stated(samples), [make.answered(s, 1.0) for s in samples], "diagnosis")
    assert answers.weights.tolist() == [1 / 16] * 8 + [1 / 4] * 2
    assert answers.coverage == pytest.approx({("counting", "geometric"): 0.5, ("ocr", "map"): 0.5})


def test_unmapped_samples_are_counted_and_kept(make):
    sample = make.sample(0, "unmapped", "map")
    answers = answers_of(as_stated([sample]), [make.answered(sample, 1.0)], "diagnosis")
    assert answers.excluded == {"unmapped": 1}
    assert len(answers.samples) == 1


def test_two_graders_in_one_benchmark_are_refused(make):
    one, two = make.sample(0), make.sample(1)
    mixed = [make.answered(one, 1.0), make.answered(two, 1.0, grader="other-2")]
    with pytest.raises(DataError, match="different graders"):
        answers_of(as_stated([one, two]), mixed, "diagnosis")
    apart = two.model_copy(update={"benchmark": "another"})
    assert len(answers_of(as_stated([one, apart]), mixed, "diagnosis").samples) == 2


def test_a_prediction_of_no_sample_is_refused(make):
    with pytest.raises(DataError, match="no sample of it"):
        answers_of(as_stated([]), [make.answered(make.sample(0), 1.0)], "diagnosis")
