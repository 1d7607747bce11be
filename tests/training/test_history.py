"""What the monitors are told of a run's rounds."""

import json
from pathlib import Path

import pytest

from blindspot.core.acceptance import Acceptance
from blindspot.core.artifact import Draft, write_text
from blindspot.core.errors import DataError
from blindspot.core.records import Completion, Failure, Prediction, Sample
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import write_records
from blindspot.core.training_set import TrainingSetArtifact
from training.history import Trained, answered, cells, read, trained


def sample(id: str, half="diagnosis", **changed) -> Sample:
    values = {
        "id": id, "benchmark": "pope", "question": "q", "prompt": "q", "target": "Yes.",
        "images": (f"{id}.png",), "answer_kind": "yes_no", "half": half,
    }  # fmt: skip
    return Sample.model_validate(values | changed)


def said(id: str, answer: str | None, score: float, repeat: int = 0) -> Prediction:
    completion = Completion(text=answer or "…")
    return Prediction(
        sample_id=id, repeat=repeat, completion=completion, answer=answer, score=score, grader="g"
    )


def failed(id: str, repeat: int = 0) -> Prediction:
    failure = Failure(kind="timeout", message="late", retryable=True)
    return Prediction(sample_id=id, repeat=repeat, failure=failure, grader="g")


def evaluated(folder: RunFolder, number: int) -> None:
    draft = Draft(folder.round(number).evaluation, "evaluation", {}, {})
    samples = [sample("b", "held_out"), sample("a")]
    write_records(draft.path / "samples.parquet", samples, Sample)
    predictions = [said("a", "no", 0.0), said("b", "yes", 1.0)]
    write_records(draft.path / "predictions.parquet", predictions, Prediction)
    draft.publish()


def test_answers_are_read_by_repeat_and_failures_left_out():
    predictions = [said("a", None, 0.0, 2), said("a", "Yes!", 1.0), failed("a", 1), failed("b")]
    (found,) = answered([sample("b"), sample("a")], predictions)
    assert (found.id, found.answers, found.score) == ("a", ("yes", ""), 0.5)
    assert (found.target, found.cluster) == ("yes", "a.png")


def test_the_component_is_the_cluster():
    (found,) = answered([sample("a", component="c")], [said("a", "yes", 1.0)])
    assert found.cluster == "c"


def test_halves_stand_apart_and_later_stages_may_be_missing(tmp_path: Path):
    folder = RunFolder(tmp_path)
    evaluated(folder, 0)
    (first,) = read(folder, 0)
    assert [a.id for a in first.held_out] == ["b"]
    assert [a.id for a in first.diagnosis] == ["a"]
    assert (first.cells, first.trained) == ((), None)
    with pytest.raises(DataError, match="No evaluation"):
        read(folder, 1)


def test_what_came_after_the_last_evaluation_is_not_read(tmp_path: Path, make_training_set):
    """A finished loop that is run again is told what it was told while it ran."""
    folder = RunFolder(tmp_path / "run")
    for number in (0, 1):
        evaluated(folder, number)
    make_training_set().rename(folder.round(0).training_set)
    checkpoint(folder.round(0).checkpoint, {"rewards/accuracy/mean": 0.2})
    (alone,) = read(folder, 0)
    assert (alone.cells, alone.trained) == ((), None)
    first, last = read(folder, 1)
    assert (len(first.cells), last.cells) == (1, ())
    assert first.trained


def test_a_cell_says_what_was_too_hard(make_training_set):
    rejected = {
        "difficulty: too hard": 7,
        "difficulty: too easy": 2,
        "difficulty: undecided": 1,
        "difficulty: no answer": 4,
        "duplicate": 3,
    }
    path = make_training_set(
        [("color/plain", "Is it red?", "no", 3), ("ocr/map", "Read", "x", 2)],
        rejected={"ocr/map": rejected},
        pass_rate=lambda number: 0.5 if number else None,
    )
    color, ocr = cells(TrainingSetArtifact(path))
    assert (color.name, color.admitted, color.asked, color.too_hard) == ("color/plain", 3, 2, 0)
    assert color.questions == ("is it red",) * 3
    assert color.pictures == (("0.png",), ("1.png",), ("2.png",))
    assert (ocr.name, ocr.asked, ocr.too_hard) == ("ocr/map", 1 + 10, 7)


def checkpoint(path: Path, *steps: dict, group: int = 8, rollouts: int = 80) -> Path:
    draft = Draft(path, "checkpoint", {"grpo": {"group_size": group}}, {})
    write_text(draft.path / "metrics.jsonl", "".join(json.dumps(s) + "\n" for s in steps))
    return draft.publish(counts={"rollouts": rollouts}).path


def test_rollouts_of_a_checkpoint(tmp_path: Path):
    log = ({"rewards/accuracy/mean": 0.2}, {"rewards/accuracy/mean": 0.4}, {"loss": 1.0})
    found = trained(checkpoint(tmp_path / "a", *log))
    assert found == Trained(pytest.approx(0.3), 10)  # pyright: ignore[reportArgumentType]


def test_a_collapse_while_training_is_no_fault_of_the_policy(tmp_path: Path):
    """The first five steps are the start policy's; 40 of the 80 prompts were theirs."""
    fell = [{"rewards/accuracy/mean": r} for r in [0.5] * 5 + [0.0] * 5]
    found = trained(checkpoint(tmp_path / "a", *fell, rollouts=640))
    assert found == Trained(0.5, 40)


def test_the_gates_verdict_is_read_once_the_round_has_ended(tmp_path: Path):
    folder = RunFolder(tmp_path)
    for number in (0, 1, 2):
        evaluated(folder, number)
    for number, accepted in ((0, False), (1, True)):
        draft = Draft(folder.round(number).acceptance, "acceptance", {}, {})
        said = Acceptance(accepted=accepted, why="w", margin=0.05, categories=(), validation=None)
        write_text(draft.path / "acceptance.json", said.model_dump_json())
        draft.publish()
    assert [r.accepted for r in read(folder, 2)] == [False, True, None]
    assert [r.accepted for r in read(folder, 1)] == [False, None]


def test_a_training_without_rollouts_says_nothing_of_them(tmp_path: Path):
    assert trained(checkpoint(tmp_path / "a", {"loss": 1.0}, rollouts=0)) is None


def test_a_broken_log_is_an_error(tmp_path: Path):
    path = checkpoint(tmp_path / "a", {"loss": 1.0})
    (path / "metrics.jsonl").write_text("{")
    with pytest.raises(DataError, match=r"metrics\.jsonl"):
        trained(path)
