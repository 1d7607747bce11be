"""Rates by hand: failures stand outside, overall is the mean over benchmarks."""

import pytest

from blindspot.core.records import Completion, Failure, Prediction, Sample
from blindspot.core.statistics import wilson
from harness.rates import metrics

TIMEOUT = Failure(kind="timeout", message="slow", retryable=True)


def sample(name: str, benchmark: str = "b", component: str = "") -> Sample:
    return Sample(
        id=name,
        benchmark=benchmark,
        question="q",
        prompt="q",
        target="t",
        answer_kind="text",
        capability="counting",
        half="held_out",
        component=component or name,
    )


def prediction(name: str, score: float | None, repeat: int = 0) -> Prediction:
    if score is None:
        return Prediction(sample_id=name, repeat=repeat, failure=TIMEOUT, grader="g")
    completion = Completion(text="x")
    return Prediction(sample_id=name, repeat=repeat, completion=completion, score=score, grader="g")


def test_failures_are_counted_and_left_out() -> None:
    samples = [sample(str(i)) for i in range(4)]
    predictions = [
        prediction("0", 1),
        prediction("1", 0),
        prediction("2", 1),
        prediction("3", None),
    ]
    result = metrics(samples, predictions, "m", {"b": "g"})
    rate = next(r for r in result.categories if r.half == "held_out")
    assert (rate.n, rate.failures, rate.rate) == (3, 1, pytest.approx(2 / 3, abs=1e-6))
    assert rate.interval == pytest.approx(wilson(2, 3), abs=1e-6)
    assert (result.coverage, result.failures) == (0.75, {"timeout": 1})


def test_nothing_answered_is_no_rate() -> None:
    result = metrics([sample("0")], [prediction("0", None)], "m", {"b": "g"})
    assert result.overall[1].rate is None
    assert result.overall[1].interval == (0, 1)


def test_overall_is_the_mean_over_benchmarks() -> None:
    samples = [
        *(sample(f"a{i}", "a") for i in range(90)),
        *(sample(f"b{i}", "b") for i in range(10)),
    ]
    predictions = [prediction(s.id, float(s.benchmark == "a")) for s in samples]
    result = metrics(samples, predictions, "m", {"a": "g", "b": "g"})
    overall = next(r for r in result.overall if r.half == "held_out")
    assert (overall.rate, overall.n) == (0.5, 100)


def test_a_sample_is_the_mean_of_its_repeats() -> None:
    predictions = [prediction("0", 1, 0), prediction("0", 0, 1), prediction("1", 1)]
    result = metrics([sample("0"), sample("1")], predictions, "m", {"b": "g"})
    assert next(r for r in result.overall if r.half == "held_out").rate == 0.75


def test_shared_pictures_widen_the_interval() -> None:
    predictions = [prediction(str(i), float(i < 50)) for i in range(100)]
    tens = [sample(str(i), component=str(i // 10)) for i in range(100)]
    shared = metrics(tens, predictions, "m", {"b": "g"})
    apart = metrics([sample(str(i)) for i in range(100)], predictions, "m", {"b": "g"})

    def width(result) -> float:
        low, high = result.overall[1].interval
        return high - low

    assert width(shared) > 2 * width(apart)
