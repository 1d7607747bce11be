"""What a model said on a failed sample, as a teacher and people read it, and quotes from it.

>>> span("the bar reaches **42**", "So the “bar”  reaches 42.")
'the “bar”  reaches 42'
"""

import re
from typing import Final

from diagnostics.causes.failed import Failed

CUT: Final = "\n[… {} characters left out …]\n"
"""What stands where the middle of a long response was."""
_MARK: Final = r"[\"'“”‘’«»`\\]|\*\*|__"
"""Quotation marks, backslashes and marks of emphasis: what a quote may have more or less of."""


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
    `**` and `__` do not count, and are left out at both ends; "4" does not occur in "42".
    """
    words = re.sub(_MARK, "", quote).split()
    if not words:
        return None
    within, between = rf"(?:{_MARK})*", rf"(?:\s|{_MARK})+"
    before = r"(?<![A-Za-z0-9])" if _plain(words[0][0]) else ""
    after = r"(?![A-Za-z0-9])" if _plain(words[-1][-1]) else ""
    pattern = between.join(within.join(map(re.escape, word)) for word in words)
    found = re.search(before + pattern + after, text, re.IGNORECASE)
    return found.group() if found else None


def _plain(char: str) -> bool:
    return char.isascii() and char.isalnum()
