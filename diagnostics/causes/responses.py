"""What a model said on a failed sample, as a teacher and people read it, and quotes from it.

>>> span("the bar reaches **42**", "So the “bar”  reaches 42.")
'the “bar”  reaches 42'
"""

import re
from typing import Final

from diagnostics.causes.failed import Failed

CUT: Final = "\n[… {} characters left out …]\n"
"""What stands where the middle of a long response was."""
_MARKS: Final = r"(?:[\s\"'“”‘’«»`\\]|\*\*|__)+"
"""White space, quotation marks, backslashes and marks of emphasis: what a quote may differ in."""


def response(failed: Failed) -> str:
    """All that the model said, reasoning first."""
    said = failed.prediction.completion
    return "" if said is None else "\n".join(filter(None, (said.reasoning, said.text)))


def shortened(text: str, longest: int) -> str:
    """The text, or if it is longer its first third and its end, with a mark between."""
    if len(text) <= longest:
        return text
    head = longest // 3
    return text[:head] + CUT.format(len(text) - longest) + text[head - longest :]


def span(quote: str, text: str) -> str | None:
    """The part of a text that is quoted, as it stands there; None where there is none.

    Case, white space, quotation marks, backslashes (of LaTeX, which few models escape well) and
    `**` and `__` do not count; "4" does not occur in "42".
    """
    words = [word for word in re.split(_MARKS, quote) if word]
    if not words:
        return None
    before = r"(?<![A-Za-z0-9])" if _plain(words[0][0]) else ""
    after = r"(?![A-Za-z0-9])" if _plain(words[-1][-1]) else ""
    pattern = before + _MARKS.join(map(re.escape, words)) + after
    found = re.search(pattern, text, re.IGNORECASE)
    return found.group() if found else None


def _plain(char: str) -> bool:
    return char.isascii() and char.isalnum()
