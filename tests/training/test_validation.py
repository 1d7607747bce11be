import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.artifact import Artifact
from blindspot.core.records import TrainingSample
from training import validation
from training.settings import SftSettings, TrainingSettings, ValidationSettings
from training.stage import TrainingInputs, run

EVERY = ValidationSettings(every=2, max_tokens=2)
CELLS = [("color/plain", "is it red", "no", 6), ("color/other", "what is it", "no", 2)]


def sample(cell: str, number: int) -> TrainingSample:
    return TrainingSample(
        id=f"{cell}-{number}", split="validation", cell=cell, question="?", prompt="?", images=(),
        target="no", answer_kind="yes_no", capability="color", image_type="plain", source="test",
    )  # fmt: skip


def records(artifact: Artifact) -> list[dict[str, Any]]:
    return [json.loads(x) for x in (artifact.path / "metrics.jsonl").read_text().splitlines()]


@pytest.fixture
def validated(inputs: TrainingInputs, make_training_set: Callable[..., Path]) -> TrainingInputs:
    wrong = [(f"color/plain-{number}", "yes") for number in range(12)]
    path = make_training_set(name="validated", validation=CELLS, negatives=wrong)
    return replace(inputs, training_set=path)


def test_cells_take_turns():
    samples = [sample("a", n) for n in (2, 0, 1)] + [sample("b", n) for n in (1, 0)]
    names = [s.id for s in validation.in_turn(samples, 4)]
    assert names == ["a-0", "b-0", "a-1", "b-1"]


def test_what_was_not_graded_counts_for_nothing():
    graded = [("a", 1.0), ("a", None), ("b", 0.0), ("b", 0.0)]
    assert validation.summary(graded) == {
        "validation": pytest.approx(1 / 3),
        "validation/a": 1.0,
        "validation/b": 0.0,
    }
    assert validation.summary([("a", None)]) == {}


def test_the_best_note_keeps_one_folder(tmp_path: Path):
    for step in (2, 4):
        (tmp_path / f"best-{step}").mkdir()
        validation.keep(tmp_path, step, step / 10)
    found = validation.best(tmp_path)
    assert found == validation.Best(tmp_path / "best-4", 4, 0.4)
    assert not (tmp_path / "best-2").exists()


def test_measured_at_intervals_and_at_the_end(
    validated: TrainingInputs, settings: Callable[..., TrainingSettings], tmp_path: Path
):
    config = settings(optimiser="sft", steps=5, validation=EVERY)
    artifact = run(config, validated, tmp_path / "checkpoint")
    measured = [r["step"] for r in records(artifact) if "validation" in r]
    assert measured == [2, 4, 5]
    assert {"validation/color/plain", "validation/color/other"} <= set(records(artifact)[1])
    assert artifact.manifest.facts["validation"] is not None


def test_the_best_weights_are_published_not_the_last(
    validated: TrainingInputs,
    settings: Callable[..., TrainingSettings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    scores = iter([0.2, 0.8, 0.8])
    monkeypatch.setattr(validation.Validation, "measure", lambda *_: {"validation": next(scores)})
    longer = run(
        settings(optimiser="sft", steps=6, validation=EVERY), validated, tmp_path / "longer"
    )
    assert longer.manifest.facts["published_step"] == 4  # of equals, the earlier
    until_4 = settings(optimiser="sft", steps=4, validation=ValidationSettings(every=0))
    shorter = run(until_4, validated, tmp_path / "shorter")
    name = "model.safetensors"
    assert longer.manifest.files[name] == shorter.manifest.files[name]


@pytest.mark.parametrize("optimiser", ["grpo", "sft", "dpo"])
def test_measuring_does_not_change_what_is_learned(
    validated: TrainingInputs,
    settings: Callable[..., TrainingSettings],
    tmp_path: Path,
    optimiser: str,
):
    watched = settings(optimiser=optimiser, steps=4, validation=EVERY)
    blind = settings(optimiser=optimiser, steps=4, validation=ValidationSettings(every=0))
    one, other = run(watched, validated, tmp_path / "a"), run(blind, validated, tmp_path / "b")
    assert [r["loss"] for r in records(one)] == [r["loss"] for r in records(other)]


def test_the_score_is_that_of_an_evaluation(
    validated: TrainingInputs, settings: Callable[..., TrainingSettings], tmp_path: Path
):
    config = settings(
        optimiser="sft", steps=12, validation=EVERY, sft=SftSettings(learning_rate=3e-2)
    )
    artifact = run(config, validated, tmp_path / "checkpoint")
    assert artifact.manifest.facts["validation"] == 1.0  # it has learned to say "no"
