"""The share that a drawn part tells, against hand-worked numbers and by simulation."""

import numpy as np
import pytest

from blindspot.core.records import Attribution, Completion, Prediction, Sample
from blindspot.core.statistics import wilson
from diagnostics.causes.drawing import Drawn, draw
from diagnostics.causes.drawn_share import share
from diagnostics.causes.failed import Failed


def failed(name: str, stratum: str, component: str = "") -> Failed:
    sample = Sample(
        id=name,
        benchmark="b",
        question="?",
        prompt="?",
        target="3",
        answer_kind="number",
        capability=stratum,
        component=component,
    )
    said = Prediction(sample_id=name, completion=Completion(text="4"), score=0, grader="g")
    found = Attribution(sample_id=name, stage="unresolved", source="none", confidence=0)
    return Failed(sample, said, found)


def drawn_of(sizes: dict[str, tuple[int, int]]) -> list[Drawn]:
    """Per stratum how many failed samples there are, and how many were drawn."""
    return [
        Drawn(failed(f"{name}{i}", name), size / taken, name)
        for name, (size, taken) in sizes.items()
        for i in range(taken)
    ]


def test_a_hand_worked_case():
    drawn = drawn_of({"a": (300, 30), "b": (100, 10)})
    turned = {d.failed.sample.id: 0.0 for d in drawn}
    turned |= {f"a{i}": 1.0 for i in range(15)} | {"b0": 1.0}
    found, interval = share(drawn, turned)
    assert found == pytest.approx(0.75 * 0.5 + 0.25 * 0.1)
    # (3/4)² · .25/29 + (1/4)² · .09/9 = .005474; .4 · .6 / .005474 = 43.8, more than the 40 drawn
    assert interval == pytest.approx(wilson(0.4 * 40, 40))


def test_unequal_weights_are_worth_fewer_samples():
    drawn = drawn_of({"a": (90, 10), "b": (10, 10)})
    found, interval = share(drawn, {d.failed.sample.id: i % 2 for i, d in enumerate(drawn)})
    n = 100**2 / (10 * 9**2 + 10 * 1**2)  # Kish; the stratified variance gives 11.0
    variance = 0.9**2 * 0.25 / 9 + 0.1**2 * 0.25 / 9
    assert found == pytest.approx(0.5)
    assert interval == pytest.approx(wilson(0.5 * min(n, 0.25 / variance), min(n, 0.25 / variance)))


def test_the_others_of_a_stratum_stand_for_what_was_not_answered():
    drawn = drawn_of({"a": (80, 4), "b": (20, 4)})
    values = {"a0": 1.0, "a1": 1.0} | {f"b{i}": 0.0 for i in range(4)}
    assert share(drawn, values)[0] == pytest.approx(0.8)


def test_strata_with_too_few_values_are_joined():
    drawn = drawn_of({"a": (50, 5), "b": (30, 1), "c": (20, 1), "d": (10, 1)})
    values = {f"a{i}": 0.0 for i in range(5)} | {"b0": 1.0, "c0": 0.0}
    # d stands with b and c: (30 · 1 + 20 · 0) / 50 of their 60
    assert share(drawn, values)[0] == pytest.approx(0.6 * 60 / 110)


def test_one_value_alone_is_joined_with_the_largest():
    drawn = drawn_of({"a": (50, 5), "b": (30, 3), "c": (20, 1)})
    values = {f"a{i}": 0.0 for i in range(5)} | {"b0": 1.0, "b1": 1.0, "b2": 1.0, "c0": 1.0}
    assert share(drawn, values)[0] == pytest.approx(0.5)


def test_nothing_answered_says_nothing():
    assert share(drawn_of({"a": (50, 5)}), {}) == (None, (0.0, 1.0))
    assert share([], {}) == (None, (0.0, 1.0))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_alike_is_no_certainty(value: float):
    found, (low, high) = share(drawn_of({"a": (50, 10)}), {f"a{i}": value for i in range(10)})
    assert found == value
    assert high - low == pytest.approx(wilson(0, 10)[1])


def test_samples_of_one_picture_are_one_unit():
    alone = [Drawn(failed(f"s{i}", "a"), 1.0, "a") for i in range(40)]
    shared = [Drawn(failed(f"s{i}", "a", f"c{i // 4}"), 1.0, "a") for i in range(40)]
    values = {f"s{i}": float(i // 4 % 2) for i in range(40)}
    width, wider = (np.ptp(share(each, values)[1]) for each in (alone, shared))
    assert wider > 1.7 * width  # √4 = 2, less Wilson's shrinkage


@pytest.mark.parametrize(
    ("sizes", "rates", "count", "answering"),
    [
        ((300, 99, 1), (0.5, 0.1, 0.0), 40, 1.0),
        ((300, 99, 1), (0.05, 0.02, 1.0), 40, 1.0),
        ((100, 60, 30, 10, 5, 3, 2, 1), (0.9, 0.1, 0.5, 0.5, 0.0, 1.0, 0.3, 0.5), 20, 0.7),
        ((100, 60, 30, 10, 5, 3, 2, 1), (0.9, 0.1, 0.5, 0.5, 0.0, 1.0, 0.3, 0.5), 5, 1.0),
        ((3,) * 20 + (140,), (0.9,) * 20 + (0.1,), 60, 1.0),
    ],
)
def test_coverage_by_simulation(sizes, rates, count: int, answering: float):
    rng = np.random.default_rng(0)
    strata = np.repeat(np.arange(len(sizes)), sizes)
    everything = [failed(f"s{i:03d}", f"c{h}") for i, h in enumerate(strata)]
    truth = np.average(rates, weights=sizes)
    covered, errors = [], []
    for seed in range(300):
        outcome = rng.random(len(strata)) < np.array(rates)[strata]
        turned = {f.sample.id: float(x) for f, x in zip(everything, outcome, strict=True)}
        drawn = draw(everything, count, seed)
        known = [d.failed.sample.id for d in drawn if rng.random() < answering]
        found, (low, high) = share(drawn, {key: turned[key] for key in known})
        assert found is not None
        covered.append(low <= truth <= high)
        errors.append(found - outcome.mean())
    assert np.mean(covered) >= 0.93
    assert abs(np.mean(errors)) < 4 * np.std(errors) / np.sqrt(300) + 1e-12
