"""Reasoning is kept apart from the answer; settings find local checkpoints."""

from pathlib import Path

import pytest

from blindspot.core.config import load
from blindspot.core.model import ModelSettings, split_reasoning


@pytest.mark.parametrize(
    ("text", "answer", "reasoning"),
    [
        ("red", "red", None),
        ("<think>hm</think>red", "red", "hm"),
        ("hm</think> red", "red", "hm"),
        ("<think>never ends", "", "never ends"),
    ],
)
def test_split_reasoning(text: str, answer: str, reasoning: str | None) -> None:
    assert split_reasoning(text) == (answer, reasoning)


def test_a_checkpoint_beside_the_config_is_found_and_a_hub_name_left_alone(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "a.toml").write_text('checkpoint = "model"')
    (tmp_path / "b.toml").write_text('checkpoint = "Qwen/Qwen2.5-VL-7B-Instruct"')
    assert load(tmp_path / "a.toml", ModelSettings).checkpoint == str(tmp_path / "model")
    named = load(tmp_path / "b.toml", ModelSettings).checkpoint
    assert named == "Qwen/Qwen2.5-VL-7B-Instruct"
