"""The round's gate on hand-made answers, and with models that are asked."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blindspot.core.acceptance import Acceptance, AcceptanceArtifact, Answered
from blindspot.core.artifact import Draft
from blindspot.core.errors import StageError
from blindspot.core.model import ModelSettings, Sampling
from blindspot.core.records import Split
from blindspot.core.run_folder import RunFolder
from blindspot.core.tables import read_records
from training.acceptance import AcceptanceInputs, decide, run
from training.settings import AcceptanceSettings


def rows(
    category: str, *, kept: int, lost: int = 0, won: int = 0, missing: int = 0,
    split: Split = "canary",
) -> list[Answered]:  # fmt: skip
    pairs = [(1, 1)] * kept + [(1, 0)] * lost + [(0, 1)] * won + [(1, None)] * missing
    return [
        Answered(id=f"{category}-{i}", split=split, category=category, before=b, after=a)
        for i, (b, a) in enumerate(pairs)
    ]


def test_what_held_is_accepted() -> None:
    found = decide(
        [
            *rows("color/plain", kept=196, lost=2, won=2),
            *rows("x/y", kept=10, won=5, split="validation"),
        ],
        0.05,
    )
    assert found.accepted
    assert found.why == "1 strong categories held, validation +33.3%"
    (change,) = found.categories
    assert (change.n, change.lost, change.won, change.verdict) == (200, 2, 2, "held")
    assert change.lower == pytest.approx(-0.0206, abs=0.001)


def test_one_category_that_fell_rolls_the_round_back() -> None:
    found = decide([*rows("a/b", kept=200), *rows("c/d", kept=185, lost=15)], 0.05)
    assert not found.accepted
    assert [c.verdict for c in found.categories] == ["held", "fell"]
    assert "c/d may have lost" in found.why
    assert "15 lost, 0 won of 200" in found.why


def test_validation_must_not_fall() -> None:
    strong = rows("a/b", kept=200)
    fell = decide([*strong, *rows("v/v", kept=9, lost=1, split="validation")], 0.05)
    assert not fell.accepted
    assert fell.why == "validation fell by 10.0%"
    assert decide([*strong, *rows("v/v", kept=9, split="validation")], 0.05).accepted


def test_too_few_to_say_decide_nothing_and_are_named() -> None:
    found = decide(rows("a/b", kept=20, lost=10), 0.05)
    assert found.accepted
    assert found.categories[0].verdict == "too few"
    assert found.why == "1 have too few canary samples to say"


def test_a_missing_answer_is_no_wrong_answer() -> None:
    found = decide(rows("a/b", kept=200, missing=30), 0.05)
    assert found.accepted
    assert (found.categories[0].n, found.categories[0].missing) == (200, 30)


def test_a_validation_without_answers_is_no_change_of_nothing() -> None:
    given_rows = [*rows("a/b", kept=200), *rows("v/v", kept=0, missing=3, split="validation")]
    found = decide(given_rows, 0.05)
    assert found.accepted
    assert found.why == (
        "1 strong categories held, validation undecided, none of its 3 samples has both answers"
    )


def test_nothing_to_judge_by_is_said() -> None:
    found = decide([], 0.05)
    assert found.accepted
    assert found.why == "the training set has neither canary nor validation samples"


@given(st.integers(52, 400), st.integers(0, 60), st.floats(0.01, 0.3))
def test_a_wider_margin_forgives_no_less(kept: int, lost: int, margin: float) -> None:
    given_rows = rows("a/b", kept=kept, lost=lost)
    if decide(given_rows, margin).categories[0].verdict == "held":
        assert decide(given_rows, margin + 0.1).categories[0].verdict == "held"


@pytest.fixture
def gate(
    tmp_path: Path, make_training_set: Callable[..., Path]
) -> Callable[[str, str], AcceptanceInputs]:
    """The gate between two models that say one word each, on sixty canaries whose answer is no."""

    def make(before: str, after: str) -> AcceptanceInputs:
        path = make_training_set(
            canary=[("color/plain", "is it red", "no", 60)],
            validation=[("color/plain", "is it", "no", 4)],
        )
        start = tmp_path / "start.jsonl"
        start.write_text(said(before))
        draft = Draft(tmp_path / "checkpoint", "checkpoint", {}, {})
        (draft.path / "answers.jsonl").write_text(said(after))
        trained = draft.publish().path
        policy = ModelSettings(backend="replay", checkpoint=str(start))
        other = policy.model_copy(update={"checkpoint": str(trained / "answers.jsonl")})
        return AcceptanceInputs(
            RunFolder(tmp_path / "run"), path, policy, other, trained, Sampling(max_tokens=4)
        )

    return make


def said(word: str) -> str:
    lines = [{"prompt": p, "text": word} for p in ("is it red", "is it") if word]
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_both_are_asked_and_every_answer_is_kept(
    gate: Callable[[str, str], AcceptanceInputs], tmp_path: Path
) -> None:
    run(AcceptanceSettings(), gate("no", "yes"), tmp_path / "acceptance")
    found = AcceptanceArtifact(tmp_path / "acceptance").acceptance()
    assert not found.accepted
    assert (found.categories[0].before, found.categories[0].after) == (1.0, 0.0)
    answers = read_records(tmp_path / "acceptance" / "answers.parquet", Answered)
    assert len(answers) == 64
    assert {(a.before, a.after) for a in answers} == {(1.0, 0.0)}


def test_a_better_one_is_accepted(
    gate: Callable[[str, str], AcceptanceInputs], tmp_path: Path
) -> None:
    artifact = run(AcceptanceSettings(), gate("yes", "no"), tmp_path / "acceptance")
    assert artifact.manifest.facts["accepted"] is True
    assert AcceptanceArtifact(artifact.path).acceptance().categories[0].won == 60


def test_a_trained_model_that_is_asked_for_real(
    checkpoint: Path, make_training_set: Callable[..., Path], tmp_path: Path
) -> None:
    """The same weights before and after: nothing changed, whatever they answer."""
    draft = Draft(tmp_path / "checkpoint", "checkpoint", {}, {})
    shutil.copytree(checkpoint, draft.path, dirs_exist_ok=True)
    trained, policy = draft.publish().path, ModelSettings(checkpoint=str(checkpoint), device="cpu")
    inputs = AcceptanceInputs(
        folder=RunFolder(tmp_path / "run"),
        training_set=make_training_set(canary=[("color/plain", "is it red", "no", 55)]),
        start=policy,
        trained=policy.model_copy(update={"checkpoint": str(trained)}),
        checkpoint=trained,
        sampling=Sampling(max_tokens=2),
    )
    run(AcceptanceSettings(), inputs, tmp_path / "acceptance")
    found: Acceptance = AcceptanceArtifact(tmp_path / "acceptance").acceptance()
    assert found.accepted
    assert (found.categories[0].lost, found.categories[0].won) == (0, 0)


def test_answers_that_may_still_come_are_waited_for(
    gate: Callable[[str, str], AcceptanceInputs], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from blindspot.core.records import Failure
    from training import acceptance

    late = Failure(kind="timeout", message="60 s went by", retryable=True)
    monkeypatch.setattr(acceptance, "ask", lambda model, requests, *_: [late] * len(requests))
    with pytest.raises(StageError, match="64 of 64 answers before training are missing"):
        run(AcceptanceSettings(), gate("no", "no"), tmp_path / "acceptance")
    assert not (tmp_path / "acceptance").exists()
