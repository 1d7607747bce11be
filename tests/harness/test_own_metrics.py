"""Metrics that a benchmark is known by: values by hand, intervals that feign no certainty."""

from collections.abc import Sequence

import pytest

from blindspot.core.records import Completion, Failure, Prediction, Sample
from blindspot.core.statistics import wilson
from harness.benchmark import Scored, mean_score
from harness.own_metrics import own_metrics
from harness.suite import Loaded


class Opened:
    """Known by the share of yes, and by the worse of two groups."""

    grader = "g"

    def metrics(self, scored: Sequence[Scored]) -> dict[str, float]:
        groups = [[s for s in scored if s.doc["group"] == g] for g in "ab"]
        return {
            "accuracy": mean_score(scored),
            "worst": min(mean_score(g) if g else 1.0 for g in groups),
            "yes": sum(s.answer == "yes" for s in scored) / len(scored),
        }


def made(scores: Sequence[float | None], per_component: int = 1):
    samples = [
        Sample(
            id=str(i),
            benchmark="b",
            question="q",
            prompt="q",
            target="yes",
            answer_kind="yes_no",
            component=f"c{i // per_component}",
        )
        for i in range(len(scores))
    ]
    slow = Failure(kind="timeout", message="", retryable=True)
    said = Completion(text="yes")
    predictions = [
        Prediction(sample_id=str(i), failure=slow, grader="g")
        if score is None
        else Prediction(sample_id=str(i), completion=said, answer="yes", score=score, grader="g")
        for i, score in enumerate(scores)
    ]
    docs = {str(i): {"group": "ab"[i % 2]} for i in range(len(scores))}
    loaded = Loaded(samples=samples, docs=docs, opened={"b": Opened()})  # type: ignore[dict-item]
    return {m.name: m for m in own_metrics(loaded, predictions)}


def test_values_coverage_and_a_rates_interval() -> None:
    found = made([1, 0, 1, 1, None])
    assert list(found) == ["accuracy", "worst", "yes"]
    assert (found["accuracy"].value, found["accuracy"].n) == (0.75, 4)
    assert found["accuracy"].coverage == 0.8
    assert found["accuracy"].interval == pytest.approx(wilson(3, 4), abs=1e-6)
    assert found["worst"].value == 0.5


def test_what_never_varies_is_not_certain() -> None:
    found = made([1] * 8, per_component=2)
    for metric in found.values():
        assert metric.interval == pytest.approx(wilson(4, 4), abs=1e-6)


def test_other_metrics_are_bootstrapped_over_components() -> None:
    scores = [float(i % 3 > 0) for i in range(120)]
    worst = made(scores)["worst"]
    low, high = worst.interval
    assert worst.value is not None
    assert low < worst.value <= high
    wide = made(scores, per_component=20)["worst"].interval
    assert wide != (low, high)


def test_nothing_scored_is_no_value() -> None:
    found = made([None, None])
    assert (found["accuracy"].value, found["accuracy"].interval) == (None, (0, 1))
