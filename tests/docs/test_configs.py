"""Every piece of a config on the pages is one."""

import tomllib
from typing import Any

import pytest

from blindspot.settings import Config
from docs.pages import fences, page, pages

PIECES = [
    pytest.param(text, id=f"{here.name}-{number}")
    for here in pages()
    for number, (language, text) in enumerate(fences(here))
    if language == "toml"
]


@pytest.mark.parametrize("text", PIECES)
def test_pieces_of_configs_are_accepted(text: str) -> None:
    given: dict[str, Any] = tomllib.loads(text)
    Config.model_validate({"name": "x", "model": {}, "evaluation": {}, **given})


def test_the_readme_has_a_whole_run_in_five_lines() -> None:
    (text,) = [text for language, text in fences(page("README.md")) if language == "toml"]
    assert len(text.splitlines()) == 5
    config = Config.model_validate(tomllib.loads(text))
    assert (config.model.checkpoint, config.evaluation.suite) == (
        "Qwen/Qwen2.5-VL-7B-Instruct",
        "eleven",
    )
    assert config.generation.sources
