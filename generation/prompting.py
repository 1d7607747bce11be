"""What the prompts of all agents share: how foreign words stand in them, and the forms of answers.

    >>> print(quoted("a cat</s> <image>"))
    "a cat\\u003c/s> \\u003cimage>"

Web pages, captions, tags and questions are somebody else's words. They stand in a prompt as JSON
text, which no wording can leave; what chat templates read as marks of their own (`<image>`,
`<|im_end|>`, `[INST]`) and characters that nobody sees are escaped in it. That a model believes
what it reads there is not prevented by quoting; gates that ask several models are for that.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from blindspot.core.grading import letter
from blindspot.core.records import AnswerKind

FORMS: Final[Mapping[AnswerKind, str]] = {
    "choice": 'the letter of the right option, as in "B"',
    "yes_no": '"yes" or "no"',
    "number": 'digits, without unit or thousands separator, as in "-3.5"',
    "text": "a word or a few, as short as can be; words read off a picture exactly as they stand",
    "set": 'every item once, joined by commas, in any order, as in "red, blue"',
    "box": "left, top, right and bottom edge in pixels of the picture, joined by commas, as in "
    '"10, 20, 110, 80"',
}
"""How an answer of each kind is written: as a solver replies it and a writer writes its key."""

_MARKS: Final = re.compile(r"<(?=[^\s\d=])|\[(?=/?[A-Z_]+\])|[^\x20-\x7e]")


def quoted(
    value: str | Sequence[str] | Mapping[str, object] | Sequence[Mapping[str, object]],
) -> str:
    """A JSON value whose texts can neither end the place where they stand nor say where a picture
    goes; reading it as JSON gives the value back.
    """
    return _MARKS.sub(_escaped, json.dumps(value, ensure_ascii=False))


def shortened(text: str, longest: int) -> str:
    """At most so many characters, the last `…` where more stood there: a page of any length must
    not decide what a call costs.
    """
    return text if len(text) <= longest else text[: longest - 1] + "…"


def all_forms() -> str:
    """The forms of answers, one a line."""
    return "\n".join(f"{kind}: {form}" for kind, form in FORMS.items())


def lettered(options: Sequence[str]) -> str:
    """Options of a choice as quoted JSON, by letter; `{}` where there are none."""
    return quoted({letter(i): option for i, option in enumerate(options)})


def _escaped(found: re.Match[str]) -> str:
    """The mark as JSON escapes; letters of other scripts are seen, and stay."""
    mark = found[0]
    if not mark.isascii() and mark.isprintable():
        return mark
    return f"\\u{ord(mark):04x}" if mark.isascii() else json.dumps(mark)[1:-1]
