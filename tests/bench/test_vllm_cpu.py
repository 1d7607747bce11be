"""What the opt-in run prepares and prints; the run itself is `make test-vllm`."""

from pathlib import Path

from safetensors import safe_open

from bench.vllm_cpu import TINY, Arm, _markdown, _renamed
from blindspot.core.records import Completion, Failure, Prediction


def keys(folder: Path) -> set[str]:
    with safe_open(folder / "model.safetensors", "pt") as file:
        return set(file.keys())


def test_only_the_towers_keys_are_renamed(tmp_path: Path) -> None:
    before, after = keys(TINY / "model"), keys(_renamed(tmp_path / "model"))
    assert len(after) == len(before)
    tower = {key for key in before if key.startswith("vision_tower.")}
    renamed = {key.replace("vision_tower.", "vision_tower.vision_model.") for key in tower}
    assert tower
    assert after == before - tower | renamed


def arm(backend: str, **texts: str | None) -> Arm:
    return Arm(backend, 1.4, {key: prediction(key, text) for key, text in texts.items()})


def prediction(key: str, text: str | None) -> Prediction:
    if text is None:
        failure = Failure(kind="timeout", message="slow", retryable=True)
        return Prediction(sample_id=key, repeat=0, grader="g", failure=failure)
    score, said = float(text == "red"), Completion(text=text)
    return Prediction(sample_id=key, repeat=0, grader="g", completion=said, score=score)


def test_the_table_counts_failures_apart_and_compares_what_both_answered() -> None:
    arms = [arm("local", a="red", b="blue", c="red"), arm("served", a="red", b="green", c=None)]
    text = _markdown(arms, ("What?", "red"), {"commit": "1234567"})
    assert "- commit: 1234567" in text
    assert "| local | 3 | 0 | 66.7%" in text
    assert "| served | 3 | 1 | 50.0%" in text
    assert "| 1/2 the same text | 1 |" in text
