"""Lettered options that stand inside a question's text, split out of it.

    >>> lettered("What is it?\\nOptions: A: a cat, B: a dog")
    ('What is it?', ('a cat', 'a dog'))
    >>> lettered("Where?\\nA. left\\nB. right\\nPlease answer with the letter.")
    ('Where?\\nPlease answer with the letter.', ('left', 'right'))
    >>> lettered("Is figure (A) or figure (B) larger?")
    ('Is figure (A) or figure (B) larger?', ())

Nothing is guessed. Every way to mark options is tried, and a text is split only where all that fit
agree: letters run from A without a gap, each once; options have text and leave a question; those
inside a line follow the end of a sentence or a label such as "Options:".
"""

import re
from dataclasses import dataclass
from typing import Final

from blindspot.core.grading import letter

Split = tuple[str, tuple[str, ...]]
"""The question, and its options."""

_LABEL: Final = re.compile(
    r"(?:^|(?<=\s))(?:answer )?(?:options|choices):(?=\s*\(?A[.:)])", re.IGNORECASE
)
_SENTENCE_END: Final = ".?!:\n。？：！"


@dataclass(frozen=True)
class _Style:
    """One way to mark options."""

    mark: re.Pattern[str]
    """Finds a mark; its letter is the group."""
    inside: bool = False
    """Whether marks stand inside lines, not only at their beginnings."""
    comma: bool = False
    """Whether a comma, semicolon or new line must come before every mark but the first."""


_STYLES: Final = (
    *(
        _Style(re.compile(rf"^[ \t]*{mark}", re.MULTILINE))
        for mark in (r"([A-Z])\.", r"([A-Z]):", r"([A-Z])\)", r"\(([A-Z])\)")
    ),
    *(
        _Style(re.compile(rf"(?<![^\s,;]){mark}"), inside=True, comma=True)
        for mark in (r"([A-Z])\.", r"([A-Z]):", r"([A-Z])\)")
    ),
    _Style(re.compile(r"(?<![^\s,;])\(([A-Z])\)"), inside=True),
)


def lettered(text: str) -> Split:
    """The question without its options, and the options; the text and none where it has none or
    they could be read in two ways. What stands behind the last option's line stays in the question.
    """
    labels = list(_LABEL.finditer(text))
    found = {_split(text, labels[-1] if labels else None, style) for style in _STYLES} - {None}
    return (found.pop() or (text, ())) if len(found) == 1 else (text, ())


def _split(text: str, label: re.Match[str] | None, style: _Style) -> Split | None:
    marks = list(style.mark.finditer(text, label.end() if label else 0))
    if len(marks) < 2 or any(m[1] != letter(i) for i, m in enumerate(marks)):
        return None
    head = text[: label.start() if label else marks[0].start()]
    if style.inside and not label and head.rstrip(" \t")[-1:] not in _SENTENCE_END:
        return None
    ends = [m.start() for m in marks[1:]]
    inner = [text[m.end() : end].rstrip(" \t") for m, end in zip(marks, ends, strict=False)]
    if style.comma and not all(option.endswith((",", ";", "\n")) for option in inner):
        return None
    last, _, tail = text[marks[-1].end() :].strip().partition("\n")
    options = (*_unpunctuated([option.strip() for option in inner]), last.strip())
    question = "\n".join(part for part in (head.strip(), tail.strip()) if part)
    if tail and ("?" in tail or any("\n" in option for option in options)):
        return None
    return (question, options) if question and all(options) else None


def _unpunctuated(options: list[str]) -> list[str]:
    """Without the comma or semicolon that ends every one of them."""
    listed = all(option.endswith((",", ";")) for option in options)
    return [option[:-1].rstrip() if listed else option for option in options]
