from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.errors import StageError
from blindspot.core.records import Completion, Failure, TrainingSample
from blindspot.core.training_set import TrainingSetArtifact
from training import validation
from training.settings import SftSettings, TrainingSettings, ValidationSettings
from training.stage import TrainingInputs, run

Read = Callable[[Path], list[dict[str, Any]]]
EVERY = ValidationSettings(every=2, max_tokens=2)
CELLS = [("color/plain", "is it red", "no", 6), ("color/other", "what is it", "no", 2)]


def sample(cell: str, number: int) -> TrainingSample:
    return TrainingSample(
        id=f"{cell}-{number}", split="validation", cell=cell, question="?", prompt="?", images=(),
        target="no", answer_kind="yes_no", capability="color", image_type="plain", source="test",
    )  # fmt: skip


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


@pytest.mark.parametrize(("count", "size"), [(7, 3), (6, 3), (1, 4), (5, 1)])
def test_processes_ask_equally_many_and_each_sample_counts_once(count: int, size: int):
    samples = [sample("a", n) for n in range(count)]
    asked = [validation.shared(samples, rank, size) for rank in range(size)]
    assert len({len(rows) for rows, _ in asked}) == 1
    counted = [s.id for rows, own in asked for s in rows[:own]]
    assert sorted(counted) == sorted(s.id for s in samples)


def test_no_samples_are_shared_out_as_none():
    assert validation.shared([], 1, 2) == ([], 0)


@pytest.mark.parametrize(("retryable", "raises"), [(True, True), (False, False)])
def test_weights_are_not_compared_on_the_samples_that_happened_to_be_answered(
    validated: TrainingInputs, monkeypatch: pytest.MonkeyPatch, retryable: bool, raises: bool
):
    failure = Failure(kind="out_of_memory", message="no memory", retryable=retryable)

    async def answers(_, requests):
        return [Completion(text="no")] * (len(requests) - 1) + [failure]

    monkeypatch.setattr(validation, "TransformersLocal", lambda *_: None)
    monkeypatch.setattr(validation, "_answers", answers)
    training_set = TrainingSetArtifact(validated.training_set)
    asked = validation.prepare(training_set, validated.policy, EVERY)
    if raises:
        with pytest.raises(StageError, match=r"1 samples were .*no memory"):
            asked.measure(None, None)
    else:
        assert asked.measure(None, None)["validation"] == 1.0


def test_the_best_note_keeps_one_folder(tmp_path: Path):
    for step in (2, 4):
        (tmp_path / f"best-{step}").mkdir()
        validation.keep(tmp_path, step, step / 10)
    found = validation.best(tmp_path)
    assert found == validation.Best(tmp_path / "best-4", 4, 0.4)
    assert not (tmp_path / "best-2").exists()


def test_measured_at_intervals_and_at_the_end(
    validated: TrainingInputs,
    settings: Callable[..., TrainingSettings],
    tmp_path: Path,
    metrics: Read,
):
    config = settings(optimiser="sft", steps=5, validation=EVERY)
    artifact = run(config, validated, tmp_path / "checkpoint")
    measured = [r["step"] for r in metrics(artifact.path) if "validation" in r]
    assert measured == [2, 4, 5]
    assert {"validation/color/plain", "validation/color/other"} <= set(metrics(artifact.path)[1])
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
    metrics: Read,
    optimiser: str,
):
    watched = settings(optimiser=optimiser, steps=4, validation=EVERY)
    blind = settings(optimiser=optimiser, steps=4, validation=ValidationSettings(every=0))
    one, other = run(watched, validated, tmp_path / "a"), run(blind, validated, tmp_path / "b")
    assert [r["loss"] for r in metrics(one.path)] == [r["loss"] for r in metrics(other.path)]


def test_the_score_is_that_of_an_evaluation(
    validated: TrainingInputs, settings: Callable[..., TrainingSettings], tmp_path: Path
):
    config = settings(
        optimiser="sft", steps=12, validation=EVERY, sft=SftSettings(learning_rate=3e-2)
    )
    artifact = run(config, validated, tmp_path / "checkpoint")
    assert artifact.manifest.facts["validation"] == 1.0  # it has learned to say "no"
