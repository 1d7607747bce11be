"""Order of the rules, and stages of samples."""

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.records import Completion, Prediction, Sample
from diagnostics.causes.attribution import attributions, decide
from diagnostics.causes.attributor import ORDER, attributors, in_order

RULES = {name: attributors.load(name) for name in in_order(attributors.names())}
KINDS = ("choice", "yes_no", "number", "text", "set", "box")
TARGETS = ("B", "no", "5", "harbour", "red, blue", "1, 2, 30, 40")
LONG = (
    *("a", "(", "= ", "1 = ", "1+1=3, wait ", "answer is ", "\\boxed{", "I can't ", "sorry "),
    *("抱歉", "A, ", "yes no ", "1,", "1 2 3 4 ", "*", " ", "\n", "1 plus ", "does not ", "١", "9"),
)


def asked(make, kind: str, target: str, capability: str) -> Sample:
    options = ("red", "blue", "green") if kind == "choice" else ()
    return make.sample(0, capability, answer_kind=kind, target=target, options=options)


def said(sample: Sample, text: str, answer: str | None) -> Prediction:
    completion = Completion(text=text)
    more = {"completion": completion, "answer": answer, "score": 0.0, "grader": "core"}
    return Prediction.model_validate({"sample_id": sample.id, **more})


def test_the_rules_decide_in_the_order_of_the_stages():
    assert list(RULES) == list(ORDER[:9])
    assert in_order(["zebra", "apple", "calculation"]) == ["calculation", "apple", "zebra"]


def test_one_per_failed_prediction_of_the_samples_given(make):
    own, other = make.sample(0, target="40"), make.sample(1)
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


def test_predictions_are_read_once_in_any_order(make):
    samples = [make.sample(i) for i in range(30)]
    predictions = [make.answered(s, 0.0, repeat=r) for s in samples for r in range(2)]
    shuffled = random.Random(0).sample(predictions, len(predictions))
    assert attributions(iter(samples), iter(shuffled)) == attributions(samples, predictions)


def test_predictions_are_not_kept(make):
    alive = []

    class Watched(Prediction):
        def __del__(self) -> None:
            alive.pop()

    def stream() -> Iterator[Prediction]:
        for repeat in range(50):
            alive.append(repeat)
            assert len(alive) <= 2
            yield Watched.model_validate(make.answered(sample, 0.0, repeat=repeat).model_dump())

    sample = make.sample(0)
    assert len(attributions([sample], stream())) == 50


def test_the_flag_of_a_verdict_is_kept(make):
    sample = make.sample(0, target="three")
    prediction = make.answered(sample, 0.0, answer=None, completion={"text": "three of them"})
    assert decide(sample, prediction, RULES).flag == "target present"


@given(
    st.sampled_from(list(zip(KINDS, TARGETS, strict=True))),
    st.sampled_from(("counting", "ocr", "color", "presence", "localisation", "unanswerable")),
    st.text(max_size=200),
    st.booleans(),
)
def test_evidence_is_verbatim_in_any_script(asked_for, capability: str, text: str, read: bool):
    kind, target = asked_for
    sample = Sample.model_validate(
        {"id": "s", "benchmark": "b", "question": "How many are there?", "prompt": "…"}
        | {"answer_kind": kind, "target": target, "capability": capability}
        | {"options": ("red", "blue") if kind == "choice" else ()}
    )
    found = decide(sample, said(sample, text, (text or "x") if read else None), RULES)
    assert found.stage in (*ORDER, "unresolved")
    assert found.evidence is None or found.evidence in text


@pytest.mark.parametrize("unit", LONG)
def test_long_answers_stay_fast(make, unit: str):
    text = (unit * 100_000)[:100_000]
    for kind, target in zip(KINDS, TARGETS, strict=True):
        sample = asked(make, kind, target, "ocr")
        for answer in (None, text):
            began = time.process_time()
            decide(sample, said(sample, text, answer), RULES)
            assert time.process_time() - began < 2
