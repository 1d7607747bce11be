"""The judge's prompt, its replies, and what becomes of those that cannot be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from blindspot.core.grading import Grade
from blindspot.core.model import ModelSettings
from blindspot.core.records import Failure, Sample
from blindspot.core.run_folder import RunFolder
from harness import judge

SAMPLE = Sample(
    id="s",
    benchmark="b",
    question="Which {color}?",
    prompt="…",
    options=("red", "blue"),
    target="B",
    answer_kind="choice",
)
YES = '{"final_answer": "blue", "correct": true}'


def settings(tmp_path: Path, *lines: dict[str, Any]) -> ModelSettings:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "judge.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return ModelSettings(backend="replay", checkpoint=str(tmp_path / "judge.jsonl"))


def decide(tmp_path: Path, *lines: dict[str, Any]) -> Grade | Failure:
    folder = RunFolder(tmp_path / "run")
    [verdict] = judge.decide(
        settings(tmp_path, *lines), [judge.Question(SAMPLE, "I say {blue}")], folder
    )
    return verdict


def test_the_prompt_holds_question_options_target_and_response() -> None:
    text = judge.prompt(judge.Question(SAMPLE, "I say {blue}"))
    for part in ("Which {color}?", "A. red\nB. blue", "Reference answer: B", "I say {blue}"):
        assert part in text
    assert '{"final_answer"' in text


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (YES, Grade("blue", 1.0)),
        (f"```json\n{YES}\n```", Grade("blue", 1.0)),
        ('{"final_answer": "none", "correct": false}', Grade(None, 0.0)),
        ('First {"correct": true}, no: {"final_answer": 3, "correct": false}', Grade("3", 0.0)),
        ("correct", None),
        ('{"correct": "yes"}', None),
        ('{"correct": tr', None),
        ("", None),
    ],
)
def test_replies(reply: str, verdict: Grade | None) -> None:
    assert judge.read(reply) == verdict


def test_a_verdict(tmp_path: Path) -> None:
    assert decide(tmp_path, {"prompt": "*", "text": YES}) == Grade("blue", 1.0)


def test_an_unreadable_reply_is_asked_for_once_more(tmp_path: Path) -> None:
    text = judge.prompt(judge.Question(SAMPLE, "I say {blue}"))
    second = {"prompt": text, "repeat": 1, "text": YES}
    assert decide(tmp_path, {"prompt": "*", "text": "hm"}, second) == Grade("blue", 1.0)


def test_a_judge_that_fails_leaves_it_unjudged(tmp_path: Path) -> None:
    slow = {"kind": "timeout", "message": "slow", "retryable": True}
    for line in ({"prompt": "*", "failure": slow}, {"prompt": "*", "text": "hm"}):
        verdict = decide(tmp_path / line.get("text", "failure"), line)
        assert isinstance(verdict, Failure)
        assert (verdict.kind, verdict.retryable) == ("unjudged", True)


def test_another_judge_is_another_grader(tmp_path: Path) -> None:
    one = judge.version(settings(tmp_path, {"prompt": "*", "text": YES}))
    two = judge.version(settings(tmp_path, {"prompt": "*", "text": "no"}))
    assert one != two
    assert one.startswith("judge-")
