"""Shares of stages, by hand; corrected by people's labels."""

import numpy as np
import pytest

from blindspot.core.records import Attribution
from blindspot.core.statistics import wilson
from diagnostics.causes.failed import Failed
from diagnostics.causes.stage_shares import human_report, stage_shares


def failed(make, stages: list[str], **more) -> list[Failed]:
    found = []
    for i, stage in enumerate(stages):
        sample = make.sample(i, **more)
        said = Attribution(sample_id=sample.id, stage=stage, source="x", confidence=1)
        found.append(Failed(sample, make.answered(sample, 0.0), said))
    return found


def test_shares_in_the_order_of_the_stages(make) -> None:
    rows = failed(make, ["unresolved"] * 6 + ["reading"] * 3 + ["refusal"])
    found = stage_shares(rows, {})
    assert [(s.stage, s.n, s.share) for s in found] == [
        ("refusal", 1, 0.1),
        ("reading", 3, 0.3),
        ("unresolved", 6, 0.6),
    ]
    assert found[1].interval == pytest.approx(wilson(3, 10))
    assert all(s.corrected is None for s in found)
    assert stage_shares([], {}) == ()


def test_pictures_that_repeat_make_wider_intervals(make) -> None:
    stages = ["reading" if (i // 10) % 2 else "unresolved" for i in range(100)]
    apart, together = failed(make, stages), failed(make, stages)
    together = [
        Failed(f.sample.model_copy(update={"component": str(i // 10)}), f.prediction, f.attribution)
        for i, f in enumerate(together)
    ]
    narrow, wide = (stage_shares(rows, {})[0].interval for rows in (apart, together))
    assert wide[1] - wide[0] > 1.5 * (narrow[1] - narrow[0])


def test_people_correct_a_teacher_that_is_wrong_half_of_the_time(make) -> None:
    """All 400 were called perception; of 100 labels half say knowledge."""
    rows = failed(make, ["perception"] * 400)
    human = {f.sample.id: "knowledge" if i % 2 else "perception" for i, f in enumerate(rows[:100])}
    found = {s.stage: s for s in stage_shares(rows, human)}
    assert set(found) == {"perception", "knowledge"}
    assert found["perception"].share == 1
    assert found["perception"].corrected == pytest.approx(0.5, abs=0.01)
    assert found["knowledge"].corrected == pytest.approx(0.5, abs=0.01)
    interval = found["knowledge"].corrected_interval
    assert interval is not None
    assert 0.38 < interval[0] < 0.5 < interval[1] < 0.62
    report = human_report(rows, human, 1)
    assert (report.labelled, report.agreed, report.unknown) == (100, 50, 1)


def test_corrected_shares_are_near_what_people_say_and_sum_to_one(make) -> None:
    """Of 300 failed samples the attributor leaves .3 open and is wrong on .2; 100 are labelled."""
    stages = np.array(["refusal", "reading", "perception", "knowledge"])
    true_shares, rng = np.array([0.05, 0.25, 0.5, 0.2]), np.random.default_rng(0)
    rows = failed(make, ["unresolved"] * 300)
    inside, better, runs = np.zeros(4), 0, 200
    for _ in range(runs):
        truth = rng.choice(stages, 300, p=true_shares)
        said = np.where(rng.random(300) < 0.2, rng.choice(stages, 300), truth)
        said = np.where(rng.random(300) < 0.3, "unresolved", said)
        rows = [
            Failed(f.sample, f.prediction, f.attribution.model_copy(update={"stage": str(stage)}))
            for f, stage in zip(rows, said, strict=True)
        ]
        human = {f.sample.id: str(t) for f, t in zip(rows[:100], truth, strict=False)}
        found = {s.stage: s for s in stage_shares(rows, human)}
        assert sum(s.corrected or 0 for s in found.values()) == pytest.approx(1)
        assert found["unresolved"].corrected == 0
        for i, stage in enumerate(stages):
            low, high = found[stage].corrected_interval or (1, 0)
            there = np.mean(truth == stage)
            inside[i] += low <= there <= high
            better += abs((found[stage].corrected or 0) - there) < abs(found[stage].share - there)
    assert (inside / runs).min() >= 0.93
    assert better / (4 * runs) > 0.75


def test_the_order_of_the_rows_makes_no_difference(make) -> None:
    rows = failed(make, ["reading", "knowledge", "unresolved"] * 20)
    human = {f.sample.id: "knowledge" for f in rows[::4]}
    found = stage_shares(rows, human)
    assert stage_shares(rows[::-1], dict(reversed(human.items()))) == found
    assert found[1].corrected is not None


def test_too_few_labels_correct_nothing(make) -> None:
    rows = failed(make, ["perception"] * 50)
    found = stage_shares(rows, {rows[0].sample.id: "knowledge"})
    assert [(s.stage, s.n, s.corrected) for s in found] == [
        ("perception", 50, None),
        ("knowledge", 0, None),
    ]
