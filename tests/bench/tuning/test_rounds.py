"""T2: rounds that came, were rolled back, or never came."""

from pathlib import Path

import pytest

from bench.tuning.rounds import Course, held_out_rates, rows_of
from blindspot.core.artifact import Draft
from blindspot.core.records import Completion, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records


def sample(name: str, half: str) -> Sample:
    return Sample.model_validate(
        {
            "id": name,
            "benchmark": "b",
            "question": "?",
            "prompt": "?",
            "target": "2",
            "answer_kind": "number",
            "capability": "counting",
            "image_type": "geometric",
            "half": half,
        }
    )


def evaluated(out: Path, scores: dict[str, float]) -> None:
    """`h…` are held out; a diagnosis sample beside them is right at first and wrong later."""
    draft = Draft(out, "evaluation", {}, {})
    write_records(
        draft.path / "samples.parquet",
        [*(sample(n, "held_out") for n in scores), sample("d", "diagnosis")],
        Sample,
    )
    said = Completion(text="2", finish_reason="stop")
    predictions = [
        Prediction(sample_id=n, repeat=0, completion=said, answer="2", score=s, grader="core-1")
        for n, s in {**scores, "d": 0.0}.items()
    ]
    write_records(draft.path / "predictions.parquet", predictions, Prediction)
    draft.publish()


def test_a_round_is_the_paired_change_of_the_held_out_half(tmp_path):
    folder = RunFolder(tmp_path)
    evaluated(folder.round(0).evaluation, {"h1": 0.0, "h2": 1.0})
    evaluated(folder.round(1).evaluation, {"h1": 1.0, "h2": 1.0})
    evaluated(folder.round(2).evaluation, {"h1": 0.0, "h2": 0.0})
    assert held_out_rates(folder, 2) == [0.5, 1.0, 0.0]


def test_a_round_that_never_came_changes_nothing(tmp_path):
    folder = RunFolder(tmp_path)
    evaluated(folder.round(0).evaluation, {"h1": 0.0, "h2": 1.0})
    evaluated(folder.round(1).evaluation, {"h1": 1.0, "h2": 1.0})
    assert held_out_rates(folder, 3) == [0.5, 1.0, 1.0, 1.0]


def test_rows():
    up = [Course(n, (0.5, 0.5 + 0.01 * (n + 8), 0.7, 0.7)) for n in range(8)]
    *rounds, whole, seeds = rows_of(up)
    assert rounds[0].value == pytest.approx(11.5)
    assert [row.met for row in rounds] == [True, True, False]
    assert whole.value == pytest.approx(20.0)
    assert "+20.0 +20.0" in whole.measure
    assert (seeds.value, seeds.met) == (1.0, True)


def test_a_seed_that_lost_is_counted():
    courses = [Course(n, (0.5, 0.6)) for n in range(7)] + [Course(7, (0.5, 0.4))]
    first, _, seeds = rows_of(courses)
    assert first.met is True
    assert (seeds.value, seeds.met) == (7 / 8, False)


def test_one_seed_decides_nothing():
    first, _, seeds = rows_of([Course(0, (0.5, 0.6))])
    assert (first.met, first.interval, seeds.met) == (None, None, None)
