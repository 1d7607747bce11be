"""What an evaluation can hold that no diagnosis may trip over: each gives a clear result or a clear
error, and never a weakness made of missing data.
"""

import hashlib
import json
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from blindspot.core.errors import DataError

SCRIPTS = (
    "图中有几个苹果？请用数字回答。",
    "كم عدد التفاحات في الصورة؟",
    "Сколько яблок на картинке?",
    "画像の中にりんごはいくつありますか",
    "चित्र में कितने सेब हैं?",
    "🍎🍎🍎 ❓",
    "",
    "\u200b\u202e\x07",
)


def of_scripts(make, n: int = 400):
    """Samples whose questions and answers are in all scripts; two in five are wrong."""
    samples = [
        make.sample(i, question=SCRIPTS[i % len(SCRIPTS)], target=SCRIPTS[i % 5]) for i in range(n)
    ]
    return samples, [make.answered(s, float(i % 5 > 1)) for i, s in enumerate(samples)]


def test_no_failures(world, make):
    found = world.diagnosis(*make.planted(lambda s: 1.0))
    assert found.weaknesses == found.stages == found.excess == found.groups == ()
    assert found.rate == found.suspect_rate == 1.0


def test_only_failures(world, make):
    found = world.diagnosis(*make.planted(lambda s: 0.0))
    assert found.weaknesses == ()
    assert found.rate == 0.0
    assert sum(s.n for s in found.stages) == found.n
    assert sum(s.share for s in found.stages) == pytest.approx(1)


def test_one_category_shows_no_weakness_by_itself(world, make):
    samples = [make.sample(i) for i in range(200)]
    found = world.diagnosis(samples, [make.answered(s, i % 2) for i, s in enumerate(samples)])
    assert found.weaknesses == ()
    assert [c.name for c in found.categories] == ["counting/geometric"]


def test_one_sample(world, make):
    sample = make.sample(0)
    found = world.diagnosis([sample], [make.answered(sample, 0.0)])
    assert (found.n, found.candidates, found.weaknesses) == (1, 0, ())


def test_all_samples_on_one_image(world, make):
    samples, predictions = make.planted(lambda s: 0.1 if s.capability == "ocr" else 0.9)
    same = [s.model_copy(update={"images": ("one.png",), "component": "one"}) for s in samples]
    found = world.diagnosis(same, predictions)
    assert found.weaknesses == ()
    assert found.interval == (0.0, 1.0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -0.1, 1.5])
def test_a_score_that_is_none_names_table_and_row(world, make, bad: float):
    samples, predictions = make.planted(lambda s: 0.9, per_cell=10)
    evaluation = world.evaluation(samples, predictions)
    file = evaluation / "predictions.parquet"
    table = pq.read_table(file)
    scores = table["score"].to_pylist()
    scores[3] = bad
    at = table.schema.get_field_index("score")
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(scores)), file)
    manifest = json.loads((evaluation / "manifest.json").read_text())
    manifest["files"][file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
    (evaluation / "manifest.json").write_text(json.dumps(manifest | {"seal": ""}))
    with pytest.raises(DataError, match=r"predictions\.parquet.*row 4.*score"):
        world.diagnose(evaluation)


def test_categories_that_nobody_mapped_are_counted_and_never_weak(world, make):
    samples, predictions = make.planted(lambda s: 0.3 if s.capability == "ocr" else 0.9)
    unmapped = [
        s.model_copy(update={"capability": "unmapped", "image_type": "mixed", "question": "?"})
        if s.capability == "ocr"
        else s
        for s in samples
    ]
    found = world.diagnosis(unmapped, predictions)
    assert not [w for w in found.weaknesses if w.capability == "unmapped"]
    assert found.excluded == {"unmapped": 150}
    assert found.labels["capability"]["none"] == 150


@pytest.mark.parametrize("seed", range(3))
def test_half_of_the_requests_of_a_category_failed(world, make, seed: int):
    samples, predictions = make.planted(lambda s: 0.8, seed=seed)
    holes = [
        make.failed(s) if s.capability == "ocr" and (i // 2) % 2 else p
        for i, (s, p) in enumerate(zip(samples, predictions, strict=True))
    ]
    found = world.diagnosis(samples, holes)
    assert not [w for w in found.weaknesses if w.capability == "ocr"]
    assert (found.n, found.excluded) == (525, {"timeout": 75})
    (category,) = [c for c in found.categories if c.capability == "ocr"]
    assert (category.n, category.verdict) == (75, "undecided")


def test_two_graders_within_a_benchmark_are_refused(world, make):
    samples = [make.sample(i) for i in range(2)]
    mixed = [make.answered(samples[0], 1.0), make.answered(samples[1], 1.0, grader="x")]
    with pytest.raises(DataError, match="different graders"):
        world.diagnosis(samples, mixed)


def test_text_in_any_script(world, make):
    found = world.diagnosis(*of_scripts(make))
    assert found.n == 400
    assert found.rate == pytest.approx(0.6)


def test_predictions_of_unknown_samples_are_refused(world, make):
    samples, predictions = make.planted(lambda s: 0.9, per_cell=10)
    with pytest.raises(DataError, match="no sample of it"):
        world.diagnosis(samples[1:], predictions)
