"""Tokens of prompts, counted as a backend will: by the tokenizer and the chat template of a
checkpoint that is here. The weights are not read.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blindspot.core.model import ModelSettings
from blindspot.core.progress import progress
from blindspot.core.prompt import parts

Size = tuple[int, int]
"""Width and height in pixels."""

_BATCH: Final = 512


@dataclass(frozen=True)
class Prompt:
    """What one sample sends."""

    text: str
    pictures: tuple[Size, ...] = ()


Counter = Callable[[Sequence[Prompt]], list[int] | None]
"""Tokens of each prompt without its pictures; None where the template refuses them."""


def counter(settings: ModelSettings, folder: Path | None) -> Counter | None:
    """Counts as the backend will, by the tokenizer and chat template of the checkpoint here; None
    where they cannot be had. What is wrong with them the model says when it is opened.
    """
    if folder is None:
        return None
    try:
        from jinja2 import TemplateError
        from transformers import AutoTokenizer
        from transformers.utils import logging
    except ModuleNotFoundError:
        return None
    logging.set_verbosity_error()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError, KeyError, ImportError):
        return None
    options = {"add_generation_prompt": True, **settings.template_arguments, "tokenize": False}
    template = _template(settings, folder)
    special = settings.backend == "transformers_local"  # vLLM leaves them to the chat template

    def count(prompts: Sequence[Prompt]) -> list[int] | None:
        found: list[int] = []
        try:
            with progress("count tokens", len(prompts)) as advance:
                for start in range(0, len(prompts), _BATCH):
                    block = prompts[start : start + _BATCH]
                    texts = [
                        tokenizer.apply_chat_template(_turn(p), chat_template=template, **options)
                        for p in block
                    ]
                    ids = tokenizer(texts, add_special_tokens=special)["input_ids"]
                    found += [len(i) - len(p.pictures) for i, p in zip(ids, block, strict=True)]
                    advance(len(block))
        except (TemplateError, ValueError):
            return None
        return found

    return count


def _turn(prompt: Prompt) -> list[dict[str, object]]:
    """The turn as chat templates take it; each picture is one mark there."""
    marks = [str(number) for number in range(len(prompt.pictures))]
    content = [
        {"type": "image"} if name else {"type": "text", "text": text}
        for name, text in parts(prompt.text, marks)
    ]
    return [{"role": "user", "content": content}]


def _template(settings: ModelSettings, folder: Path) -> str | None:
    """The template that the processor would use; None for the tokenizer's own."""
    if settings.chat_template:
        return Path(settings.chat_template).read_text()
    if (own := folder / "chat_template.jinja").is_file():
        return own.read_text()
    if (older := folder / "chat_template.json").is_file():
        return json.loads(older.read_text()).get("chat_template")
    return None
