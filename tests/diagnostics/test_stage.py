"""The stage end to end, on real artifact folders."""

import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

import diagnostics
from blindspot.core import taxonomy
from blindspot.core.artifact import open_artifact
from blindspot.core.diagnosis import Diagnosis, DiagnosisArtifact
from blindspot.core.errors import DataError
from blindspot.core.records import Attribution
from blindspot.core.tables import read_records
from blindspot.core.training_set import Makeable
from diagnostics.stage import DiagnosticsSettings, rounded

SCHEMA = Path(str(diagnostics.__file__)).parent / "diagnosis.schema.json"
CHART = "chart_reading/chart_graph"


def weak_category(sample) -> float:
    return 0.4 if sample.capability == "ocr" else 0.9


def weak_condition(sample) -> float:
    hard = sample.capability == "chart_reading" and sample.attributes["bars"] == "4"
    return 0.15 if hard else 0.9


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("rate", "planted"), [(weak_category, "ocr/text_dense"), (weak_condition, f"{CHART} bars=4")]
)
def test_a_planted_weakness_is_reported_once_as_what_it_is(world, make, rate, planted, seed):
    found = world.diagnosis(*make.planted(rate, seed=seed))
    assert [w.id for w in found.weaknesses] == [planted]


def test_two_kinds_at_once_with_what_a_weakness_says(world, make):
    found = world.diagnosis(*make.planted(lambda s: min(weak_category(s), weak_condition(s))))
    weak = {w.id: w for w in found.weaknesses}
    assert set(weak) == {"ocr/text_dense", f"{CHART} bars=4"}
    bars = weak[f"{CHART} bars=4"]
    assert bars.name == "chart reading on chart_graph images, bars = 4"
    assert bars.condition == {"bars": "4"}
    assert bars.interval[0] < bars.rate < bars.interval[1]
    assert bars.raw_rate < bars.rate
    assert bars.gap > 0.4
    assert bars.p_adjusted <= found.q
    assert bars.stages == {"unresolved": 1.0}
    assert len(bars.failing) == len(bars.passing) == 5
    verdicts = {c.name: c.verdict for c in found.categories}
    assert verdicts["ocr/text_dense"] == "weak"
    assert found.mixture[0].quota + found.mixture[1].quota > 1200
    assert sum(c.quota for c in found.mixture) == 2000


def test_only_the_diagnosis_half_is_looked_at(world, make):
    samples, predictions = make.planted(weak_category)
    first = world.diagnose(world.evaluation(samples, predictions))
    held_out = {s.id for s in samples if s.half == "held_out"}
    flipped = [
        make.answered(s, 0.0) if s.id in held_out else p
        for s, p in zip(samples, predictions, strict=True)
    ]
    second = world.diagnose(world.evaluation(samples, flipped))
    for name in ("diagnosis.json", "attributions.parquet"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    rows = read_records(first / "attributions.parquet", Attribution)
    assert rows
    assert not held_out & {r.sample_id for r in rows}


def test_the_same_to_the_byte_in_whatever_order_the_tables_are(world, make):
    samples, predictions = make.planted(weak_condition)
    one = world.diagnose(world.evaluation(samples, predictions))
    two = world.diagnose(world.evaluation(samples[::-1], predictions[::-1]))
    assert (one / "diagnosis.json").read_bytes() == (two / "diagnosis.json").read_bytes()


def test_the_schema_is_published_and_a_diagnosis_keeps_it(world, make):
    schema = json.loads(SCHEMA.read_text())
    assert schema == Diagnosis.model_json_schema()
    out = world.diagnose(world.evaluation(*make.planted(weak_condition)))
    jsonschema.validate(json.loads((out / "diagnosis.json").read_text()), schema)


def test_the_manifest_says_what_was_read(world, make):
    evaluation = world.evaluation(*make.planted(weak_category))
    out = world.diagnose(evaluation)
    manifest = open_artifact(out, "diagnosis").manifest
    assert manifest.inputs == {
        "evaluation": open_artifact(evaluation, "evaluation").digest,
        "the taxonomy": taxonomy.load(None).title,
    }
    assert manifest.config["q"] == 0.1
    assert manifest.counts["samples"] == 600
    assert set(manifest.files) == {
        "attributions.parquet",
        "diagnosis.json",
        "labels.parquet",
        "members.parquet",
        "to_label.csv",
    }


def test_a_second_round_compares_and_leans_on_the_first_mixture(world, make):
    samples, before = make.planted(weak_category)
    _, after = make.planted(lambda s: 0.9, seed=7)
    first = world.evaluation(samples, before)
    old = world.diagnose(first)
    out = world.diagnose(
        world.evaluation(samples, after), round=1, earlier=(first,), previous=(old,)
    )
    changes = DiagnosisArtifact(out).changes()
    assert changes is not None
    rows = {(r.half, r.name): r for r in changes.rows}
    assert len(rows) == 2 * 5
    gained = rows["held_out", "ocr/text_dense"]
    assert gained.since == 0
    assert gained.change > 0.3
    assert gained.p_adjusted < 0.001
    held_out = {s.id for s in samples if s.half == "held_out"}
    assert changes.flips["won"]
    assert not held_out & {i for ids in changes.flips.values() for i in ids}
    share = {c.name: c.share for c in DiagnosisArtifact(out).diagnosis().mixture}
    assert share["ocr/text_dense"] > share["counting/geometric"]


def test_strong_is_what_the_first_diagnosis_said(world, make):
    samples, best = make.planted(lambda s: 1.0)
    evaluation = world.evaluation(samples, best)
    old = world.diagnose(evaluation)
    out = world.diagnose(evaluation, round=1, earlier=(evaluation,), previous=(old,))
    changes = DiagnosisArtifact(out).changes()
    assert changes is not None
    assert {(r.strong, r.non_inferior) for r in changes.rows if r.name != "overall"} == {
        (True, True)
    }


def test_a_catalogue_bounds_the_mixture(world, make):
    can_make = (
        Makeable(capability="ocr", image_type="text_dense"),
        Makeable(capability="counting", image_type="geometric"),
        Makeable(capability="spatial", image_type="map"),
    )
    found = world.diagnosis(*make.planted(weak_category), can_make=can_make)
    assert {c.name for c in found.mixture} == {f"{m.capability}/{m.image_type}" for m in can_make}


def test_all_right_and_all_wrong(world, make):
    samples, right = make.planted(lambda s: 1.0)
    best = world.diagnosis(samples, right)
    assert best.weaknesses == ()
    assert {c.verdict for c in best.categories} == {"strong"}
    worst = world.diagnosis(samples, [make.answered(s, 0.0) for s in samples])
    assert worst.weaknesses == ()
    assert {c.verdict for c in worst.categories} == {"undecided"}
    assert worst.mixture_note.startswith("No slice")


def test_one_sample(world, make):
    sample = make.sample(0)
    found = world.diagnosis([sample], [make.answered(sample, 0.0)])
    (category,) = found.categories
    assert (category.verdict, category.missing) == ("not enough data", 14)
    assert found.candidates == 0
    assert [c.quota for c in found.mixture] == [2000]


def test_one_category(world, make):
    samples = [make.sample(i) for i in range(40)]
    found = world.diagnosis(samples, [make.answered(s, i % 2) for i, s in enumerate(samples)])
    assert found.weaknesses == ()
    assert found.rate == 0.5


def test_all_on_one_image(world, make):
    samples, predictions = make.planted(weak_category)
    same = [s.model_copy(update={"images": ("one.png",)}) for s in samples]
    found = world.diagnosis(same, predictions)
    assert found.weaknesses == ()
    assert found.interval == (0.0, 1.0)


def test_failed_requests_are_no_weakness(world, make):
    """Half of the requests fail, all of them of two categories."""
    samples, predictions = make.planted(lambda s: 0.9)
    lost = {"ocr", "counting"}
    predictions = [
        make.failed(s) if s.capability in lost else p
        for s, p in zip(samples, predictions, strict=True)
    ]
    found = world.diagnosis(samples, predictions)
    assert found.weaknesses == ()
    assert found.excluded == {"timeout": 300}
    assert found.n == 300
    missing = {c.name: (c.n, c.missing, c.verdict) for c in found.categories}
    assert missing["ocr/text_dense"] == (0, 15, "not enough data")
    assert "ocr/text_dense" in {c.name for c in found.mixture}


def test_unmapped_samples_are_never_a_weakness(world, make):
    samples, predictions = make.planted(weak_category)
    samples = [
        s.model_copy(update={"capability": "unmapped"}) if s.capability == "ocr" else s
        for s in samples
    ]
    found = world.diagnosis(samples, predictions)
    assert found.weaknesses == ()
    assert found.excluded == {"unmapped": 150}
    assert "unmapped/text_dense" in {c.name for c in found.categories}


@pytest.mark.parametrize("half", ["diagnosis", "held_out"])
def test_nothing_answered_names_the_cause(world, make, half: str):
    samples = [make.sample(i, half=half) for i in range(4)]
    cause = "4 × timeout" if half == "diagnosis" else "none of its samples"
    with pytest.raises(DataError, match=cause):
        world.diagnosis(samples, [make.failed(s) for s in samples])


def test_as_many_diagnoses_as_evaluations(world, make):
    evaluation = world.evaluation(*make.planted(weak_category, per_cell=20))
    old = world.diagnose(evaluation)
    with pytest.raises(DataError, match="2 evaluations and 1 diagnoses"):
        world.diagnose(evaluation, round=2, earlier=(evaluation,) * 2, previous=(old,))


def test_numbers_keep_six_digits():
    assert rounded({"p": 1.23456789e-12, "x": [2 / 3, 1], "s": "a"}) == {
        "p": 1.23457e-12,
        "x": [0.666667, 1],
        "s": "a",
    }


def test_a_cap_below_the_floor_is_refused():
    with pytest.raises(ValidationError, match="below the floor"):
        DiagnosticsSettings(cap=0.01)
