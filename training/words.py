"""What the model reads and says in training, as text: the words of evaluation and of rollouts.

    asked("how many ?", 1)   '<user><image>how many ?<assistant>'     rendered as evaluation does
    said("3")                '3<eos>'                                 up to the end of its turn

A model learns where to stop only from an end token after the answer. Chat templates that put none
there (LLaVA-1.5's) get the tokenizer's; what a template writes after it is left out.
"""

from collections.abc import Mapping
from typing import Any, Final

from blindspot.core.loading import begun, messages, opening, render
from blindspot.core.model import Request

_ANSWER: Final = "blindspot"
"""Stands for an answer while the end of a turn is found out."""


class Words:
    """The words of one processor with the template arguments of one policy."""

    def __init__(
        self, processor: Any, arguments: Mapping[str, Any], ends: int | list[int] | None
    ) -> None:
        """`ends`: the tokens at which generation stops."""
        self._processor, self._arguments = processor, arguments
        self._end = _end_of_turn(processor, arguments, ends)

    def asked(self, prompt: str, images: int) -> str:
        """The prompt with so many pictures, up to where the answer begins."""
        request = Request(prompt=prompt, images=("picture",) * images)
        return begun(self._processor, render(self._processor, request, self._arguments))

    def said(self, answer: str) -> str:
        """The answer, ended."""
        return answer + self._end

    @property
    def opening(self) -> str:
        """The tag with which every prompt opens the model's reasoning, or nothing."""
        return opening(self.asked("", 0))


def conversation(prompt: str, images: int) -> list[dict[str, Any]]:
    """The same question for a trainer that renders it itself."""
    return messages(Request(prompt=prompt, images=("picture",) * images))


def _end_of_turn(processor: Any, arguments: Mapping[str, Any], ends: int | list[int] | None) -> str:
    """What follows an answer, up to and with the first end token."""
    answer = {"role": "assistant", "content": [{"type": "text", "text": _ANSWER}]}
    options = {**arguments, "add_generation_prompt": False, "tokenize": False}
    turns = [*messages(Request(prompt="")), answer]
    tail = processor.apply_chat_template(turns, **options).rpartition(_ANSWER)[2]
    tokenizer = processor.tokenizer
    ids = [ends] if isinstance(ends, int) else list(ends or [])
    known = {tokenizer.eos_token, *tokenizer.convert_ids_to_tokens(ids)} - {None}
    found = sorted((tail.index(end), end) for end in known if end in tail)
    return tail[: found[0][0]] + found[0][1] if found else tokenizer.eos_token
