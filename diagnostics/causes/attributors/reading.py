"""The text in the picture was misread: the answer is the target but for a character or two.

Decided only where reading is what is asked. Left out is what lies near the target for another
reason: years and dates, numbers of two digits, labels that differ in their number or letter
("Line 1", "Line 2"), another ending of the same word, and what was worked out.
"""

import re
from typing import Final

from blindspot.core.grading import normalise
from blindspot.core.records import Prediction, Sample
from diagnostics.causes.attributor import Attributor, Verdict
from diagnostics.causes.edits import edits, nearest
from diagnostics.causes.stated import answer_of, is_worked_out, sentence_with, text_of

_READING: Final = frozenset({"ocr", "document_reading", "chart_reading"})
_COMPUTES: Final = re.compile(
    r"\b(?:difference|sum|total|average|mean|median|ratio|times|more|less|many|change\w*|increase\w*|"
    r"decrease\w*|percentage points?|combined|add\w*|approximate\w*|estimate\w*)\b",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_DATE: Final = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}|\d{1,2}:\d\d"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b",
    re.IGNORECASE,
)
_LONGEST: Final = 200
"""Characters of a text that was read; what is longer is no line on a sign."""


class Reading:
    """Counts the edits between what was read and the target."""

    def attribute(self, sample: Sample, prediction: Prediction) -> Verdict | None:
        if sample.capability not in _READING or sample.answer_kind not in ("text", "number"):
            return None
        answer, target = answer_of(sample, prediction), normalise(sample.target)
        if answer is None or not target or len(target) > _LONGEST or _DATE.search(target):
            return None
        text = text_of(prediction)
        if sample.answer_kind == "number" or re.fullmatch(r"\W*[\d.,]+\W*", target):
            near = None if _computed(sample, text) else _digit_off(answer, target)
        else:
            near = nearest(normalise(answer[-2000:]), target)
        if near is None or not _misread(near, target):
            return None
        return Verdict("reading", 0.8, near if near in text else sentence_with(text, answer))


def _computed(sample: Sample, text: str) -> bool:
    charted = sample.capability == "chart_reading" and bool(_COMPUTES.search(sample.question))
    return charted or is_worked_out(text)


def _digit_off(answer: str, target: str) -> str | None:
    """The number, if one digit of it is wrong, missing, doubled or exchanged with the next."""
    said = re.findall(r"[\d.,]*\d", answer)
    one, other = (x.replace(",", "") for x in (said[-1] if said else "", target.strip("$€£% ")))
    digits = sum(c.isdigit() for c in other)
    if digits < 3 or _YEAR.fullmatch(other) or not re.fullmatch(r"\d+(?:\.\d+)?", other):
        return None
    return one if edits(one, other, 1) == 1 else None


def _misread(near: str, target: str) -> bool:
    """Whether a slip in reading is the likeliest way from the target to this."""
    said, wanted = near.split(), target.split()
    if len(said) != len(wanted):
        return True
    unlike = [(a, b) for a, b in zip(said, wanted, strict=True) if a != b]
    labels = [_is_label(a) and _is_label(b) for a, b in unlike]
    endings = [a + "s" == b or b + "s" == a or a + "es" == b or b + "es" == a for a, b in unlike]
    return bool(unlike) and not any(labels) and not all(endings)


def _is_label(word: str) -> bool:
    return len(word.strip("().")) <= 2 or bool(_YEAR.fullmatch(word))


PLUGIN: Final[Attributor] = Reading()
