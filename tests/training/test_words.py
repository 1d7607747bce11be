"""Training sends the words that evaluation sends."""

from pathlib import Path
from typing import Any

import pytest

from blindspot.core.loading import load_processor, render
from blindspot.core.model import ModelSettings, Request
from training.words import Words

TURNS = "{% for m in messages %}<user>{% for c in m['content'] %}"
TEXT = "{{ '<image>' if c['type'] == 'image' else c['text'] }}{% endfor %}"


@pytest.fixture
def processor(checkpoint: Path) -> Any:
    return load_processor(ModelSettings(checkpoint=str(checkpoint)))


def test_the_prompt_is_that_of_an_evaluation(processor: Any):
    request = Request(prompt="is <image> red", images=("a.png",))
    assert Words(processor, {}, 3).asked("is <image> red", 1) == render(processor, request, {})


def test_arguments_of_the_template_reach_it(processor: Any):
    processor.chat_template = TURNS + TEXT + "{{ '' if thinks else '<eos>' }}{% endfor %}"
    assert Words(processor, {"thinks": True}, 3).asked("red", 1) == "<user><image>red"
    assert Words(processor, {"thinks": False}, 3).asked("red", 1) == "<user><image>red<eos>"


@pytest.mark.parametrize(
    ("after", "ends", "end"),
    [
        ("<eos>", 3, "<eos>"),
        ("<eos>\n", 3, "<eos>"),  # what follows the end is never said
        ("", 3, "<eos>"),  # LLaVA-1.5's template ends nothing
        (" ", 3, "<eos>"),
        ("<pad><eos>", [3, 0], "<pad>"),  # the first at which generation stops
        ("<pad><eos>", None, "<pad><eos>"),
    ],
)
def test_answers_are_ended(processor: Any, after: str, ends: int | list[int] | None, end: str):
    processor.chat_template = TURNS + TEXT + f"{after}{{% endfor %}}"
    assert Words(processor, {}, ends).said("no") == "no" + end


def test_a_prompt_that_opens_the_reasoning(processor: Any):
    assert Words(processor, {}, 3).opening == ""
    processor.chat_template = TURNS + TEXT + "{% endfor %}<think>\n"
    assert Words(processor, {}, 3).opening == "<think>"


def test_the_start_token_that_the_tokenizer_adds(processor: Any):
    from tokenizers.processors import TemplateProcessing

    words = Words(processor, {}, 3)
    assert words.asked("red", 0) == "<user>red<assistant>"
    inner = processor.tokenizer.backend_tokenizer
    inner.post_processor = TemplateProcessing(single="<bos> $A", special_tokens=[("<bos>", 2)])
    assert words.asked("red", 0) == "<bos><user>red<assistant>"
    processor.chat_template = "<bos>" + TURNS + TEXT + "{% endfor %}"
    assert words.asked("red", 0) == "<bos><user>red"  # not twice
