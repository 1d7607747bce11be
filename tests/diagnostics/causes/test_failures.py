"""Which samples failed, and by which of their answers they are shown."""

import random

from blindspot.core.records import Attribution, Prediction, Sample
from diagnostics.answers import answers_of
from diagnostics.causes.attribution import attributions
from diagnostics.causes.failures import failures
from diagnostics.labelling.labelled import as_stated


def answer(make, sample: Sample, score: float, repeat: int, text: str = "?") -> Prediction:
    return make.answered(sample, score, repeat=repeat, completion={"text": text}, answer=None)


def attribution(sample: Sample, repeat: int, stage: str) -> Attribution:
    return Attribution(sample_id=sample.id, repeat=repeat, stage=stage, source="x", confidence=1)


def test_a_sample_fails_by_the_mean_of_its_scores(make):
    below, half, above, one = (make.sample(i) for i in range(4))
    scores = [(below, (0, 1, 0)), (half, (0, 1)), (above, (1, 1, 0)), (one, (0.4,))]
    predictions = [answer(make, s, x, i) for s, row in scores for i, x in enumerate(row)]
    answers = answers_of(as_stated([below, half, above, one]), predictions, "diagnosis")
    found = attributions(answers.samples, predictions)
    assert [f.sample.id for f in failures(answers, predictions, found)] == [below.id, one.id]


def test_it_is_shown_by_the_first_answer_of_the_stage_of_most(make):
    sample = make.sample(0)
    predictions = [answer(make, sample, 0.0, i, f"said {i}") for i in range(4)]
    predictions.append(make.failed(sample, repeat=4))
    answers = answers_of(as_stated([sample]), predictions, "diagnosis")
    stages = ["refusal", "calculation", "format", "calculation"]
    found = [attribution(sample, i, stage) for i, stage in enumerate(stages)]
    random.Random(0).shuffle(predictions)
    (failed,) = failures(answers, iter(predictions), found[::-1])
    assert (failed.stage, failed.attribution, failed.sample) == ("calculation", found[1], sample)
    assert failed.prediction.completion is not None
    assert failed.prediction.completion.text == "said 1"


def test_the_labelled_sample_is_the_one_shown(make):
    stated, labelled = make.sample(0), make.sample(0, capability="spatial")
    predictions = [answer(make, stated, 0.0, 0)]
    answers = answers_of(as_stated([labelled]), predictions, "diagnosis")
    (failed,) = failures(answers, predictions, attributions([stated], predictions))
    assert failed.sample.capability == "spatial"


def test_no_failures_and_nothing_at_all(make):
    sample = make.sample(0)
    predictions = [answer(make, sample, 1.0, 0)]
    answers = answers_of(as_stated([sample]), predictions, "diagnosis")
    assert failures(answers, predictions, []) == []
    assert failures(answers_of(as_stated([]), [], "diagnosis"), iter(()), []) == []
